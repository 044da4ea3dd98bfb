import { useId, useRef, useState } from 'preact/hooks'
import { labelPattern } from '../../src/ipc/label.ts'
import { capitalised } from '../../src/ipc/login-words.ts'
import type { AccountStatus, ProviderInfo } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { goOnWith } from '../sign-in.ts'
import { isWaiting, question, type SignInQuestion, type Way } from '../store.ts'
import { Button } from './button.tsx'
import { PlainRules } from './rule-words.tsx'

interface WaysPanelProps {
  readonly row: AccountStatus
  readonly info: ProviderInfo
  readonly asked: SignInQuestion
}

/** Every way to sign in, the usual one first. One more account may get a label, by which tools then ask for it. */
export function WaysPanel({ row, info, asked }: WaysPanelProps) {
  const say = words().login
  const field = useRef<HTMLInputElement>(null)
  const [wrong, setWrong] = useState(false)
  const choose = (way: Way) => {
    const label = field.current?.value.trim() ?? ''
    const refused = label !== '' && !labelPattern.test(label)
    setWrong(refused)
    if (refused) return field.current?.focus()
    const { label: _former, ...rest } = asked
    const settled = label === '' ? rest : { ...rest, label }
    question.value = settled
    goOnWith(way, row, settled)
  }
  return (
    <>
      <p>{asked.another ? say.addAnother : say.ways}</p>
      {asked.another && <LabelField field={field} label={asked.label} wrong={wrong} />}
      <div class="buttons">
        {info.flows.map((flow, index) => (
          <Button key={flow} kind={index === 0 ? 'main' : 'quiet'} waiting={isWaiting(row.id)} onPress={() => choose(flow)}>
            {say.flows[flow]}
          </Button>
        ))}
        {info.keys.map(({ kind, name }) => (
          <Button key={kind} onPress={() => choose(kind)}>
            {capitalised(name)}…
          </Button>
        ))}
      </div>
      <PlainRules place={row.id} info={info} />
    </>
  )
}

interface LabelFieldProps {
  readonly field: { current: HTMLInputElement | null }
  readonly label: string | undefined
  readonly wrong: boolean
}

function LabelField({ field, label, wrong }: LabelFieldProps) {
  const id = useId()
  const say = words().login
  return (
    <div class="field">
      <label for={`${id}-label`}>{say.labelField}</label>
      <input
        ref={field}
        id={`${id}-label`}
        type="text"
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        placeholder={say.labelExample}
        dir="ltr"
        defaultValue={label ?? ''}
        aria-invalid={wrong}
        aria-describedby={`${id}-hint`}
      />
      <p id={`${id}-hint`} class={wrong ? 'hint hint-problem' : 'hint'} role={wrong ? 'alert' : undefined}>
        {wrong ? say.labelWrong : say.labelHint}
      </p>
    </div>
  )
}
