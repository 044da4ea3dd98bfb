import { BrokerError, lockedByPerson, type StateError } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { Clock } from './clock.ts'
import type { LoginDesk } from './login-desk.ts'
import type { GrantVault } from './ports.ts'

const locked: StateError = {
  code: lockedByPerson,
  description: 'TokenTray is locked.',
  fix: 'Run `tokentray unlock`, or press Unlock in the tray.',
}

/**
 * Forgets every token and the data key. What is under way ends first, and a login that is in memory only keeps the lock from
 * closing, because it would be lost (S5).
 */
export async function lockEverything(
  sessions: () => readonly AccountSession[],
  vault: GrantVault,
  logins: Pick<LoginDesk, 'pending' | 'discardUndecided'>,
): Promise<void> {
  // Asked before any token is forgotten, because a lock that is refused must change nothing.
  await vault.prepareLock()
  const busy = () => sessions().filter((session) => session.busy)
  const undecided = () => logins.pending().some((login) => login.undecided !== undefined)
  for (let waiting = busy(); waiting.length > 0 || undecided(); waiting = busy()) {
    // The tokens of a login that nobody has decided about are no account's, and must not outlive the lock.
    await Promise.all([...waiting.map((session) => session.settled()), logins.discardUndecided()])
  }
  // From here on nothing else can run until the vault is closed, so that no refresh begins in between.
  if (sessions().some((session) => session.holdsUnsaved)) {
    throw new BrokerError('vault_unavailable', 'A login could not be stored yet; locking now would lose it.', {
      fix: 'Run `tokentray status` to see what keeps it from being stored, and lock again after that.',
    })
  }
  const closed = vault.lock()
  for (const session of sessions()) session.forget(locked)
  await closed
}

/** How long the end of the process waits for the store of the key. Milliseconds. */
const patience = 1_000

/** Before the end of the process: a key that its store has lost is put back, unless the store keeps us waiting. */
export async function saveLastKey(vault: GrantVault, clock: Clock): Promise<void> {
  let cancelTimer = () => {}
  const late = new Promise<void>((resolve) => {
    cancelTimer = clock.after(patience, resolve)
  })
  await Promise.race([vault.prepareLock().catch(() => {}), late])
  cancelTimer()
}
