import { describe, expect, test } from 'vitest'
import { endOfGrant } from '../../src/core/end-of-grant.ts'
import { type Grant, Secret } from '../../src/core/index.ts'

const now = Date.UTC(2026, 10, 22, 14, 3)
const grant: Grant = {
  provider: 'acme',
  issuer: 'https://server.example',
  accessToken: new Secret('a'),
  tokenType: 'Bearer',
  obtainedAt: now,
  identity: {},
}
const facts = {
  providerName: 'Acme',
  said: { code: 'invalid_grant', description: 'no' },
  cause: 'unknown',
  unansweredSince: undefined,
  grant,
  now,
} as const

describe('why a login ended', () => {
  test.each([
    ['what the server says of itself counts', { cause: 'revoked' }, 'revoked', /it was revoked/],
    ['another program', { cause: 'used_elsewhere' }, 'used_elsewhere', /used by another program/],
    ['an answer that was lost', { unansweredSince: now }, 'lost_answer', /refresh of 2026-11-22 14:03 UTC never arrived/],
    [
      'an answer that was lost explains a used token better than another program',
      { cause: 'used_elsewhere', unansweredSince: now },
      'lost_answer',
      /never arrived/,
    ],
    [
      'a lost answer cannot explain the end of a life',
      { cause: 'end_of_life', unansweredSince: now },
      'end_of_life',
      /end of its/,
    ],
    ['the end that was foretold', { grant: { ...grant, refreshExpiresAt: now } }, 'end_of_life', /end of its life/],
    ['nothing is known', {}, 'unknown', /revoked, it expired, or another program/],
  ] as const)('%s', (_name, known, cause, sentence) => {
    const end = endOfGrant({ ...facts, ...known })
    expect(end.cause).toBe(cause)
    expect(end.error).toMatchObject({ code: 'invalid_grant', description: expect.stringMatching(sentence) })
    expect(end.error.fix).toMatch(/^Sign in again/)
  })
})
