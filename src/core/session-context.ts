import type { AccountSession } from './account-session.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { GrantVault, History, ProviderClient, RefreshJournal } from './ports.ts'

/** What an account session works with. */
export interface SessionContext {
  readonly clock: Clock
  readonly vault: GrantVault
  readonly journal: RefreshJournal
  readonly client: ProviderClient
  readonly log: Log
  readonly history: History
  /** In [0, 1). */
  readonly random: () => number
  /** False when tokens are refreshed only because a caller asks. It is asked each time, as the person may change it. */
  readonly refreshAhead: () => boolean
  readonly onChange: (session: AccountSession) => void
}
