import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { countdown } from '../../src/ipc/time-words.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, now, problemAt, setProblem } from '../store.ts'
import { WordsWithCode } from './words-with-code.tsx'

const place = 'vault'

/** Characters that a first passphrase has at least; the vault asks for the same. */
const least = 8

/**
 * Takes the passphrase, or a first one twice. It is read from the fields when it is sent, which empties them, and is in no state
 * of the page. A wrong one says how long the vault wants to be left alone.
 */
export function PassphraseForm({ first }: { readonly first: boolean }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const again = useRef<HTMLInputElement>(null)
  const [fault, setFault] = useState<string>()
  const [retryAt, setRetryAt] = useState(0)
  useEffect(() => {
    field.current?.focus()
    // What was wrong with one lock is nothing to say of the next.
    return () => setProblem(place, undefined)
  }, [])
  const { vault } = words()
  const wait = Math.max(0, retryAt - now.value)
  const problem = problemAt(place)
  const said = fault ?? (problem && `${problem.description} ${problem.fix ?? ''}`)

  const submit = async (event: Event) => {
    event.preventDefault()
    const passphrase = field.current?.value ?? ''
    if (passphrase === '' || wait > 0 || isWaiting(place)) return
    const wrong = first ? faultOf(passphrase, again.current?.value ?? '') : undefined
    setFault(wrong)
    for (const input of [field.current, again.current]) if (input !== null) input.value = ''
    field.current?.focus()
    if (wrong !== undefined || (await request(place, 'vault:unlock', { passphrase }))) return
    // Rounded up: a try in the second in which the wait ends would still be too soon, and cost another wait.
    setRetryAt(Math.ceil(Date.now() / 1000 + (problemAt(place)?.retryAfter ?? 0)))
  }

  const input = (label: string, ref: typeof field, name: string) => (
    <>
      <label for={`${id}-${name}`}>{label}</label>
      <input
        ref={ref}
        id={`${id}-${name}`}
        type="password"
        autocomplete="off"
        spellcheck={false}
        maxLength={1024}
        aria-invalid={said !== undefined}
        {...(said === undefined ? {} : { 'aria-describedby': `${id}-said` })}
      />
    </>
  )

  return (
    <form class="passphrase" onSubmit={submit}>
      {input(vault.passphrase, field, 'field')}
      {first && input(vault.again, again, 'again')}
      {said !== undefined && (
        <p id={`${id}-said`} class="hint hint-problem" role="alert">
          <WordsWithCode text={said} />
        </p>
      )}
      {wait > 0 && (
        <p class="hint" role="timer">
          {vault.retryIn(countdown(wait))}
        </p>
      )}
      <button type="submit" class="button button-main" aria-busy={isWaiting(place)} aria-disabled={wait > 0}>
        {first ? vault.set : vault.unlock}
      </button>
    </form>
  )
}

function faultOf(passphrase: string, again: string): string | undefined {
  const { vault } = words()
  if ([...passphrase].length < least) return vault.tooShort(least)
  return passphrase === again ? undefined : vault.notTheSame
}
