import type { RefObject } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { words } from '../language.ts'
import { unfolded } from '../page.ts'
import { requestReply } from '../requests.ts'
import { settingPlace } from '../settings.ts'
import { isWaiting, setNote, setProblem } from '../store.ts'
import { Button } from './button.tsx'
import { useFocusFirst } from './focus-first.ts'

const place = settingPlace('vault')

/** Characters that a new passphrase has at least; the vault asks for the same. */
const least = 8

type To = 'keychain' | 'passphrase'

/**
 * Moves the key to the logins, behind a passphrase that is typed twice, or back to the keychain. The passphrase is read from the fields when
 * it is sent, which empties them, and is in no state of the page.
 */
export function VaultMoveForm({ to }: { readonly to: To }) {
  const first = useFocusFirst<HTMLInputElement>()
  const safe = useFocusFirst<HTMLButtonElement>()
  const again = useRef<HTMLInputElement>(null)
  const [fault, setFault] = useState<string>()
  useEffect(() => () => setProblem(place, undefined), [])
  const say = words().settings
  const behind = to === 'passphrase'

  const submit = async (event: Event) => {
    event.preventDefault()
    if (isWaiting(place)) return
    const passphrase = first.current?.value ?? ''
    const wrong = behind ? faultOf(passphrase, again.current?.value ?? '') : undefined
    setFault(wrong)
    for (const field of [first.current, again.current]) if (field !== null) field.value = ''
    if (wrong !== undefined) return first.current?.focus()
    await move(to, passphrase)
  }

  return (
    <form class="panel vault-move" aria-label={behind ? say.toPassphraseHead : say.toKeychainHead} onSubmit={submit}>
      <p>
        <strong>{behind ? say.toPassphraseHead : say.toKeychainHead}</strong>{' '}
        {behind ? say.toPassphraseWords : say.toKeychainWords}
      </p>
      {behind && <NewPassphrase first={first} again={again} fault={fault} />}
      <div class="buttons buttons-end">
        <Button
          {...(behind ? {} : { buttonRef: safe })}
          onPress={() => {
            unfolded.value = undefined
          }}
        >
          {say.cancel}
        </Button>
        <button type="submit" class="button button-main" aria-busy={isWaiting(place)}>
          {say.move}
        </button>
      </div>
    </form>
  )
}

async function move(to: To, passphrase: string): Promise<void> {
  const reply = await requestReply(place, 'vault:move', to === 'passphrase' ? { to, passphrase } : { to })
  if (!reply.ok) return setProblem(place, reply.problem)
  const { accounts, notice } = reply.value
  if (unfolded.value?.kind === 'vault_move') unfolded.value = undefined
  const said = words().settings.moved(accounts)
  setNote(place, notice === undefined ? { words: said, tone: 'good' } : { words: said, added: notice, tone: 'advice' })
}

interface NewPassphraseProps {
  readonly first: RefObject<HTMLInputElement | null>
  readonly again: RefObject<HTMLInputElement | null>
  readonly fault: string | undefined
}

function NewPassphrase({ first, again, fault }: NewPassphraseProps) {
  const id = useId()
  const input = (label: string, ref: RefObject<HTMLInputElement | null>, name: string) => (
    <div class="field">
      <label for={`${id}-${name}`}>{label}</label>
      <input
        ref={ref}
        id={`${id}-${name}`}
        type="password"
        autocomplete="off"
        spellcheck={false}
        maxLength={1024}
        aria-invalid={fault !== undefined}
        {...(fault === undefined ? {} : { 'aria-describedby': `${id}-fault` })}
      />
    </div>
  )
  return (
    <>
      {input(words().settings.newPassphrase, first, 'first')}
      {input(words().vault.again, again, 'again')}
      {fault !== undefined && (
        <p id={`${id}-fault`} class="hint hint-problem" role="alert">
          {fault}
        </p>
      )}
    </>
  )
}

function faultOf(passphrase: string, again: string): string | undefined {
  const { vault } = words()
  if ([...passphrase].length < least) return vault.tooShort(least)
  return passphrase === again ? undefined : vault.notTheSame
}
