import type { AccountStatus, AccountUsage, ErrorCode, UsageWindow } from '../protocol/index.ts'
import { duration } from './status-text.ts'

/** Whether an account lasts. `risk`: it does as far as anybody says, and a limit is likely to be used up before. */
export interface Flight {
  readonly account: string
  readonly verdict: 'lasts' | 'risk' | 'ends'
  /** What ends first, or why nothing does. */
  readonly reason: string
  /** Epoch seconds; absent for what is so already, and for what has no known end. */
  readonly at?: number
  readonly fix?: string
  /** Decides the exit code; absent when it lasts. */
  readonly code?: ErrorCode
}

/** Everything that is known of one account. */
export interface Aboard {
  readonly selector: string
  readonly row: AccountStatus
  readonly usage: AccountUsage | undefined
}

type Ending = Omit<Flight, 'account'>

/** Whether an account lasts from `now` to `until`, both in epoch seconds, and what ends first if not. */
export function flightOf({ selector, row, usage }: Aboard, now: number, until: number): Flight {
  const endings = [
    stateEnding(row, selector, now),
    loginEnding(row, selector, now, until),
    ...(usage?.windows ?? []).map((window) => limitEnding(window, now, until)),
  ].filter((each) => each !== undefined)
  const [first] = endings.toSorted((a, b) => rank[a.verdict] - rank[b.verdict] || (a.at ?? 0) - (b.at ?? 0))
  return { account: selector, ...(first ?? { verdict: 'lasts', reason: lastingReason(row, usage, now) }) }
}

const rank = { ends: 0, risk: 1, lasts: 2 } as const

/** What keeps an account from giving tokens now. */
function stateEnding({ state, disabled, ownership }: AccountStatus, selector: string, now: number): Ending | undefined {
  if (ownership?.mode === 'watched') {
    return { verdict: 'ends', reason: `it is read-only: ${ownership.program} owns its login`, code: 'login_not_owned' }
  }
  if (disabled) {
    return { verdict: 'ends', reason: 'it is switched off', code: 'account_disabled', fix: `tokentray enable ${selector}` }
  }
  switch (state.kind) {
    case 'signed_out':
    case 'authorizing':
      return { verdict: 'ends', reason: 'nobody is signed in', code: 'login_required', fix: `tokentray login ${selector}` }
    case 'reauthorization_required':
      return {
        verdict: 'ends',
        reason: state.error.description,
        code: 'reauthorization_required',
        // Whoever owns the login is the one to sign in to.
        fix: ownership?.mode === 'delegated' ? (state.error.fix ?? '') : `tokentray login ${selector}`,
      }
    case 'unavailable':
      return unavailable(state.error.description, state.error.fix)
    case 'backing_off':
      return unavailable(`${state.error.description} It is tried again in ${duration(state.retry_at - now)}.`)
    case 'active':
    case 'refreshing':
      return undefined
    default:
      return unavailable('its state is not known to this command')
  }
}

const unavailable = (reason: string, fix?: string): Ending => ({
  verdict: 'ends',
  reason,
  code: 'temporarily_unavailable',
  ...(fix === undefined ? {} : { fix }),
})

/** The end of the login itself; the access token of one that can be refreshed does not count. */
function loginEnding(
  { kind, state, signed_in_until: signedInUntil }: AccountStatus,
  selector: string,
  now: number,
  until: number,
): Ending | undefined {
  const end = kind === undefined ? signedInUntil : 'expires_at' in state ? state.expires_at : undefined
  if (end === undefined || end > until) return undefined
  const what = kind === undefined ? 'the login' : kind === 'api_key' ? 'the API key' : 'the setup token'
  const fix = kind === undefined ? `tokentray login ${selector}` : `tokentray add ${selector}`
  return { verdict: 'ends', reason: `${what} ends in ${duration(end - now)}`, at: end, code: 'reauthorization_required', fix }
}

/** A limit that is used up now, or will be if it goes on as it went since it began. */
function limitEnding(
  { name, used_percent: used, resets_at: resets }: UsageWindow,
  now: number,
  until: number,
): Ending | undefined {
  if (resets !== undefined && resets <= now) return undefined
  const again = resets === undefined ? '' : `, and begins anew in ${duration(resets - now)}`
  if (used >= 100) return { verdict: 'ends', reason: `the limit "${name}" is used up${again}`, code: 'temporarily_unavailable' }
  const length = lengthOf(name)
  if (resets === undefined || length === undefined) return undefined
  const passed = length - (resets - now)
  // Of the first tenth of a limit nothing can be told.
  if (used <= 0 || passed < length / 10) return undefined
  const end = Math.round(now + ((100 - used) / used) * passed)
  if (end >= Math.min(until, resets)) return undefined
  const reason = `the limit "${name}" is used to ${Math.round(used)} %, and at this pace used up in ${duration(end - now)}${again}`
  return { verdict: 'risk', reason, at: end, code: 'temporarily_unavailable' }
}

/** How long a limit runs, by its name; undefined for a name that does not say. Seconds. */
function lengthOf(name: string): number | undefined {
  if (/^week\b/.test(name)) return 604_800
  const [, count, unit] = /^(\d+) (hour|minute|day)s?$/.exec(name) ?? []
  if (count === undefined || unit === undefined) return undefined
  return Number(count) * { minute: 60, hour: 3_600, day: 86_400 }[unit as 'minute' | 'hour' | 'day']
}

function lastingReason({ kind, signed_in_until: end }: AccountStatus, usage: AccountUsage | undefined, now: number): string {
  const login =
    kind === undefined
      ? end === undefined
        ? 'the login is refreshed by itself'
        : `signed in for about ${duration(end - now)}`
      : 'a key that has no end'
  const fullest = usage?.windows.toSorted((a, b) => b.used_percent - a.used_percent)[0]
  return fullest === undefined ? login : `${login}, "${fullest.name}" used to ${Math.round(fullest.used_percent)} %`
}
