// What the programs keep is read with the units they use, loses nothing but one refresh token, and whatever else a file says throws nothing.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMovable, stores } from '../../../src/integrations/index.ts'
import { withoutRefreshToken } from '../../../src/integrations/stores/rewriting.ts'
import { readContents } from '../../../src/integrations/stores/stored-login.ts'
import { anyJson, anyText } from '../../support/mutations.ts'
import { propertyRuns, propertyTimeout } from '../../support/property-runs.ts'
import { end, samples, storeOf } from './samples.ts'

const loginsOf = (id: string, text = samples[id] ?? '') => {
  const contents = readContents(storeOf(id), text)
  return contents.kind === 'read' ? contents.logins : []
}
const ids = Object.keys(samples)

describe('a store', () => {
  test.for(ids)('of %s yields the login that can move', (id) => {
    const movable = loginsOf(id).filter(isMovable)
    expect(movable).toHaveLength(1)
    expect(movable[0]).toMatchObject({
      kind: 'oauth',
      provider: expect.stringMatching(/^(openai-codex|anthropic)$/),
      accessToken: expect.stringMatching(/-access$/),
      refreshToken: expect.stringMatching(/-refresh$/),
    })
    // The file of Codex leaves the end to the token.
    if (id !== 'codex') expect(movable[0]?.expiresAt).toBe(end)
  })

  test.for(ids)('of %s keeps everything but the refresh token', (id) => {
    const text = samples[id] ?? ''
    for (const { refreshToken, refreshPlace } of loginsOf(id).filter(isMovable)) {
      const changed = withoutRefreshToken(text, refreshPlace, refreshToken)
      const place = text.indexOf(refreshToken)
      const quotes = refreshPlace.kind === 'json' && refreshPlace.empty === null ? 1 : 0
      const left = text.slice(0, place - quotes) + (quotes ? 'null' : '') + text.slice(place + refreshToken.length + quotes)
      expect(changed).toBe(left)
      expect(loginsOf(id, changed).filter(isMovable)).toEqual([])
      expect(loginsOf(id, changed).some(({ accessToken }) => accessToken !== undefined)).toBe(true)
    }
  })

  test('with the refresh token in a second place is not changed', () => {
    const text = (samples.codex ?? '').replace('"agent_private_key": "x"', '"copy": "codex-refresh"')
    const [login] = loginsOf('codex', text).filter(isMovable)
    expect(() => login && withoutRefreshToken(text, login.refreshPlace, login.refreshToken)).toThrow(/could not be taken out/)
  })

  test.for([
    ['kimi-cli', { access_token: 'a', refresh_token: 'r', expires_at: end / 1000 + 0.25, scope: 's' }, 'kimi-code'],
    ['kimi-code', { access_token: 'a', refresh_token: 'r', expires_at: end / 1000, token_type: 'Bearer' }, 'kimi-code'],
    ['qwen', { access_token: 'a', refresh_token: 'r', expiry_date: end, resource_url: 'portal.qwen.ai' }, 'qwen'],
    [
      'grok',
      { 'https://auth.x.ai::b1': { key: 'a', refresh_token: 'r', expires_at: new Date(end).toISOString() } },
      'https://auth.x.ai::b1',
    ],
    ['grok', { 'https://auth.x.ai': { key: 'a', refresh_token: 'r', expires_at: end / 1000 } }, 'https://auth.x.ai'],
  ] as const)('of %s tells the login, which stays there', ([id, value, name]) => {
    const [login, ...others] = loginsOf(id, JSON.stringify(value))
    expect(login).toMatchObject({ name, kind: 'oauth', accessToken: 'a', refreshToken: 'r' })
    expect(Math.trunc((login?.expiresAt ?? 0) / 1000)).toBe(end / 1000)
    expect([others, login && isMovable(login), storeOf(id).neverMoves]).toEqual([[], false, true])
    expect(loginsOf(id, '{}')).toEqual([])
  })

  test('of an API key is told without the key', () => {
    expect(JSON.stringify(loginsOf('pi'))).not.toContain('echo never')
    expect(loginsOf('pi')).toContainEqual({ name: 'xai', provider: 'xai', kind: 'api_key' })
    expect(loginsOf('pi').find(({ name }) => name === 'other')).not.toHaveProperty('provider')
  })

  test.for(stores.map(({ id }) => id))(
    'of %s says why a broken file is broken, without a word of it',
    { timeout: propertyTimeout },
    (id) => {
      const valid = fc.constant(samples[id] ?? '{}')
      const junk = fc.oneof(
        anyText(valid),
        anyJson.map((value) => JSON.stringify(value) ?? ''),
      )
      fc.assert(
        fc.property(junk, (text) => {
          const contents = readContents(storeOf(id), text)
          if (contents.kind === 'broken')
            expect(contents.reason).toMatch(/^it (is no JSON|does not look as this program writes it)$/)
          else for (const { expiresAt } of contents.logins) expect(expiresAt ?? 1).toBeGreaterThan(0)
        }),
        { numRuns: propertyRuns / 4 },
      )
    },
  )
})
