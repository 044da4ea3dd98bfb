import { describe, expect, test } from 'vitest'
import { type Grant, type Identity, Secret } from '../../src/core/index.ts'
import type { EndCause, LoginFlow } from '../../src/protocol/index.ts'
import { providers } from '../../src/providers/index.ts'
import { botCheck, type ProviderName, withProviderDouble } from './double/index.ts'
import { clientOf, keyLike, signInBy } from './signing-in.ts'

interface Expected {
  /** Where the flow needs the fixed redirect port, `paste` stands for it here; the daemon's tests have the port. */
  readonly flows: readonly LoginFlow[]
  readonly identity: Partial<Identity>
  readonly base: RegExp
  /** What is said to the API besides the token. */
  readonly headers: Readonly<Record<string, unknown>>
  readonly checkable: boolean
  readonly usage?: readonly string[]
  /** How a refresh with a token that was used already ends; undefined where nothing rotates. */
  readonly replay?: EndCause
  readonly revocation: boolean
  /** Where a refresh goes. */
  readonly tokenPath: string
}

const person = { email: 'robin@practice.example' }

/** Every provider, and what must be true of it. A provider without a line here fails the first test. */
const table: Readonly<Record<string, Expected>> = {
  chatgpt: {
    flows: ['browser', 'paste'],
    identity: person,
    base: /\/v1$/,
    headers: {},
    checkable: true,
    replay: 'unknown',
    revocation: true,
    tokenPath: '/api/accounts/oauth/token',
  },
  'openai-codex': {
    flows: ['paste', 'device'],
    identity: { ...person, plan: 'plus' },
    base: /\/backend-api\/codex$/,
    headers: { originator: 'tokentray', 'ChatGPT-Account-Id': expect.any(String) },
    checkable: true,
    usage: ['5 hours', 'week'],
    replay: 'used_elsewhere',
    revocation: true,
    tokenPath: '/oauth/token',
  },
  anthropic: {
    flows: ['paste', 'browser'],
    identity: person,
    base: /^http:\/\/127\.0\.0\.1:\d+$/,
    headers: { 'anthropic-version': '2023-06-01', 'anthropic-beta': expect.stringContaining('oauth-2025-04-20') },
    checkable: true,
    usage: ['5 hours', 'week'],
    replay: 'unknown',
    revocation: false,
    tokenPath: '/v1/oauth/token',
  },
  'github-copilot': {
    flows: ['device'],
    identity: { name: expect.any(String) },
    base: /\/copilot-api$/,
    headers: { 'editor-version': 'TokenTray/0.1.0', 'copilot-integration-id': 'vscode-chat' },
    checkable: true,
    usage: ['month, premium interactions'],
    revocation: false,
    tokenPath: '/copilot_internal/v2/token',
  },
  kimi: {
    flows: ['device'],
    identity: {},
    base: /\/coding\/v1$/,
    headers: { 'x-msh-platform': 'tokentray', 'x-msh-device-name': 'TokenTray' },
    checkable: true,
    usage: expect.arrayContaining(['plan']),
    replay: 'unknown',
    revocation: false,
    tokenPath: '/api/oauth/token',
  },
  xai: {
    flows: ['device'],
    identity: person,
    base: /\/v1$/,
    headers: {},
    checkable: true,
    replay: 'unknown',
    revocation: false,
    tokenPath: '/oauth2/token',
  },
  openrouter: {
    flows: ['browser', 'paste'],
    identity: {},
    base: /\/api\/v1$/,
    headers: {},
    checkable: true,
    usage: [],
    revocation: false,
    tokenPath: '/api/v1/auth/keys',
  },
}

test('every provider but the practice one is in the table, with the flows that it has', () => {
  const own = providers.filter(({ id }) => id !== 'practice')
  expect(own.map(({ id }) => id).sort()).toEqual(Object.keys(table).sort())
  for (const { id, flows } of own) {
    for (const flow of flows) if (id !== 'openai-codex' || flow !== 'browser') expect(table[id]?.flows, id).toContain(flow)
  }
})

