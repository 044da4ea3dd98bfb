import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, type MisbehavingServer, startMisbehavingServer, type TokenAnswer } from './authorization-server.ts'
import { type MovingClock, startWithMovingClock } from './moving-clock.ts'
import { signIn, tokenOf } from './practice-login.ts'
import { newHome, type RunningDaemon } from './running-daemon.ts'

const hour = 3600

let daemon: RunningDaemon
let clock: MovingClock
let server: MisbehavingServer
beforeAll(async () => {
  server = await startMisbehavingServer(hour)
  daemon = await newHome({ TOKENTRAY_UPSTREAM: server.origin, TOKENTRAY_REFRESH: 'ondemand' })
  clock = await startWithMovingClock(daemon)
  for (const provider of ['practice', 'openai-codex']) await signIn(daemon, { provider, approve: server.approve })
})
afterAll(async () => {
  await daemon.clear()
  await server.close()
})

const stateOf = async (provider: string) =>
  (await daemon.status()).accounts.find((account) => account.provider === provider)?.state as Record<string, unknown>

/** Lets the token of the provider grow old, until a refresh is due and 200 seconds are left. Answers the old token. */
async function growOld(provider: string): Promise<string> {
  server.answerRefreshes()
  await clock.advance(hour)
  const token = await tokenOf(daemon, provider)
  expect(await stateOf(provider)).toMatchObject({ kind: 'active' })
  await clock.advance(hour - 200)
  return token
}

const html = '<!doctype html><title>Welcome</title><p>Please sign in to the Wi-Fi'
const page =
  (status: number, headers: Record<string, string> = {}): TokenAnswer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(html)
const body =
  (status: number, text: string): TokenAnswer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(text)

const faults: [name: string, answer: TokenAnswer, code: string][] = [
  ['an HTML page with 200', page(200), 'not_oauth'],
  ['an HTML page that claims to be JSON', body(200, html), 'not_oauth'],
  ['an HTML page with 401', page(401), 'not_oauth'],
  ['a redirect to a web page', page(302, { location: 'http://127.0.0.1:9/portal' }), 'not_oauth'],
  ['a redirect to itself that keeps the method', page(307, { location: '/oauth/token' }), 'not_oauth'],
  ['a page of Cloudflare', page(403, { 'cf-mitigated': 'challenge', server: 'cloudflare' }), 'blocked'],
  ['500', page(500), 'server_error'],
  ['502 in JSON', body(502, '{"error":"bad gateway"}'), 'server_error'],
  ['500 that says invalid_grant', body(500, '{"error":"invalid_grant"}'), 'server_error'],
  ['429 with a Retry-After', page(429, { 'retry-after': '120' }), 'rate_limited'],
  ['429 that says invalid_grant', body(429, '{"error":"invalid_grant"}'), 'rate_limited'],
  ['an OAuth error that ends nothing', body(400, '{"error":"temporarily_unavailable"}'), 'temporarily_unavailable'],
  ['no JSON', body(200, '{"access_token":'), 'not_oauth'],
  ['JSON that is an array', body(200, '[{"access_token":"x"}]'), 'not_oauth'],
  ['JSON that is a text', body(200, '"invalid_grant"'), 'not_oauth'],
  ['JSON without tokens', body(200, '{"token_type":"bearer"}'), 'not_oauth'],
  ['JSON with tokens of the wrong type', body(200, '{"access_token":7,"refresh_token":{}}'), 'not_oauth'],
  ['JSON with empty tokens', body(200, '{"access_token":"","refresh_token":""}'), 'not_oauth'],
  ['nothing at all', body(200, ''), 'not_oauth'],
  ['204', (response) => void response.writeHead(204).end(), 'not_oauth'],
  ['ten megabytes', (response) => void response.writeHead(200).end(`{"access_token":"${'x'.repeat(10_000_000)}"}`), 'too_large'],
  ['ten megabytes in pieces', tenMegabytes, 'too_large'],
  ['the end of the connection', (response) => void response.destroy(), 'network'],
  ['half an answer', (response) => void response.write('{"access_', () => response.destroy()), 'network'],
  [
    'less than it announced',
    (response) => void response.writeHead(200, { 'content-length': '100', connection: 'close' }).end('{}'),
    'network',
  ],
]

