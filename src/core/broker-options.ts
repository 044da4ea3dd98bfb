import type { StateError } from '../protocol/index.ts'
import type { Clock } from './clock.ts'
import type { ForeignLogins } from './foreign-logins.ts'
import type { Log } from './log.ts'
import type { AccountIndex, ClientRegister, GrantVault, History, Ledger, ProviderClient, RefreshJournal } from './ports.ts'

/** Everything that the broker gets from outside: time, storage, records and the servers. */
export interface BrokerOptions {
  readonly clock: Clock
  readonly vault: GrantVault
  readonly journal: RefreshJournal
  readonly index: AccountIndex
  readonly register: ClientRegister
  readonly ledger: Ledger
  readonly history: History
  readonly clients: readonly ProviderClient[]
  readonly log: Log
  /** In [0, 1); spreads refreshes and retries. */
  readonly random?: () => number
  /** Whether tokens are refreshed before they run out; after a change, `wake` sees to what is due. */
  readonly refreshAhead?: () => boolean
  /** The ways to logins that other programs own. */
  readonly foreign?: ForeignLogins
  /** What was found at the start, such as a provider file that cannot be read. */
  readonly notices?: readonly StateError[]
}