describe.for(Object.entries(table))('%s', ([id, expected]) => {
  test.for(expected.flows)('signs in by %s, and says who it is', async (flow) => {
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      const client = clientOf(id, double)
      const grant = await signInBy(client, double, flow)
      expect(double.faults).toEqual([])
      expect(grant).toMatchObject({ provider: id, issuer: client.issuer, identity: expected.identity })
      expect(grant.identity.key).toBeDefined()
      const { baseUrl, headers } = client.access(grant)
      expect(baseUrl).toMatch(expected.base)
      expect(headers).toMatchObject(expected.headers)
    })
  })

  test('is checked and tells its use with the token, and nothing is made up', async () => {
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      const client = clientOf(id, double)
      const grant = await signInBy(client, double, expected.flows[0] ?? 'browser')
      expect(await client.check(grant, 5_000)).toEqual({ kind: 'good', value: undefined })
      const used = await client.usage(grant)
      if (expected.usage === undefined) expect(used).toEqual({ kind: 'none' })
      else expect(used).toMatchObject({ kind: 'good', value: { windows: expect.anything() } })
      if (used.kind === 'good' && Array.isArray(expected.usage)) {
        expect(used.value.windows.map(({ name }) => name)).toEqual(expect.arrayContaining([...expected.usage]))
      }
      double.refuseAccess(id as ProviderName)
      double.endGrant(id as ProviderName)
      expect(await client.check(grant, 5_000)).toMatchObject({ kind: 'refused' })
      expect(double.faults).toEqual([])
    })
  })

  test('refreshes as its server wants it, and a spent refresh token has ended the login', async () => {
    if (expected.replay === undefined) return
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      const client = clientOf(id, double)
      const first = await signInBy(client, double, expected.flows[0] ?? 'browser')
      const second = await client.refresh(first)
      const renewed = grantOf(second)
      expect(renewed.accessToken.expose()).not.toBe(first.accessToken.expose())
      expect(renewed.refreshToken?.expose()).not.toBe(first.refreshToken?.expose())
      expect(renewed.identity).toEqual(first.identity)
      expect(await client.verify(renewed)).toEqual({ kind: 'good' })
      expect(grantOf(await client.refresh(renewed)).provider).toBe(id)
      expect(await client.refresh(first)).toMatchObject({ kind: 'terminal', cause: expected.replay })
      expect(double.faults).toEqual([])
    })
  })

  test('keeps the login through everything that is no refusal', async () => {
    if (expected.tokenPath === '/api/v1/auth/keys') return
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      const client = clientOf(id, double)
      const grant = await signInBy(client, double, expected.flows[0] ?? 'browser')
      for (const answer of [
        botCheck,
        { status: 500, body: { error: 'server_error' } },
        { status: 503, body: 'maintenance' },
        { status: 429, body: { error: 'rate_limit_exceeded' }, headers: { 'retry-after': '9' } },
        { status: 200, body: '<html>Welcome to the hotel</html>' },
        { status: 400, body: { error: 'temporarily_unavailable' } },
      ]) {
        double.answerNext(expected.tokenPath, answer)
        expect((await client.refresh(grant)).kind, JSON.stringify(answer)).toBe('transient')
      }
      expect(grantOf(await client.refresh(grant)).provider).toBe(id)
      expect(double.faults).toEqual([])
    })
  })

  test(`is ${expected.revocation ? 'revoked' : 'not revoked, because the provider has no such endpoint'}`, async () => {
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      const client = clientOf(id, double)
      const grant = await signInBy(client, double, expected.flows[0] ?? 'browser')
      expect(await client.revoke(grant)).toBe(expected.revocation)
      if (expected.revocation) expect((await client.refresh(grant)).kind).toBe('terminal')
      expect(double.faults).toEqual([])
    })
  })
})

test('a server in trouble is asked once more to revoke', async () => {
  await withProviderDouble({}, async (double) => {
    const client = clientOf('openai-codex', double)
    const grant = await signInBy(client, double, 'paste')
    double.answerNext('/oauth/revoke', { status: 503, body: {} })
    expect(await client.revoke(grant)).toBe(true)
    expect(double.count('/oauth/revoke')).toBe(2)
  })
})

