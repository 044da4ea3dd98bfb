import { type Place, problemAt, setProblem } from '../store.ts'
import { DismissButton } from './dismiss-button.tsx'
import { SaidAndFix } from './said-and-fix.tsx'

/** What went wrong with a request and what to do, at the place where it was asked; read aloud at once. */
export function ProblemNote({ place }: { readonly place: Place }) {
  const problem = problemAt(place)
  if (problem === undefined) return null
  return (
    <div class="note note-problem" role="alert">
      <SaidAndFix description={problem.description} fix={problem.fix} loud />
      <DismissButton onPress={() => setProblem(place, undefined)} />
    </div>
  )
}
