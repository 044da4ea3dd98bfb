import type { AccountStatus, BrokerSnapshot, VaultStatus } from '../protocol/index.ts'
import { whoWaits } from './approval-words.ts'
import type { Problem } from './channels.ts'
import { isLockedByPerson, vaultLock } from './vault-lock.ts'
import type { Words } from './words/index.ts'

/** The one thing that the tray icon and the head of the window say of the whole broker. */
export type OverallState = 'ready' | 'needs_you' | 'working' | 'offline' | 'signed_out' | 'locked'

export interface Overall {
  readonly state: OverallState
  /** A short sentence without a full stop. */
  readonly sentence: string
}

const needsPerson = new Set(['authorizing', 'reauthorization_required', 'unavailable'])
const serves = new Set(['active', 'refreshing'])

/**
 * Sums up how everything stands; `problem` is why there is no snapshot. What waits for the person comes first, because nothing else gets better without them, and a client before
 * all else, because it waits for seconds only; then what is being worked on, and a back-off last. An account that nobody signed in
 * to, or that is switched off, is no fault, so that it is not counted.
 */
export function overall(snapshot: BrokerSnapshot | undefined, problem: Problem | undefined, words: Words): Overall {
  if (snapshot === undefined) return withoutBroker(problem, words)
  const asking = whoWaits(snapshot.approvals, words)
  if (asking !== undefined) return { state: 'needs_you', sentence: asking }
  const vault = vaultSentence(snapshot, words)
  if (vault !== undefined) return { state: isLockedByPerson(snapshot.vault) ? 'locked' : 'needs_you', sentence: vault }
  const undecided = snapshot.logins.find((login) => login.undecided !== undefined)
  if (undecided !== undefined)
    return { state: 'needs_you', sentence: words.overall.decision(nameOf(undecided.provider, snapshot)) }
  if (snapshot.vault.state.kind === 'opening') return { state: 'working', sentence: words.overall.opening }
  return overallOfAccounts(snapshot.accounts, words)
}

function withoutBroker(problem: Problem | undefined, { overall: say }: Words): Overall {
  return problem === undefined ? { state: 'working', sentence: say.starting } : { state: 'offline', sentence: say.notRunning }
}

function overallOfAccounts(accounts: readonly AccountStatus[], { overall: say }: Words): Overall {
  // What is only watched gives no tokens, and is not for this app to mend.
  const own = accounts.filter((row) => row.ownership?.mode !== 'watched')
  const signedIn = own.filter((row) => row.state.kind !== 'signed_out')
  const used = signedIn.filter((row) => !row.disabled || row.state.kind === 'authorizing')
  const ready = used.filter((row) => serves.has(row.state.kind))
  const part = say.partReady(ready.length, used.length)
  const waiting = used.filter((row) => needsPerson.has(row.state.kind))
  if (waiting.length > 0) {
    const who = namedOr(waiting, say.needsYou, say.needYou)
    return { state: 'needs_you', sentence: ready.length === 0 ? who : `${part} · ${who}` }
  }
  if (used.length === 0) return { state: 'signed_out', sentence: signedIn.length === 0 ? say.signedOut : say.switchedOff }
  const refreshing = used.filter((row) => row.state.kind === 'refreshing')
  if (refreshing.length > 0) {
    const what = namedOr(refreshing, say.refreshing, say.refreshingSeveral)
    return { state: 'working', sentence: ready.length === used.length ? what : `${part} · ${what}` }
  }
  if (ready.length === used.length) return { state: 'ready', sentence: allReady(used, say) }
  return { state: 'offline', sentence: `${ready.length === 0 ? say.notReachable : part} · ${say.tryingAgain}` }
}

/** One account by its name, and several by their number. */
function namedOr(rows: readonly AccountStatus[], named: (name: string) => string, counted: (count: number) => string): string {
  const [only, ...others] = rows
  return only !== undefined && others.length === 0 ? named(only.provider_name) : counted(rows.length)
}

const nameOf = (provider: string, { accounts }: BrokerSnapshot): string =>
  accounts.find((row) => row.provider === provider)?.provider_name ?? provider

function vaultSentence({ vault }: BrokerSnapshot, words: Words): string | undefined {
  switch (vault.state.kind) {
    case 'locked':
      return lockedSentence(vault, words)
    case 'absent':
      return words.overall.noKeychain
    case 'broken':
      return words.overall.cannotOpen
    default:
      return undefined
  }
}

function lockedSentence(vault: VaultStatus, { overall: say }: Words): string {
  if (isLockedByPerson(vault)) return say.locked
  switch (vaultLock(vault)) {
    case 'passphrase':
      return say.passphraseNeeded
    case 'first_passphrase':
      return say.choosePassphrase
    default:
      return say.keychainLocked
  }
}

function allReady(used: readonly AccountStatus[], say: Words['overall']): string {
  return used.length === 2 ? say.bothReady : namedOr(used, say.oneReady, say.allReady)
}
