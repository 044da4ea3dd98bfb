import { expect, test } from 'vitest'
import { type Grant, Secret } from '../../src/core/index.ts'
import { backoffDelay, refreshDueAt, satisfies, satisfiesMeanwhile } from '../../src/core/refresh-policy.ts'

const minute = 60_000
const grant = (life: number | undefined, refreshable = true): Grant => ({
  provider: 'acme',
  issuer: 'https://server.example',
  accessToken: new Secret('a'),
  ...(refreshable ? { refreshToken: new Secret('r') } : {}),
  tokenType: 'Bearer',
  obtainedAt: 0,
  ...(life === undefined ? {} : { expiresAt: life }),
  identity: {},
})

test.each([
  ['an hour, at its beginning', 60 * minute, 0, 5 * minute, true],
  ['an hour, with five minutes left', 60 * minute, 55 * minute, 5 * minute, true],
  ['an hour, with a second less', 60 * minute, 55 * minute + 1_000, 5 * minute, false],
  ['a wish beyond the life is capped at half of it', 60 * minute, 29 * minute, 1_000 * minute, true],
  ['and not satisfied in the second half', 60 * minute, 31 * minute, 1_000 * minute, false],
  ['a short token is served in its first half', 60_000, 29_000, 5 * minute, true],
  ['nothing is served after the end', 60_000, 60_000, 0, false],
  ['a token without an end is always good', undefined, 1e15, 1_000 * minute, true],
])('satisfies: %s', (_name, life, now, minValid, expected) => {
  expect(satisfies(grant(life), now, minValid)).toBe(expected)
})

test('while no refresh is possible, a caller without a wish gets the old token to its last ten seconds', () => {
  expect(satisfiesMeanwhile(grant(60 * minute), 60 * minute - 10_000, undefined)).toBe(true)
  expect(satisfiesMeanwhile(grant(60 * minute), 60 * minute - 9_000, undefined)).toBe(false)
  expect(satisfiesMeanwhile(grant(60 * minute), 60 * minute - 10_000, 300_000)).toBe(false)
})

test('while no refresh is possible, a wish beyond the whole life is answered with what there is', () => {
  expect(satisfiesMeanwhile(grant(60 * minute), 50 * minute, 61 * minute)).toBe(true)
  expect(satisfiesMeanwhile(grant(60 * minute), 60 * minute - 9_000, 61 * minute)).toBe(false)
  expect(satisfiesMeanwhile(grant(60 * minute), 50 * minute, 60 * minute)).toBe(false)
})

test.each([
  ['an hour: a fifth of the life ahead', 60 * minute, 48 * minute],
  ['ten days: a fifth of the life ahead', 14_400 * minute, 11_520 * minute],
  ['ten minutes: the leeway of five', 10 * minute, 5 * minute],
  ['one minute: not before half of the life', minute, 30_000],
])('refreshDueAt: %s', (_name, life, due) => {
  expect(refreshDueAt(grant(life), 0, 0)).toBe(due)
})

test('refreshDueAt: jitter only moves it earlier, and nothing is due without an end or a refresh token', () => {
  expect(refreshDueAt(grant(60 * minute), 0.999, 0)).toBeGreaterThan(44 * minute)
  expect(refreshDueAt(grant(undefined), 0, 0)).toBeUndefined()
  expect(refreshDueAt(grant(60 * minute, false), 0, 0)).toBeUndefined()
})

test('backoff grows from one second to five minutes and honours Retry-After within these bounds', () => {
  expect([1, 2, 3, 9, 10, 1_000].map((attempt) => backoffDelay(attempt, 0.999999))).toEqual(
    [1_000, 2_000, 4_000, 256_000, 300_000, 300_000].map((full) => expect.closeTo(full, -2)),
  )
  expect(backoffDelay(9, 0)).toBe(128_000)
  expect(backoffDelay(1, 0)).toBe(1_000)
  expect(backoffDelay(1, 0, 30)).toBe(30_000)
  expect(backoffDelay(1, 0, 86_400)).toBe(300_000)
  expect(backoffDelay(1, 0, 0)).toBe(1_000)
  expect(backoffDelay(9, 0, 0)).toBe(128_000)
})

test('a token of a clock that was set back since is refreshed, and serves meanwhile whoever has no wish of their own', () => {
  const set = -2 * minute
  expect(refreshDueAt(grant(60 * minute), 0, set)).toBe(set)
  expect(satisfies(grant(60 * minute), set, 5 * minute)).toBe(false)
  expect(satisfiesMeanwhile(grant(60 * minute), set, undefined)).toBe(true)
  expect(satisfiesMeanwhile(grant(60 * minute), set, 30 * minute)).toBe(false)
  // A correction of some seconds changes nothing, and what cannot be refreshed or has no end is not ended by a clock.
  expect(refreshDueAt(grant(60 * minute), 0, -30_000)).toBeGreaterThan(0)
  expect(satisfies(grant(60 * minute), -30_000, 5 * minute)).toBe(true)
  expect(refreshDueAt(grant(60 * minute, false), 0, set)).toBeUndefined()
  expect(satisfies(grant(60 * minute, false), set, 0)).toBe(true)
  expect(refreshDueAt(grant(undefined), 0, set)).toBeUndefined()
  expect(satisfies(grant(undefined), set, 5 * minute)).toBe(true)
})
