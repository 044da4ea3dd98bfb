import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorTable } from '../../src/protocol/index.ts'
import { startLogin } from '../daemon/practice-login.ts'
import { newHome, type RunningDaemon, until } from '../daemon/running-daemon.ts'
import { type Answer, type Question, sendBytes } from '../daemon/socket-request.ts'

let daemon: RunningDaemon
beforeAll(async () => {
  daemon = await newHome({ TOKENTRAY_UPSTREAM: 'http://127.0.0.1:9' })
  await daemon.start()
})
afterAll(() => daemon.clear())

/** Every error has the form of the protocol, its own status, and advice. */
function expectError(answer: Answer, error: keyof typeof errorTable): void {
  expect(answer.json, answer.text).toMatchObject({ error, error_description: expect.any(String), fix: expect.any(String) })
  expect(Object.keys(answer.json ?? {}).sort()).toEqual(['error', 'error_description', 'fix'])
  expect(answer.status).toBe(errorTable[error].status)
  expect(answer.headers['content-type']).toMatch(/^application\/json/)
}

describe('a request of a web page', () => {
  test.for<[name: string, headers: Record<string, string>]>([
    ['an Origin', { origin: 'https://example.com' }],
    ['an opaque Origin', { origin: 'null' }],
    ['an Origin of this computer', { origin: 'http://localhost' }],
    ['a Referer', { referer: 'https://example.com/page' }],
    ['no more than Sec-Fetch-Site', { host: 'localhost:8080', 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' }],
    ['a foreign Host', { host: 'example.com' }],
    ['a Host that only begins like ours', { host: 'localhost.example.com' }],
    ['a Host with a user', { host: 'localhost@example.com' }],
  ])('with %s is refused, whatever it asks for', async ([, headers]) => {
    const logins = (await daemon.status()).logins.length
    const questions: [string, Question][] = [
      ['/v1/health', {}],
      ['/v1/status', {}],
      ['/v1/token/practice', {}],
      ['/v1/events', {}],
      ['/v1/logins', { method: 'POST', body: { provider: 'practice', flow: 'paste' } }],
      ['/nothing/here', {}],
    ]
    for (const [path, question] of questions) {
      expectError(await daemon.ask(path, { ...question, headers }), 'request_refused')
    }
    expect((await daemon.status()).logins).toHaveLength(logins)
  })

  test('is refused although it hides its Origin behind two thousand other headers', async () => {
    const others = Array.from({ length: 2_100 }, (_, number) => `${number}:\r\n`).join('')
    const answer = await sendBytes(
      daemon.socket,
      `GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${others}Origin: https://example.com\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*"error":"request_refused"/)
  })

  test('is told from one of a program, whatever of our names it uses', async () => {
    for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1', '[::1]:1', 'tokentray']) {
      expect((await daemon.ask('/v1/health', { headers: { host } })).status).toBe(200)
    }
  })
})

describe('a body', () => {
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    daemon.ask('/v1/logins', { method: 'POST', body, headers })

  test.for<[name: string, body: unknown]>([
    ['that is no JSON', '{"provider": practice}'],
    ['that is cut off', '{"provider": "practice"'],
    ['that is empty', ''],
    ['that poisons the prototype', '{"provider": "practice", "__proto__": {"flow": "paste"}}'],
    ['that is an array', ['practice']],
    ['that is null', 'null'],
    ['with a member too much', { provider: 'practice', flow: 'paste', scope: 'everything' }],
    ['without the provider', { flow: 'paste' }],
    ['with a provider that is a number', { provider: 7 }],
    ['with a provider that is too long', { provider: 'x'.repeat(65) }],
    ['with a label that no selector could name', { provider: 'practice', flow: 'paste', label: 'a b' }],
    ['with a label without a letter', { provider: 'practice', flow: 'paste', label: '' }],
    ['with an unknown flow', { provider: 'practice', flow: 'magic' }],
    ['with a redirect host of somebody else', { provider: 'practice', redirect_host: 'example.com' }],
  ])('%s is an invalid request', async ([, body]) => {
    expectError(await post(body), 'invalid_request')
  })

  test('of another type is an invalid request, and the answer names the type', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x']) {
      const answer = await post('provider=practice', { 'content-type': type })
      expectError(answer, 'invalid_request')
      expect(answer.json?.fix).toContain('application/json')
    }
    expectError(await post('{"provider":"practice","flow":"paste"}', { 'content-type': 'text/plain' }), 'invalid_request')
  })

  test('over 16 KiB is too large, and one of the limit is not', async () => {
    const padding = (length: number) => `{"provider":"${'x'.repeat(length - 15)}"}`
    expectError(await post(padding(17 * 1024)), 'request_too_large')
    expectError(await post(padding(16 * 1024)), 'invalid_request')
  })

  test('in pieces over 16 KiB is too large as well', async () => {
    const head =
      'POST /v1/logins HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
    const answer = await sendBytes(daemon.socket, `${head}${`400\r\n${'x'.repeat(1024)}\r\n`.repeat(18)}0\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*"error":"request_too_large"/)
  })

  test('of an account or a login that is not there leads to a 404 with advice', async () => {
    expectError(await daemon.ask('/v1/logins/login-none'), 'unknown_login')
    expectError(await daemon.ask('/v1/logins/login-none', { method: 'DELETE' }), 'unknown_login')
    const pasted = { method: 'POST', body: { pasted: 'code-of-nobody#state' } } as const
    expectError(await daemon.ask('/v1/logins/login-none/response', pasted), 'unknown_login')
    expectError(await daemon.ask('/v1/accounts/nobody', { method: 'DELETE' }), 'unknown_provider')
  })
})

describe('a path', () => {
  test.for<[path: string, question?: Question]>([
    ['/'],
    ['/v1'],
    ['/v2/status'],
    ['/v1/tokens/practice'],
    ['/v1/status/x'],
    ['/v1/../etc/passwd'],
    ['/v1/status', { method: 'POST', body: {} }],
    ['/v1/token/practice', { method: 'DELETE' }],
    ['/v1/logins', { method: 'PUT', body: {} }],
  ])('that is not there is a 404 with advice: %s', async ([path, question = {}]) => {
    const answer = await daemon.ask(path, question)
    expectError(answer, 'not_found')
    expect(answer.json?.fix).toContain('PROTOCOL.md')
  })

  test.for<[path: string, error: keyof typeof errorTable]>([
    ['/v1/token/nobody', 'unknown_provider'],
    ['/v1/token/a%20b', 'invalid_request'],
    ['/v1/token/%2e%2e%2fstatus', 'invalid_request'],
    ['/v1/token/%00', 'invalid_request'],
    ['/v1/token/%E0%A4%A', 'invalid_request'],
    [`/v1/token/${'x'.repeat(161)}`, 'invalid_request'],
    ['/v1/token/practice?min_valid=soon', 'invalid_request'],
    ['/v1/token/practice?min_valid=-1', 'invalid_request'],
    ['/v1/token/practice?min_valid=1.5', 'invalid_request'],
    ['/v1/token/practice?min_valid=1&min_valid=2', 'invalid_request'],
    ['/v1/token/practice?rejected=xyz', 'invalid_request'],
    ['/v1/token/practice?minvalid=5', 'invalid_request'],
    ['/v1/logins/login-none?wait=61', 'invalid_request'],
    ['/v1/token/practice', 'login_required'],
  ])('%s is answered with %s', async ([path, error]) => {
    expectError(await daemon.ask(path), error)
  })
})

test('a query of four thousand names holds up the socket no longer for a token than for anything else', async () => {
  const query = Array.from({ length: 4_000 }, (_, number) => number.toString(36)).join('&')
  const quickest = { '/v1/token/practice': Number.POSITIVE_INFINITY, '/v1/ledger': Number.POSITIVE_INFINITY }
  for (let round = 0; round < 15; round += 1) {
    for (const path of ['/v1/token/practice', '/v1/ledger'] as const) {
      const begun = performance.now()
      expectError(await daemon.ask(`${path}?${query}`), 'invalid_request')
      quickest[path] = Math.min(quickest[path], performance.now() - begun)
    }
  }
  expect(quickest['/v1/token/practice']).toBeLessThan(3 * quickest['/v1/ledger'])
})

describe('bytes that are no request', () => {
  test.for<[name: string, bytes: string | Buffer]>([
    ['garbage', Buffer.from([0, 255, 1, 254, 13, 10, 13, 10])],
    ['TLS', Buffer.from('16030100c8010000c40303', 'hex')],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['a head over 16 KiB', `GET /v1/status HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`],
    ['a line over 16 KiB', `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    ['two lengths', 'POST /v1/logins HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}'],
  ])('such as %s get an answer and the end of the connection', async ([, bytes]) => {
    const answer = await sendBytes(daemon.socket, bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d [\s\S]*"error":"invalid_request"/)
    expect((await daemon.ask('/v1/health')).status).toBe(200)
  })

  test('do not get through behind a good request', async () => {
    const answer = await sendBytes(daemon.socket, 'GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n\0\0garbage\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 (200 [\s\S]*HTTP\/1\.1 )?400 /)
  })

  test('such as none at all, on many connections, hold up nobody', async () => {
    const idle = Array.from({ length: 200 }, () => connect(daemon.socket).on('error', () => {}))
    await until('the connections', () => idle.every((connection) => !connection.connecting))
    expect((await daemon.ask('/v1/health')).status).toBe(200)
    for (const connection of idle) connection.destroy()
  })
})

test('a token is never to be cached, and neither is an authorization URL', async () => {
  const login = await daemon.ask('/v1/logins', { method: 'POST', body: { provider: 'practice', flow: 'paste' } })
  expect(login.headers['cache-control']).toBe('no-store')
  const { id } = await startLogin(daemon, { provider: 'practice', flow: 'paste' })
  expect(id).toBe(login.json?.id)
  expect(JSON.stringify(await daemon.status())).not.toContain('state=')
  const ended = await daemon.ask(`/v1/logins/${id}`, { method: 'DELETE' })
  expect(ended.json).toMatchObject({ status: 'failed', error: { code: 'login_cancelled' } })
})