describe.for(['practice', 'openai-codex'])('an authorization server of %s that answers a refresh with', (provider) => {
  test.for(faults)('%s ends nothing', async ([, answer, code]) => {
    const old = await growOld(provider)
    const before = server.refreshes.length
    server.answerRefreshes(answer)
    expect(await tokenOf(daemon, provider)).toBe(old)
    expect(await stateOf(provider)).toMatchObject({ kind: 'backing_off', attempt: 1, error: { code } })
    // The backoff holds for every caller, so that a broken server is not asked once per call.
    for (let call = 0; call < 3; call += 1) expect(await tokenOf(daemon, provider)).toBe(old)
    expect(server.refreshes.length - before).toBe(1)

    // Five seconds before its end the token is no use to anybody, and the caller hears when to come again.
    await clock.advance(195)
    const refused = await daemon.ask(`/v1/token/${provider}`)
    expect(refused).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable', retry_after: expect.any(Number) } })
    expect(refused.headers['retry-after']).toBe(String(refused.json?.retry_after))

    server.answerRefreshes()
    await clock.advance(300)
    expect(await tokenOf(daemon, provider)).not.toBe(old)
    expect(await stateOf(provider)).toMatchObject({ kind: 'active' })
    expect(server.faults).toEqual([])
  })

  test('a Retry-After is left alone until then', async () => {
    await growOld(provider)
    const before = server.refreshes.length
    server.answerRefreshes(page(429, { 'retry-after': '100' }))
    await tokenOf(daemon, provider)
    const { retry_at: retryAt } = await stateOf(provider)
    expect(Math.abs(Number(retryAt) - clock.now() - 100)).toBeLessThan(10)
    await clock.advance(85)
    await tokenOf(daemon, provider)
    expect(server.refreshes.length - before).toBe(1)
    server.answerRefreshes()
    await clock.advance(30)
    await tokenOf(daemon, provider)
    expect(server.refreshes.length - before).toBe(2)
  })

  const odd: [name: string, answer: TokenAnswer][] = [
    ['a garbage id_token', (response, issue) => json(response, 200, { ...issue(), id_token: 'garbage.%%%.garbage' })],
    ['an id_token that is a number', (response, issue) => json(response, 200, { ...issue(), id_token: 42 })],
    ['claims that are no object', (response, issue) => json(response, 200, { ...issue(), id_token: 'e30.W10.x' })],
    ['an unknown token type', (response, issue) => json(response, 200, { ...issue(), token_type: undefined })],
    ['a lifetime as text', (response, issue) => json(response, 200, { ...issue(), expires_in: '3600' })],
    ['a scope that is a list', (response, issue) => json(response, 200, { ...issue(), scope: ['openid'] })],
    ['status 201', (response, issue) => json(response, 201, issue())],
    ['a code of success', (response, issue) => json(response, 200, { code: 'ok', message: 'done', ...issue() })],
    [
      'a coding that nobody asked for',
      (response, issue) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(issue()))),
    ],
    ['a type that is no JSON', (response, issue) => void response.writeHead(200).end(JSON.stringify(issue()))],
  ]
  test.for(odd)('a rotated refresh token and %s keeps the refresh token', async ([, answer]) => {
    const old = await growOld(provider)
    const before = server.refreshes.length
    server.answerRefreshes(answer)
    expect(await tokenOf(daemon, provider)).not.toBe(old)
    expect(await stateOf(provider)).toMatchObject({ kind: 'active' })
    // The server knows each refresh token for one use only, so that this one works with the rotated one alone.
    await growOld(provider)
    expect(server.refreshes.length - before).toBe(2)
    expect(server.faults).toEqual([])
  })

  test('a rotated refresh token but no access token keeps both that are good', async () => {
    const old = await growOld(provider)
    server.answerRefreshes((response, issue) => json(response, 200, { refresh_token: issue().refresh_token }))
    expect(await tokenOf(daemon, provider)).toBe(old)
    await growOld(provider)
    expect(server.faults).toEqual([])
  })

  test('no refresh token keeps the one it has', async () => {
    const old = await growOld(provider)
    server.answerRefreshes((response, issue) => {
      const { access_token, expires_in } = issue('keep')
      json(response, 200, { access_token, expires_in })
    })
    expect(await tokenOf(daemon, provider)).not.toBe(old)
    const token = server.refreshes.at(-1)?.parameters.refresh_token
    await growOld(provider)
    expect(server.refreshes.at(-1)?.parameters.refresh_token).toBe(token)
    expect(server.faults).toEqual([])
  })
})

describe('a grant that the authorization server has ended', () => {
  const openAi =
    (code: string): TokenAnswer =>
    (response: ServerResponse) =>
      json(response, 401, { error: { code, message: `It is over: ${code}.` } })
  test.for<[name: string, provider: string, answer: TokenAnswer, code: string]>([
    ['invalid_grant', 'practice', body(400, '{"error":"invalid_grant","error_description":"It is over."}'), 'invalid_grant'],
    ['invalid_grant', 'openai-codex', body(400, '{"error":"invalid_grant"}'), 'invalid_grant'],
    ['refresh_token_reused', 'openai-codex', openAi('refresh_token_reused'), 'refresh_token_reused'],
    ['refresh_token_expired', 'openai-codex', openAi('refresh_token_expired'), 'refresh_token_expired'],
    ['refresh_token_invalidated', 'openai-codex', openAi('refresh_token_invalidated'), 'refresh_token_invalidated'],
  ])('with %s of %s needs a new sign-in, and is not sent again', async ([, provider, answer, code]) => {
    const old = await growOld(provider)
    const before = server.refreshes.length
    server.answerRefreshes(answer)
    // The access token is still good, and the person has time to sign in.
    expect(await tokenOf(daemon, provider)).toBe(old)
    expect(await stateOf(provider)).toMatchObject({ kind: 'reauthorization_required', error: { code } })
    await clock.advance(hour)
    expect(await daemon.cli(['token', provider])).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining(`tokentray login ${provider}`),
    })
    expect(server.refreshes.length - before).toBe(1)

    server.answerRefreshes()
    await signIn(daemon, { provider, approve: server.approve })
    expect(await stateOf(provider)).toMatchObject({ kind: 'active' })
    const { accounts } = await daemon.status()
    expect(accounts.filter((row) => row.id !== row.provider)).toHaveLength(2)
    await growOld(provider)
  })

  test('with a code of another provider is not ended', async () => {
    const old = await growOld('practice')
    server.answerRefreshes(openAi('refresh_token_reused'))
    expect(await tokenOf(daemon, 'practice')).toBe(old)
    expect(await stateOf('practice')).toMatchObject({ kind: 'backing_off', error: { code: 'refresh_token_reused' } })
  })
})

function tenMegabytes(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  let left = 160
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1
      if (!response.write('x'.repeat(65_536))) return void response.once('drain', more)
    }
    response.end()
  }
  more()
}
