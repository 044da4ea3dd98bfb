import type { AccountStatus, BrokerSnapshot, VaultStatus } from '../protocol/index.ts'
import { whoWaits } from './approval-words.ts'
import { isLockedByPerson, vaultLock } from './vault-lock.ts'

/** The one thing that the tray icon and the head of the window say of the whole broker. */
export type OverallState = 'ready' | 'needs_you' | 'offline' | 'signed_out' | 'locked'

export interface Overall {
  readonly state: OverallState
  /** A short sentence without a full stop. */
  readonly sentence: string
}

const needsPerson = new Set(['authorizing', 'reauthorization_required', 'unavailable'])
const serves = new Set(['active', 'refreshing'])

/**
 * Sums a snapshot up. What waits for the person comes first, because nothing else gets better without them, and a client before
 * all else, because it waits for seconds only; a back-off comes last. An account that nobody signed in to, or that is switched
 * off, is no fault, so that it is not counted.
 */
export function overall(snapshot: BrokerSnapshot): Overall {
  const asking = whoWaits(snapshot.approvals)
  if (asking !== undefined) return { state: 'needs_you', sentence: asking }
  const vault = vaultSentence(snapshot)
  if (vault !== undefined) return { state: isLockedByPerson(snapshot.vault) ? 'locked' : 'needs_you', sentence: vault }
  const undecided = snapshot.logins.find((login) => login.undecided !== undefined)
  if (undecided !== undefined)
    return { state: 'needs_you', sentence: `${nameOf(undecided.provider, snapshot)} waits for your decision` }
  const signedIn = snapshot.accounts.filter((row) => row.state.kind !== 'signed_out')
  const used = signedIn.filter((row) => !row.disabled || row.state.kind === 'authorizing')
  const ready = used.filter((row) => serves.has(row.state.kind))
  const waiting = used.filter((row) => needsPerson.has(row.state.kind))
  if (waiting.length > 0) return { state: 'needs_you', sentence: waitingSentence(waiting, ready.length, used.length) }
  if (used.length === 0) return { state: 'signed_out', sentence: signedIn.length === 0 ? 'Signed out' : 'Switched off' }
  if (ready.length === used.length) return { state: 'ready', sentence: allReady(used) }
  const part = ready.length === 0 ? 'Not reachable' : `${ready.length} of ${used.length} ready`
  return { state: 'offline', sentence: `${part} · trying again` }
}

const nameOf = (provider: string, { accounts }: BrokerSnapshot): string =>
  accounts.find((row) => row.provider === provider)?.provider_name ?? provider

function vaultSentence({ vault }: BrokerSnapshot): string | undefined {
  switch (vault.state.kind) {
    case 'locked':
      return lockedSentence(vault)
    case 'absent':
      return 'There is no keychain'
    case 'broken':
      return 'Stored logins cannot be opened'
    default:
      return undefined
  }
}

function lockedSentence(vault: VaultStatus): string {
  if (isLockedByPerson(vault)) return 'Locked'
  switch (vaultLock(vault)) {
    case 'passphrase':
      return 'Your passphrase is needed'
    case 'first_passphrase':
      return 'Choose a passphrase'
    default:
      return 'The keychain is locked'
  }
}

function waitingSentence(waiting: readonly AccountStatus[], ready: number, used: number): string {
  const [first, ...others] = waiting
  const who = others.length === 0 && first !== undefined ? `${first.provider_name} needs you` : `${waiting.length} need you`
  return ready === 0 ? who : `${ready} of ${used} ready · ${who}`
}

function allReady(used: readonly AccountStatus[]): string {
  const [only, ...others] = used
  if (others.length === 0 && only !== undefined) return `${only.provider_name} is ready`
  return used.length === 2 ? 'Both are ready' : `All ${used.length} are ready`
}
