import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { labelPattern } from '../../src/ipc/label.ts'
import type { AccountStatus } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, question } from '../store.ts'

/** Gives an account another label; an empty one takes it away. A label that is taken is told of at the row. */
export function LabelForm({ row }: { readonly row: AccountStatus }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [wrong, setWrong] = useState(false)
  const { accounts, login } = words()
  useEffect(() => field.current?.select(), [])

  const submit = async (event: Event) => {
    event.preventDefault()
    const label = field.current?.value.trim() ?? ''
    const refused = label !== '' && !labelPattern.test(label)
    setWrong(refused)
    if (refused || isWaiting(row.id)) return field.current?.focus()
    const done = await request(row.id, 'account:set-label', { account: row.id, label: label === '' ? null : label })
    if (done) question.value = undefined
  }

  return (
    <form class="field" onSubmit={submit}>
      <label for={`${id}-label`}>{accounts.label}</label>
      <div class="field-line">
        <input
          ref={field}
          id={`${id}-label`}
          type="text"
          dir="ltr"
          autocomplete="off"
          spellcheck={false}
          maxLength={64}
          placeholder={login.labelExample}
          defaultValue={row.label ?? ''}
          aria-invalid={wrong}
          aria-describedby={`${id}-hint`}
        />
        <button type="submit" class="button button-main" aria-busy={isWaiting(row.id)}>
          {accounts.labelSave}
        </button>
      </div>
      <p id={`${id}-hint`} class={wrong ? 'hint hint-problem' : 'hint'} role={wrong ? 'alert' : undefined}>
        {wrong ? login.labelWrong : login.labelHint}
      </p>
    </form>
  )
}
