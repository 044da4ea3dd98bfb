import type { VaultStatus } from '../protocol/index.ts'
import { type Clock, toEpochSeconds } from './clock.ts'
import type { GrantVault, History } from './ports.ts'

interface VaultHistoryContext {
  readonly clock: Clock
  readonly history: History
  readonly vault: Pick<GrantVault, 'onStatus'>
}

/**
 * Tells the history what befalls all logins at once: that the broker starts and stops, which explains a time in which nothing was
 * refreshed, and that the vault closes and opens. The returned function tells the stop.
 */
export function tellVaultHistory({ clock, history, vault }: VaultHistoryContext): () => void {
  const now = () => ({ at: toEpochSeconds(clock.now()) })
  /** Why the vault was closed when that was told last. */
  let closed: string | undefined
  const told = ({ state }: VaultStatus) => {
    if (state.kind === 'opening') return
    if (state.kind === 'ready') {
      if (closed !== undefined) history.record({ ...now(), event: 'unlocked' })
      closed = undefined
    } else if (closed !== state.error.code) {
      closed = state.error.code
      history.record({ ...now(), event: 'locked', error: state.error })
    }
  }
  history.record({ ...now(), event: 'started' })
  const stopVault = vault.onStatus(told)
  return () => {
    stopVault()
    history.record({ ...now(), event: 'stopped' })
  }
}
