import { latelyUsedBy } from '../../src/ipc/activity.ts'
import type { AccountStatus } from '../../src/protocol/index.ts'
import { ledger } from '../activity.ts'
import { words } from '../language.ts'
import { now } from '../store.ts'
import { CutText } from './cut-text.tsx'
import { Sentence } from './sentence.tsx'

/** Clients that are named; the others are counted. */
const named = 3

/** Which tools took tokens of the account lately. */
export function UsedBy({ row }: { readonly row: AccountStatus }) {
  const clients = latelyUsedBy(row.id, ledger.value.value ?? [], now.value)
  if (clients.length === 0) return null
  const { accounts } = words()
  const [shown, others] = [clients.slice(0, named), clients.length - named]
  const names = shown.map((name, index) => (
    <>
      {index > 0 && ', '}
      <CutText text={name} most={24} />
    </>
  ))
  return (
    <p class="used-by">
      <Sentence
        text={accounts.usedBy('{clients}')}
        parts={{
          clients: (
            <>
              {names}
              {others > 0 && `, ${accounts.usedByMore(others)}`}
            </>
          ),
        }}
      />
    </p>
  )
}
