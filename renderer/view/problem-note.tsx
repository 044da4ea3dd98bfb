import { type Place, problemAt, setProblem } from '../store.ts'
import { WordsWithCode } from './words-with-code.tsx'

/** What went wrong with a request and what to do, at the place where it was asked; read aloud at once. */
export function ProblemNote({ place }: { readonly place: Place }) {
  const problem = problemAt(place)
  if (problem === undefined) return null
  return (
    <div class="note note-problem" role="alert">
      <p>
        <strong>
          <WordsWithCode text={problem.description} />
        </strong>
        {problem.fix !== undefined && <WordsWithCode text={` ${problem.fix}`} />}
      </p>
      <button type="button" class="close" aria-label="Dismiss" onClick={() => setProblem(place, undefined)}>
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          <path class="glyph-line" d="M2 2l8 8M10 2l-8 8" />
        </svg>
      </button>
    </div>
  )
}
