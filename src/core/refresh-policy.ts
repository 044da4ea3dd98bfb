import type { Grant } from './grant.ts'

/** A token is handed out when it is valid for at least this long, unless the caller asks for another time. Milliseconds. */
export const defaultMinValid = 300_000

/** While a refresh is impossible, a caller without a wish of its own still gets a token that is valid this long. */
const lastResortMinValid = 10_000

/** A clock that is corrected by less than this is one that runs a little fast. Milliseconds. */
const clockCorrection = 60_000

const refreshLeeway = 300_000
const firstBackoff = 1_000
/** Milliseconds. */
export const longestBackoff = 300_000

/** The whole life of the access token in milliseconds, or undefined when the server named no end. */
function lifetime(grant: Grant): number | undefined {
  return grant.expiresAt === undefined ? undefined : Math.max(0, grant.expiresAt - grant.obtainedAt)
}

/**
 * Whether the token was obtained at a time that is still to come, because the clock has been set back since. When it ends is not
 * known then, and could be any moment.
 */
const isOfAnotherClock = ({ obtainedAt }: Grant, now: number): boolean => obtainedAt > now + clockCorrection

/** How long the token is still valid, as far as is known. */
function validFor(grant: Grant, expiresAt: number, now: number): number {
  return isOfAnotherClock(grant, now) ? lastResortMinValid : expiresAt - now
}

/** Whether the access token had ended when it came. One that has ended since, because its write had to wait, is another matter. */
export function hasEndedAtOnce(grant: Grant): boolean {
  return lifetime(grant) === 0
}

/**
 * Whether the access token satisfies a caller that wants `minValid` milliseconds. A wish beyond half of the token's whole life
 * is capped there: no refresh could satisfy it for long, and a refresh per call would burn one rotation per call.
 */
export function satisfies(grant: Grant, now: number, minValid: number): boolean {
  if (grant.expiresAt === undefined) return true
  const wanted = Math.min(minValid, (lifetime(grant) ?? 0) / 2)
  const left = validFor(grant, grant.expiresAt, now)
  return left > 0 && left >= wanted
}

/**
 * Whether the token may still be handed out while it cannot be refreshed. `minValid` is undefined for a caller without a wish. One
 * that wants more than a token ever lives is told the real end with any token, so that this one is as good as a fresh one.
 */
export function satisfiesMeanwhile(grant: Grant, now: number, minValid: number | undefined): boolean {
  const possible = minValid !== undefined && minValid <= (lifetime(grant) ?? 0)
  return satisfies(grant, now, possible ? minValid : lastResortMinValid)
}

/** A refresh that a person or a program demands is the one that ended this recently. Milliseconds. */
const justRefreshed = 10_000

/** Whether the grant is what somebody wants who demanded a refresh at `asked`. A time after `now` is of a clock set back since. */
export function wasJustRefreshed(grant: Grant | undefined, asked: number, now: number): boolean {
  return grant !== undefined && grant.obtainedAt > asked - justRefreshed && grant.obtainedAt <= now
}

/**
 * When to refresh ahead: the leeway or a fifth of the life before the end, whichever is earlier, but never in the first half of
 * the life, because a short-lived token would otherwise be refreshed without pause. `random` in [0, 1) spreads accounts over a
 * twentieth of the life. After the clock was set back it is now. Milliseconds of the wall clock, or undefined when nothing is due.
 */
export function refreshDueAt(grant: Grant, random: number, now: number): number | undefined {
  const life = lifetime(grant)
  if (grant.refreshToken === undefined) return undefined
  if (life !== undefined && isOfAnotherClock(grant, now)) return now
  const renewal = renewalDueAt(grant)
  if (life === undefined || grant.expiresAt === undefined) return renewal
  const ahead = Math.max(refreshLeeway, life / 5) + (random * life) / 20
  const due = Math.max(grant.obtainedAt + life / 2, grant.expiresAt - ahead)
  return heldBack(grant, grant.expiresAt, Math.min(due, renewal ?? due))
}

/** `due`, but not before the server wants to be asked; when it says more than the life of the token, the token's end counts. */
function heldBack({ earliestRefreshAt = 0 }: Grant, expiresAt: number, due: number): number {
  return Math.max(due, Math.min(earliestRefreshAt, expiresAt - lastResortMinValid))
}

/** Whether the server does not want to be asked yet, while the token is good. */
export function mustWait({ earliestRefreshAt = 0, expiresAt }: Grant, now: number): boolean {
  return now < earliestRefreshAt && expiresAt !== undefined && now < expiresAt - lastResortMinValid
}

/**
 * A refresh token that ends before the access token is due has to be renewed while it can. Undefined when that is not so, and
 * when so little of it is left that the refresh before did evidently not prolong it.
 */
function renewalDueAt({ obtainedAt, refreshExpiresAt }: Grant): number | undefined {
  if (refreshExpiresAt === undefined) return undefined
  const due = refreshExpiresAt - Math.max(refreshLeeway, (refreshExpiresAt - obtainedAt) / 5)
  return due > obtainedAt + refreshLeeway ? due : undefined
}

/**
 * Exponential backoff from 1 s to 5 min with jitter; a `Retry-After` in seconds is honoured within the same bounds. A server in
 * trouble that says 0 names no time, and would be asked every second for as long as its trouble lasts.
 */
export function backoffDelay(attempt: number, random: number, retryAfter?: number): number {
  if (retryAfter !== undefined && retryAfter > 0) return Math.min(longestBackoff, Math.max(firstBackoff, retryAfter * 1000))
  const full = Math.min(longestBackoff, firstBackoff * 2 ** Math.min(attempt - 1, 16))
  return Math.max(firstBackoff, full * (0.5 + random / 2))
}
