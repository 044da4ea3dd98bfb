import { useEffect, useId, useRef } from 'preact/hooks'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, problemAt } from '../store.ts'
import { BrokerWords } from './words-with-code.tsx'

/** The field that takes what the browser ended on, in whatever form the person has it. A failure is shown at the field. */
export function PasteForm({ login }: { readonly login: string }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const place = `paste ${login}`
  const problem = problemAt(place)
  const { login: say } = words()
  useEffect(() => field.current?.focus(), [])

  const submit = async (event: Event) => {
    event.preventDefault()
    const pasted = field.current?.value.trim() ?? ''
    if (pasted === '' || isWaiting(place)) return
    if (!(await request(place, 'login:paste', { login, pasted }))) field.current?.select()
  }

  return (
    <form class="paste" onSubmit={submit}>
      <label for={`${id}-field`}>{say.pasteLabel}</label>
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
          {say.finish}
        </button>
      </div>
      <p
        id={`${id}-help`}
        class={problem === undefined ? 'hint' : 'hint hint-problem'}
        role={problem === undefined ? undefined : 'alert'}
      >
        {problem === undefined ? say.pasteHelp : <BrokerWords text={`${problem.description} ${problem.fix ?? ''}`} />}
      </p>
    </form>
  )
}
