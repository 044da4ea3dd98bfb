import { useEffect, useId, useRef } from 'preact/hooks'
import { capitalised } from '../../src/ipc/login-words.ts'
import type { AccountStatus, KeyKind, ProviderInfo } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { keyPlace, storeKey } from '../sign-in.ts'
import { isWaiting, problemAt, type SignInQuestion, setProblem } from '../store.ts'
import { BrokerWords, WordsWithCode } from './words-with-code.tsx'

interface KeyFormProps {
  readonly row: AccountStatus
  readonly info: ProviderInfo
  readonly asked: SignInQuestion
  readonly kind: KeyKind | undefined
}

/**
 * Takes a key that the person brings along. It is read from the field when it is sent, which empties the field, and is in no state of the
 * page.
 */
export function KeyForm({ row, info, asked, kind }: KeyFormProps) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const place = keyPlace(row)
  const problem = problemAt(place)
  const say = words().login
  const known = info.keys.find((key) => key.kind === kind)
  useEffect(() => {
    field.current?.focus()
    return () => setProblem(place, undefined)
  }, [place])

  const submit = async (event: Event) => {
    event.preventDefault()
    const key = field.current?.value.trim() ?? ''
    if (key === '' || isWaiting(place)) return
    if (field.current !== null) field.current.value = ''
    if (!(await storeKey(key, row, asked))) field.current?.focus()
  }

  return (
    <form class="field" onSubmit={submit}>
      <label for={`${id}-key`}>{known === undefined ? say.keyOrToken : capitalised(known.name)}</label>
      <div class="field-line">
        <input
          ref={field}
          id={`${id}-key`}
          type="password"
          autocomplete="off"
          spellcheck={false}
          maxLength={8192}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-hint`}
        />
        <button type="submit" class="button button-main" aria-busy={isWaiting(place)}>
          {say.store}
        </button>
      </div>
      {problem !== undefined && (
        <p class="hint hint-problem" role="alert">
          <BrokerWords text={`${problem.description} ${problem.fix ?? ''}`} />
        </p>
      )}
      <p id={`${id}-hint`} class="hint">
        {known !== undefined && <WhereToGetIt place={row.id} provider={info.id} kind={known.kind} where={known.where} />}
        {say.keyHint}
      </p>
    </form>
  )
}

interface WhereProps {
  readonly place: string
  readonly provider: string
  readonly kind: KeyKind
  readonly where: string
}

/** A page that makes such keys, which main opens, or a command that prints one. */
function WhereToGetIt({ place, provider, kind, where }: WhereProps) {
  if (!URL.canParse(where)) return <WordsWithCode text={`${words().login.toGetOne(where)} `} />
  return (
    <>
      {words().login.makeOneAt}{' '}
      <button type="button" class="link" title={where} onClick={() => request(place, 'provider:open', { provider, page: kind })}>
        {new URL(where).host}
      </button>
      .{' '}
    </>
  )
}
