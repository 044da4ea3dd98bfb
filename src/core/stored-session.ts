import type { StateError } from '../protocol/index.ts'
import { toEpochSeconds } from './clock.ts'
import type { Grant } from './grant.ts'
import type { Recalled, RefreshRecord } from './refresh-record.ts'
import type { SessionContext } from './session-context.ts'
import { foreignIssuer, missing, stateErrorOf } from './session-errors.ts'

/** What the vault and the journal know of an account; the kinds without a grant are the events they lead to. */
export type StoredSession =
  | { readonly kind: 'found'; readonly grant: Grant; readonly recalled: Recalled }
  | { readonly kind: 'ended' | 'unavailable'; readonly error: StateError }

/** Reads what is stored of an account. Never throws: a vault that cannot answer is a state. */
export async function readStoredSession(
  account: string,
  { clock, vault, client, log }: SessionContext,
  record: RefreshRecord,
): Promise<StoredSession> {
  try {
    const stored = await vault.load(account)
    if (stored.kind === 'absent') return { kind: 'ended', error: missing }
    if (stored.kind === 'damaged') return { kind: 'ended', error: stored.error }
    const { grant, notice } = stored
    if (notice !== undefined) log.warn('grant restored', { account, code: notice.code })
    // S7
    if (grant.issuer !== client.issuer) return { kind: 'unavailable', error: foreignIssuer(grant) }
    const recalled = record.recall(grant, clock.now())
    if (recalled.kind === 'unanswered') {
      log.warn('a refresh was never answered', { account, at: toEpochSeconds(recalled.since) })
    }
    return { kind: 'found', grant, recalled }
  } catch (error) {
    return { kind: 'unavailable', error: stateErrorOf(error) }
  }
}
