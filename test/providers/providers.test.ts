import { expect, test } from 'vitest'
import { type Installation, readClaims } from '../../src/oauth/index.ts'
import { providerOf } from '../../src/protocol/environment-sources.ts'
import { parseUpstream, providers, withUpstream } from '../../src/providers/index.ts'

const jwt = (claims: unknown) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
const installation: Installation = { id: 'i', version: '1.2.3', system: 'linux x64', release: '6', settings: {} }
const find = (id: string) => {
  const definition = providers.find((each) => each.id === id)
  if (definition === undefined) throw new Error(id)
  return definition
}
const identify = (id: string, idToken: object, accessToken: object = {}, response: object = {}) =>
  find(id).identity({
    idToken: readClaims(jwt(idToken)),
    accessToken: readClaims(jwt(accessToken)),
    response: { ...response },
  })

test('every provider has https endpoints, but for the practice server on this computer', () => {
  for (const { id, issuer, authorizationEndpoint, deviceAuthorizationEndpoint, tokenEndpoint, api } of providers) {
    for (const url of [issuer, authorizationEndpoint, deviceAuthorizationEndpoint, tokenEndpoint, api.baseUrl, api.check]) {
      if (url !== undefined) expect(url).toMatch(id === 'practice' ? /^http:\/\/127\.0\.0\.1:\d+/ : /^https:\/\//)
    }
  }
})

test('the command line knows the same names', () => {
  for (const { id, aliases } of providers) for (const name of [id, ...aliases]) expect(providerOf(name), name).toBe(id)
})

test('no name or alias means two providers, and every flow has what it needs', () => {
  const names = providers.flatMap(({ id, aliases }) => [id, ...aliases])
  expect(new Set(names).size).toBe(names.length)
  for (const { id, flows, redirect, authorizationEndpoint, deviceAuthorizationEndpoint, device } of providers) {
    if (flows.includes('browser')) expect([redirect, authorizationEndpoint], id).not.toContain(undefined)
    if (flows.includes('device')) expect(deviceAuthorizationEndpoint ?? device?.dialect, id).toBeDefined()
    expect(flows.length, id).toBeGreaterThan(0)
  }
})

test('the rule cards say who, where and since when it was checked, and ask where the vendor restricts', () => {
  for (const { id, rules } of providers) {
    if (id === 'practice') continue
    expect(rules?.link, id).toMatch(/^https:/)
    expect(rules?.checked, id).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  }
  expect(find('anthropic').rules?.acknowledge).toEqual(['browser', 'paste'])
  expect(find('openai-codex').rules?.acknowledge).toEqual(['browser', 'paste', 'device'])
  expect(find('openai-codex').rules?.alternatives[0]).toMatchObject({ provider: 'chatgpt' })
  for (const { id, rules, keys } of providers) {
    for (const { provider, adds } of rules?.alternatives ?? []) {
      expect(find(provider).id).toBe(provider)
      if (adds !== undefined)
        expect(
          keys?.map(({ kind }) => kind),
          id,
        ).toContain(adds)
    }
  }
  expect(find('anthropic').rules?.alternatives[0]?.words).toMatch(/setup-token/)
})

test('openai-codex: user and workspace make the key; e-mail and plan are for display', () => {
  const auth = { chatgpt_account_id: 'ws-1', chatgpt_user_id: 'u-1', chatgpt_plan_type: 'plus' }
  const identity = identify('openai-codex', {
    sub: 'sub-1',
    email: 'zoë?>~@example.org',
    'https://api.openai.com/auth': auth,
  })
  expect(identity).toEqual({ key: 'u-1/ws-1', email: 'zoë?>~@example.org', plan: 'plus', attributes: { workspace: 'ws-1' } })
  expect(find('openai-codex').api.headers?.(identity, installation)).toEqual({
    originator: 'tokentray',
    'ChatGPT-Account-Id': 'ws-1',
  })
})

test('openai-codex: the access token is asked when the id_token is silent, and an organization is not a workspace', () => {
  const accessToken = {
    'https://api.openai.com/auth': { chatgpt_account_id: 'ws-2', user_id: 'u-2', organizations: [{ id: 'org-9' }] },
    'https://api.openai.com/profile': { email: 'b@example.org' },
  }
  expect(identify('openai-codex', {}, accessToken)).toMatchObject({ key: 'u-2/ws-2', email: 'b@example.org' })
  const bare = identify('openai-codex', {}, { organizations: [{ id: 'org-9' }] })
  expect(bare).toEqual({})
  expect(find('openai-codex').api.headers?.(bare, installation)).toEqual({ originator: 'tokentray' })
})

test('an id that is a number is an id, and odd claims are none', () => {
  const auth = { chatgpt_account_id: 17, chatgpt_user_id: '42', chatgpt_plan_type: ['x'] }
  expect(identify('openai-codex', { email: {}, 'https://api.openai.com/auth': auth })).toEqual({
    key: '42/17',
    attributes: { workspace: '17' },
  })
  expect(identify('openai-codex', { 'https://api.openai.com/auth': 'nonsense' })).toEqual({})
})

test('anthropic: the token response names the person and the organization', () => {
  const response = { account: { uuid: 'a-1', email_address: 'a@b.example' }, organization: { uuid: 'o-1', name: 'Acme' } }
  expect(identify('anthropic', {}, {}, response)).toEqual({ key: 'a-1/o-1', email: 'a@b.example', name: 'Acme' })
  expect(identify('anthropic', {}, {}, {})).toEqual({})
})

test('anthropic: the list of betas can be replaced', () => {
  const headers = (settings: Installation['settings']) => find('anthropic').api.headers?.({}, { ...installation, settings })
  expect(headers({})?.['anthropic-beta']).toBe(
    'oauth-2025-04-20,claude-code-20250219,interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14',
  )
  expect(headers({ ANTHROPIC_BETA_HEADER: 'oauth-2025-04-20' })?.['anthropic-beta']).toBe('oauth-2025-04-20')
})

test('no provider is told that TokenTray is another program', () => {
  for (const { id, api, requestHeaders, derived, authorizationParameters } of providers) {
    const headers = {
      ...api.headers?.({}, installation),
      ...requestHeaders?.(installation),
      ...derived?.headers(installation),
    }
    const named = ['user-agent', 'editor-version', 'editor-plugin-version', 'originator', 'x-msh-platform']
    for (const [name, value] of [...Object.entries(headers), ...Object.entries(authorizationParameters ?? {})]) {
      if (named.includes(name)) expect(value.toLowerCase(), `${id} ${name}`).toMatch(/^tokentray/)
    }
  }
})

test.each(['', 'x', 'x.y', 'x.%%%.z', `x.${Buffer.from('[1]').toString('base64url')}.z`, 'opaque-token'])(
  'claims of %j are none, and that is no fault',
  (token) => {
    expect(readClaims(token)).toEqual({})
  },
)

test('an upstream replaces every origin and keeps every path', () => {
  const moved = withUpstream(find('openai-codex'), 'http://127.0.0.1:8080')
  expect([moved.issuer, moved.authorizationEndpoint, moved.tokenEndpoint, moved.revocationEndpoint, moved.api.baseUrl]).toEqual([
    'http://127.0.0.1:8080',
    'http://127.0.0.1:8080/oauth/authorize',
    'http://127.0.0.1:8080/oauth/token',
    'http://127.0.0.1:8080/oauth/revoke',
    'http://127.0.0.1:8080/backend-api/codex',
  ])
})

test('under an upstream no address of a provider is left that is called', () => {
  for (const definition of providers) {
    const {
      rules: _rules,
      accountPage: _page,
      redirect: _redirect,
      ...called
    } = withUpstream(definition, 'http://127.0.0.1:8080')
    const parameters = [called.authorizationParameters, called.tokenParameters]
    const text = JSON.stringify({ ...called, authorizationParameters: {}, tokenParameters: {}, alsoIssuer: '' })
    expect(parameters.length).toBe(2)
    const addresses = [...text.matchAll(/"(https?:[^"]+)"/g)].map(([, url]) => url).filter((url) => !isAdvice(url ?? ''))
    for (const address of addresses) expect(address, definition.id).toMatch(/^http:\/\/127\.0\.0\.1:8080/)
  }
})

/** Where a person gets a key. Nothing calls it. */
const isAdvice = (url: string) => providers.some(({ keys = [] }) => keys.some(({ where }) => where === url))

test('an upstream must be this computer', () => {
  expect(parseUpstream(undefined)).toBeUndefined()
  expect(parseUpstream('http://127.0.0.1:8080/')).toBe('http://127.0.0.1:8080')
  expect(parseUpstream('http://[::1]:8080')).toBe('http://[::1]:8080')
  for (const value of ['https://example.com', 'http://127.0.0.1.example.com', 'http://10.0.0.1', 'file:///etc', 'nonsense']) {
    expect(() => parseUpstream(value)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  }
})
