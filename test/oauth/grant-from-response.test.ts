import { describe, expect, test } from 'vitest'
import { type Grant, Secret } from '../../src/core/index.ts'
import { grantFromResponse } from '../../src/oauth/grant-from-response.ts'
import { practice } from '../../src/providers/practice.ts'

const now = Date.UTC(2026, 10, 22)
const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
const previous: Grant = {
  provider: 'practice',
  issuer: practice.issuer,
  accessToken: new Secret('old'),
  refreshToken: new Secret('same'),
  tokenType: 'Bearer',
  obtainedAt: now - 1_000,
  refreshExpiresAt: now + 5_000,
  identity: {},
}
const grantOf = (response: object, before?: Grant) =>
  grantFromResponse(practice, { access_token: 'a', token_type: 'Bearer', body: {}, ...response }, now, before)

describe('the end of the refresh token', () => {
  test.each<[name: string, response: object, before: Grant | undefined, end: number | undefined]>([
    ['is what the server says', { refresh_token: 'r', refresh_token_expires_in: 60 }, previous, now + 60_000],
    ['is read from a refresh token that is a JWT', { refresh_token: jwt({ exp: now / 1000 + 90 }) }, undefined, now + 90_000],
    [
      'is a distance on the clock of the server',
      { refresh_token: jwt({ exp: now / 1000 + 90 }), serverTime: now + 30_000 },
      undefined,
      now + 60_000,
    ],
    ['stays that of a refresh token that stays', {}, previous, previous.refreshExpiresAt],
    ['stays that of a refresh token that is sent again', { refresh_token: 'same' }, previous, previous.refreshExpiresAt],
    ['is unknown of a rotated one, whatever the one before it had', { refresh_token: 'r' }, previous, undefined],
    ['is unknown where 0 stands for none', { refresh_token: 'r', refresh_token_expires_in: 0 }, undefined, undefined],
  ])('%s', (_name, response, before, end) => {
    expect(grantOf(response, before)?.refreshExpiresAt).toBe(end)
  })
})

describe('the end of the access token', () => {
  const hour = { ...previous, expiresAt: previous.obtainedAt + 3_600_000 }
  test.each<[name: string, response: object, before: Grant | undefined, end: number | undefined]>([
    ['is what the server says', { expires_in: 60 }, hour, now + 60_000],
    ['is as far away as it was, where the server says it no more', {}, hour, now + 3_600_000],
    ['is that of the token itself, where it says so', { access_token: jwt({ exp: now / 1000 + 90 }) }, hour, now + 90_000],
    ['is unknown where it never was known', {}, previous, undefined],
    ['is unknown of a first token', {}, undefined, undefined],
    ['stays that of an access token that stays', { access_token: undefined }, hour, hour.expiresAt],
    ['says nothing of the next one when it had ended at once', {}, { ...hour, expiresAt: hour.obtainedAt }, undefined],
  ])('%s', (_name, response, before, end) => {
    expect(grantOf(response, before)?.expiresAt).toBe(end)
  })
})
