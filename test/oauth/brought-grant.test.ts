import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/core/index.ts'
import { grantOfProgram } from '../../src/oauth/brought-grant.ts'
import { anthropic } from '../../src/providers/anthropic.ts'
import { openaiCodex } from '../../src/providers/openai-codex.ts'

const now = Date.UTC(2026, 10, 22)
const seconds = now / 1000
const jwt = (claims: object) => new Secret(`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`)
const person = {
  'https://api.openai.com/auth': { chatgpt_account_id: 'w', chatgpt_user_id: 'u', chatgpt_plan_type: 'pro' },
  'https://api.openai.com/profile': { email: 'u@example.com' },
}

describe('a grant of a token that another program owns', () => {
  test('has no refresh token, and is as old as the token says', () => {
    const accessToken = jwt({ ...person, iss: 'https://auth.openai.com/', iat: seconds - 600, exp: seconds + 3_000 })
    const grant = grantOfProgram(openaiCodex, now, { accessToken })
    expect(grant).toEqual({
      provider: 'openai-codex',
      issuer: openaiCodex.issuer,
      accessToken,
      tokenType: 'Bearer',
      obtainedAt: now - 600_000,
      expiresAt: now + 3_000_000,
      identity: { key: 'u/w', email: 'u@example.com', plan: 'pro', attributes: { workspace: 'w' } },
    })
  })

  test.each([
    ['of the time to come', { iat: seconds + 60, exp: seconds + 900 }, now],
    ['that has ended', { iat: seconds + 60, exp: seconds - 900 }, now - 900_000],
    ['that does not say when it was made', { exp: seconds + 900 }, now - 60_000],
  ])('one %s was not obtained later than it can have been', (_, claims, obtainedAt) => {
    expect(grantOfProgram(openaiCodex, now, { accessToken: jwt(claims) }).obtainedAt).toBe(obtainedAt)
  })

  test('of another server is refused (S7)', () => {
    const accessToken = jwt({ iss: 'https://auth.openai.com', exp: seconds + 900 })
    const upstream = { ...openaiCodex, issuer: 'http://127.0.0.1:9' }
    expect(() => grantOfProgram(upstream, now, { accessToken })).toThrow(expect.objectContaining({ code: 'issuer_mismatch' }))
  })

  test('is of whom the program says, where the token does not', () => {
    const shown = { accessToken: new Secret('opaque'), expiresAt: now + 5_000, person: { account: 'a', organization: 'o' } }
    const grant = grantOfProgram(anthropic, now, shown)
    expect(grant).toMatchObject({ expiresAt: now + 5_000, identity: { key: expect.stringContaining('a') } })
  })
})
