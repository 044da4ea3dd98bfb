import { expect, test } from 'vitest'
import { readClaims } from '../../src/oauth/index.ts'
import { parseUpstream, providers, withUpstream } from '../../src/providers/index.ts'

const jwt = (claims: unknown) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
const find = (id: string) => {
  const definition = providers.find((each) => each.id === id)
  if (definition === undefined) throw new Error(id)
  return definition
}

test('every provider has https endpoints of its issuer, but for the practice server on this computer', () => {
  for (const { id, issuer, authorizationEndpoint, tokenEndpoint, revocationEndpoint, redirect } of providers) {
    expect(issuer).toMatch(id === 'practice' ? /^http:\/\/127\.0\.0\.1:\d+$/ : /^https:\/\//)
    for (const endpoint of [authorizationEndpoint, tokenEndpoint, revocationEndpoint ?? tokenEndpoint]) {
      expect(new URL(endpoint).origin).toBe(new URL(issuer).origin)
    }
    expect(redirect).toEqual({ path: '/auth/callback', ports: [1455, 1457] })
  }
})

test('no name or alias means two providers', () => {
  const names = providers.flatMap(({ id, aliases }) => [id, ...aliases])
  expect(new Set(names).size).toBe(names.length)
})

test('openai-codex: user and workspace make the key; e-mail and plan are for display', () => {
  const auth = { chatgpt_account_id: 'ws-1', chatgpt_user_id: 'u-1', chatgpt_plan_type: 'plus' }
  const idToken = readClaims(jwt({ sub: 'sub-1', email: 'zoë?>~@example.org', 'https://api.openai.com/auth': auth }))
  const identity = find('openai-codex').identity(idToken, {})
  expect(identity).toEqual({ key: 'u-1/ws-1', email: 'zoë?>~@example.org', plan: 'plus', attributes: { workspace: 'ws-1' } })
  expect(find('openai-codex').headers(identity)).toEqual({ originator: 'tokentray', 'ChatGPT-Account-Id': 'ws-1' })
})

test('openai-codex: the access token is asked when the id_token is silent, and an organization is not a workspace', () => {
  const accessToken = readClaims(
    jwt({
      'https://api.openai.com/auth': { chatgpt_account_id: 'ws-2', user_id: 'u-2', organizations: [{ id: 'org-9' }] },
      'https://api.openai.com/profile': { email: 'b@example.org' },
    }),
  )
  expect(find('openai-codex').identity({}, accessToken)).toMatchObject({ key: 'u-2/ws-2', email: 'b@example.org' })
  const bare = find('openai-codex').identity({}, readClaims(jwt({ organizations: [{ id: 'org-9' }] })))
  expect(bare).toEqual({})
  expect(find('openai-codex').headers(bare)).toEqual({ originator: 'tokentray' })
})

test.each(['', 'x', 'x.y', 'x.%%%.z', `x.${Buffer.from('[1]').toString('base64url')}.z`, 'opaque-token'])(
  'claims of %j are none, and that is no fault',
  (token) => {
    expect(readClaims(token)).toEqual({})
  },
)

test('an upstream replaces every origin and keeps every path', () => {
  const moved = withUpstream(find('openai-codex'), 'http://127.0.0.1:8080')
  expect([moved.issuer, moved.authorizationEndpoint, moved.tokenEndpoint, moved.revocationEndpoint, moved.apiBaseUrl]).toEqual([
    'http://127.0.0.1:8080',
    'http://127.0.0.1:8080/oauth/authorize',
    'http://127.0.0.1:8080/oauth/token',
    'http://127.0.0.1:8080/oauth/revoke',
    'http://127.0.0.1:8080/backend-api/codex',
  ])
})

test('an upstream must be this computer', () => {
  expect(parseUpstream(undefined)).toBeUndefined()
  expect(parseUpstream('http://127.0.0.1:8080/')).toBe('http://127.0.0.1:8080')
  expect(parseUpstream('http://[::1]:8080')).toBe('http://[::1]:8080')
  for (const value of ['https://example.com', 'http://127.0.0.1.example.com', 'http://10.0.0.1', 'file:///etc', 'nonsense']) {
    expect(() => parseUpstream(value)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  }
})