describe('a refresh token that the server leaves as it is', () => {
  test.for(['anthropic', 'xai', 'kimi'] as const)('is kept: %s', async (id) => {
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      const client = clientOf(id, double)
      const grant = await signInBy(client, double, table[id]?.flows[0] ?? 'device')
      double.setRotation(id, false)
      const renewed = grantOf(await client.refresh(grant))
      expect(renewed.refreshToken?.expose()).toBe(grant.refreshToken?.expose())
      expect(grantOf(await client.refresh(renewed)).accessToken.expose()).not.toBe(renewed.accessToken.expose())
    })
  })
})

describe('a key', () => {
  test.for<[provider: string, kind: 'api_key' | 'setup_token', prefix: string, header: string | undefined]>([
    ['openai-codex', 'api_key', 'sk-proj-', undefined],
    ['anthropic', 'api_key', 'sk-ant-api03-', 'x-api-key'],
    ['anthropic', 'setup_token', 'sk-ant-oat01-', undefined],
    ['xai', 'api_key', 'xai-', undefined],
  ])('of %s (%s) is told by its looks, checked, and never refreshed', async ([provider, kind, prefix, header]) => {
    await withProviderDouble({}, async (double) => {
      const client = clientOf(provider, double)
      const secret = keyLike(prefix)
      const grant = await client.grantFromKey(secret)
      // Nothing of a key goes into what is kept in the clear.
      expect(grant).toMatchObject({ kind, identity: {} })
      expect(grant.identity).toEqual({})
      expect(grant.refreshToken).toBeUndefined()
      expect(client.access(grant).tokenHeader).toBe(header)
      expect((await client.check(grant, 5_000)).kind).toBe('refused')
      if (kind === 'api_key') double.apiKeys.add(secret.expose())
      else double.setupTokens.add(secret.expose())
      expect(await client.check(grant, 5_000)).toEqual({ kind: 'good', value: undefined })
      expect(await client.usage(grant)).toEqual({ kind: 'none' })
      expect(double.faults).toEqual([])
    })
  })

  test('of GitHub is a login: the token of the API is made of it', async () => {
    await withProviderDouble({}, async (double) => {
      const client = clientOf('github-copilot', double)
      const secret = keyLike('ghu_')
      double.apiKeys.add(secret.expose())
      const grant = await client.grantFromKey(secret)
      expect(grant.kind).toBeUndefined()
      expect(grant.refreshToken?.expose()).toBe(secret.expose())
      expect(grant.accessToken.expose()).toMatch(/^tid=/)
      expect(grant.expiresAt).toBeGreaterThan(Date.now())
      expect(double.faults).toEqual([])
    })
  })

  test.for([
    ['anthropic', 'hunter2'],
    ['anthropic', 'sk-ant-ort01-0123456789abcdef0123'],
    ['anthropic', 'sk-proj-0123456789abcdef0123'],
    ['openai-codex', 'sk-ant-api03-0123456789abcdef0123'],
    ['openai-codex', 'sk-proj-0123456789 abcdef0123'],
    ['github-copilot', 'glpat-0123456789abcdef0123'],
    ['chatgpt', 'sk-proj-0123456789abcdef0123'],
  ] as const)('that cannot be one of %s is sent to nobody and not repeated: %s', async ([provider, text]) => {
    await withProviderDouble({}, async (double) => {
      const failure = await clientOf(provider, double)
        .grantFromKey(new Secret(text))
        .catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'invalid_request', fix: expect.anything() })
      expect(`${failure} ${JSON.stringify(failure)}`).not.toContain(text)
      expect(double.requests).toEqual([])
    })
  })
})

function grantOf(outcome: { readonly kind: string; readonly grant?: Grant }): Grant {
  if (outcome.grant === undefined) throw new Error(JSON.stringify(outcome))
  return outcome.grant
}
