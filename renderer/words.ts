import { endWords, kindNames } from '../src/ipc/account-words.ts'
import { capitalised } from '../src/ipc/login-words.ts'
import type { AccountStatus } from '../src/protocol/index.ts'
import { assertNever } from './assert-never.ts'
import { asCountdown, inWords } from './durations.ts'

/** How a row looks: each has a colour and a shape of its own. */
export type Tone = 'ready' | 'busy' | 'needs_you' | 'offline' | 'signed_out' | 'locked'

export function toneOf(row: AccountStatus): Tone {
  if (isSwitchedOff(row)) return 'signed_out'
  const { state } = row
  switch (state.kind) {
    case 'active':
      return 'ready'
    case 'refreshing':
      return 'busy'
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

/** Whether that it is switched off is the first thing to know of a row. One that needs the person says so instead. */
export const isSwitchedOff = ({ state, disabled }: AccountStatus): boolean =>
  disabled === true && (state.kind === 'active' || state.kind === 'refreshing')

/** What a login waits for that somebody else made. */
export const decisionWords = 'Waiting for your decision'

/** The state of a row in a few words; `now` in epoch seconds. */
export function stateWords(row: AccountStatus, now: number): string {
  if (isSwitchedOff(row)) return 'Switched off'
  const { state } = row
  switch (state.kind) {
    case 'signed_out':
      return 'Not signed in'
    case 'authorizing':
      return state.prompt.kind === 'browser' ? 'Waiting for your browser' : 'Waiting for your code'
    case 'active':
      return freshness(row, state.expires_at, now)
    case 'refreshing':
      return 'Getting a fresh token'
    case 'backing_off':
      return state.retry_at > now ? `Next try in ${asCountdown(state.retry_at - now)}` : 'Trying again'
    case 'reauthorization_required':
      return endWords(state.cause)
    case 'unavailable':
      return 'Not available'
    default:
      return assertNever(state)
  }
}

function freshness({ kind }: AccountStatus, expiresAt: number | undefined, now: number): string {
  if (expiresAt === undefined) return kind === undefined ? 'Ready' : kindNames[kind]
  // With on-demand refresh, an expired token is at rest until a tool asks.
  return expiresAt > now ? `Fresh for ${inWords(expiresAt - now)}` : 'Renewed when a tool asks'
}

/** Who is signed in: `ana@example.com · Plus`; undefined when nothing is known. */
export function personWords({ identity }: AccountStatus): string | undefined {
  const parts = [identity?.email ?? identity?.name, identity?.plan && capitalised(identity.plan)].filter((part) => !!part)
  return parts.length === 0 ? undefined : parts.join(' · ')
}
