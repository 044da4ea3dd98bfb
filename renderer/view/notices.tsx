import type { StateError, VaultStatus } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, view, windowPlace } from '../store.ts'
import { Button } from './button.tsx'
import { SaidAndFix } from './said-and-fix.tsx'

/** The keychain in words, when it is not simply there. Locked, absent and broken each have an advice of their own. */
export function VaultNotice({ vault }: { readonly vault: VaultStatus }) {
  if (vault.state.kind === 'ready') return null
  if (vault.state.kind === 'opening') return <p class="note">{words().vault.opening}</p>
  return <AdviceNote description={vault.state.error.description} advice={vault.state.error.fix} />
}

/** What stands in place of the rows while there is no broker. */
export function BrokerNotice() {
  const problem = view.value?.problem
  if (problem === undefined) return <p class="empty">{words().menu.starting}</p>
  return <AdviceNote description={problem.description} advice={problem.fix} />
}

/** What was found at the start, such as a provider file that cannot be read. It costs its own provider only, so that it is said quietly. */
export function BrokerNotes({ notes }: { readonly notes: readonly StateError[] }) {
  return (
    <>
      {notes.map(({ description, fix }) => (
        <section key={description} class="note note-quiet-advice" aria-label={words().controls.notice}>
          <SaidAndFix description={description} fix={fix} />
        </section>
      ))}
    </>
  )
}

function AdviceNote({ description, advice }: { readonly description: string; readonly advice: string | undefined }) {
  return (
    <section class="note note-advice">
      <SaidAndFix description={description} fix={advice} loud />
      <Button waiting={isWaiting(windowPlace)} onPress={() => request(windowPlace, 'broker:wake', undefined)}>
        {words().accounts.tryAgain}
      </Button>
    </section>
  )
}
