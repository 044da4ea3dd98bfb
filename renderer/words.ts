import { endWords, kindName } from '../src/ipc/account-words.ts'
import { capitalised } from '../src/ipc/login-words.ts'
import { isWatched, watchedState } from '../src/ipc/owner-words.ts'
import { countdown, spanWords } from '../src/ipc/time-words.ts'
import type { Language } from '../src/ipc/words/index.ts'
import type { AccountStatus } from '../src/protocol/index.ts'
import { assertNever } from './assert-never.ts'

/** How a row looks: each has a colour and a shape of its own, which the tray icon has as well, save for what is only watched. */
export type Tone = 'ready' | 'working' | 'needs_you' | 'offline' | 'signed_out' | 'locked' | 'watched'

export function toneOf(row: AccountStatus): Tone {
  if (isWatched(row)) return watchedTone(row)
  if (isSwitchedOff(row)) return 'signed_out'
  const { state } = row
  switch (state.kind) {
    case 'active':
      return 'ready'
    case 'refreshing':
      return 'working'
    case 'authorizing':
    case 'reauthorization_required':
    case 'unavailable':
      return 'needs_you'
    case 'backing_off':
      return 'offline'
    case 'signed_out':
      return 'signed_out'
    default:
      return assertNever(state)
  }
}

/** Nothing here is for the person to mend, so that none of it is as loud as a login of TokenTray's own. */
function watchedTone({ state: { kind } }: AccountStatus): Tone {
  if (kind === 'active') return 'watched'
  return kind === 'signed_out' ? 'signed_out' : 'offline'
}

/** Whether that it is switched off is the first thing to know of a row. One that needs the person says so instead. */
export const isSwitchedOff = ({ state, disabled }: AccountStatus): boolean =>
  disabled === true && (state.kind === 'active' || state.kind === 'refreshing')

/** The state of a row in a few words; `now` in epoch seconds. */
export function stateWords(row: AccountStatus, now: number, language: Language): string {
  const { accounts } = language.words
  if (isWatched(row)) return watchedState(row, language.words) ?? accounts.notAvailable
  if (isSwitchedOff(row)) return accounts.switchedOff
  const { state } = row
  switch (state.kind) {
    case 'signed_out':
      return accounts.notSignedIn
    case 'authorizing':
      return state.prompt.kind === 'browser' ? accounts.waitingForBrowser : accounts.waitingForCode
    case 'active':
      return freshness(row, state.expires_at, now, language)
    case 'refreshing':
      return accounts.refreshing
    case 'backing_off':
      return state.retry_at > now ? accounts.nextTry(countdown(state.retry_at - now)) : accounts.tryingAgain
    case 'reauthorization_required':
      return endWords(state.cause, language.words)
    case 'unavailable':
      return accounts.notAvailable
    default:
      return assertNever(state)
  }
}

function freshness({ kind }: AccountStatus, expiresAt: number | undefined, now: number, language: Language): string {
  const { accounts } = language.words
  if (expiresAt === undefined) return kind === undefined ? accounts.ready : kindName(kind, language.words)
  // With on-demand refresh, an expired token is at rest until a tool asks.
  return expiresAt > now ? accounts.valid(spanWords(expiresAt - now, language)) : accounts.renewedOnDemand
}

/** Who is signed in: `ana@example.com · Plus`; undefined when nothing is known. */
export function personWords({ identity }: AccountStatus): string | undefined {
  const parts = [identity?.email ?? identity?.name, identity?.plan && capitalised(identity.plan)].filter((part) => !!part)
  return parts.length === 0 ? undefined : parts.join(' · ')
}
