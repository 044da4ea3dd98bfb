import { useEffect, useId, useRef } from 'preact/hooks'
import { request } from '../requests.ts'
import { isWaiting, problemAt } from '../store.ts'
import { WordsWithCode } from './words-with-code.tsx'

const help = 'The address of the page the browser ended on, even if that page shows an error, or just the code.'

/** The field that takes what the browser ended on, in whatever form the person has it. A failure is shown at the field. */
export function PasteForm({ login }: { readonly login: string }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const place = `paste ${login}`
  const problem = problemAt(place)
  useEffect(() => field.current?.focus(), [])

  const submit = async (event: Event) => {
    event.preventDefault()
    const pasted = field.current?.value.trim() ?? ''
    if (pasted === '' || isWaiting(place)) return
    if (!(await request(place, 'login:paste', { login, pasted }))) field.current?.select()
  }

  return (
    <form class="paste" onSubmit={submit}>
      <label for={`${id}-field`}>Address or code from the browser</label>
      <div class="paste-line">
        <input
          ref={field}
          id={`${id}-field`}
          type="text"
          autocomplete="off"
          spellcheck={false}
          maxLength={8192}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-help`}
        />
        <button type="submit" class="button button-main" aria-busy={isWaiting(place)}>
          Finish
        </button>
      </div>
      <p
        id={`${id}-help`}
        class={problem === undefined ? 'hint' : 'hint hint-problem'}
        role={problem === undefined ? undefined : 'alert'}
      >
        <WordsWithCode text={problem === undefined ? help : `${problem.description} ${problem.fix ?? ''}`} />
      </p>
    </form>
  )
}
