import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MisbehavingServer, withMisbehavingServer } from './authorization-server.ts'
import { type Answering, type StartedLogin, startLogin, tokenOf } from './practice-login.ts'
import { isFree, redirectPortsAreFree, takeRedirectPorts } from './redirect-ports.ts'
import { type RunningDaemon, until, withDaemon } from './running-daemon.ts'
import { ask } from './socket-request.ts'

let leavePorts = async () => {}
beforeAll(async () => {
  leavePorts = await takeRedirectPorts()
}, 180_000)
afterAll(() => leavePorts())

interface Pending {
  readonly daemon: RunningDaemon
  readonly server: MisbehavingServer
  readonly login: StartedLogin
  /** The redirect of a person who allowed the access. */
  readonly redirect: URL
}

/** A daemon with one login that waits on port 1455. */
function withPendingLogin(body: (pending: Pending) => Promise<void>, redirectHost = '127.0.0.1'): Promise<void> {
  return withMisbehavingServer(3600, async (server) => {
    await redirectPortsAreFree()
    await withDaemon({ TOKENTRAY_UPSTREAM: server.origin }, async (daemon) => {
      const login = await startLogin(daemon, { provider: 'practice', redirect_host: redirectHost })
      expect(login.prompt).toEqual({ kind: 'browser', redirect_port: 1455 })
      const redirect = new URL(server.approve(login.authorization_url))
      await body({ daemon, server, login, redirect })
      expect(server.faults).toEqual([])
    })
  })
}

interface Page {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** Asks the redirect port; rejects when nothing listens there or the connection is cut. */
function visit(
  path: string,
  { method = 'GET', headers = {}, host = '127.0.0.1' }: { method?: string; headers?: Record<string, string>; host?: string } = {},
): Promise<Page> {
  return new Promise((resolve, reject) => {
    const options = { host, port: 1455, path, method, agent: false, headers: { host: '127.0.0.1:1455', ...headers } }
    const call = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    call.on('error', reject)
    call.end()
  })
}

const loginStatus = async ({ daemon, login }: Pending) => (await daemon.ask(`/v1/logins/${login.id}`)).json
const exchanges = (server: MisbehavingServer) => server.paths.filter((path) => path === 'POST /oauth/token')

describe('a request that is not the redirect', () => {
  test('changes nothing, whatever it is, and the login can still be finished', async () => {
    await withPendingLogin(async (pending) => {
      const { daemon, server, redirect } = pending
      const code = redirect.searchParams.get('code') ?? ''
      const state = redirect.searchParams.get('state') ?? ''
      const callback = (query: string) => `/auth/callback?${query}`
      const bad: [name: string, path: string, options?: Parameters<typeof visit>[1]][] = [
        ['a wrong state', callback(`code=${code}&state=${'x'.repeat(43)}`)],
        ['a state that begins right', callback(`code=${code}&state=${state.slice(0, -1)}`)],
        ['no state', callback(`code=${code}`)],
        ['an empty state', callback(`code=${code}&state=`)],
        ['two states, the right one first', callback(`code=${code}&state=${state}&state=x`)],
        ['two states, the right one last', callback(`code=${code}&state=x&state=${state}`)],
        ['two codes', callback(`code=${code}&code=other&state=${state}`)],
        ['a code and an error', callback(`code=${code}&error=access_denied&state=${state}`)],
        ['two errors', callback(`error=access_denied&error=server_error&state=${state}`)],
        ['an empty code', callback(`code=&state=${state}`)],
        ['neither code nor error', callback(`state=${state}`)],
        ['a refusal with a wrong state', callback('error=access_denied&state=wrong')],
        ['a refusal without a state', callback('error=access_denied')],
        ['another path', `/auth/callback/?code=${code}&state=${state}`],
        ['the path in capitals', `/AUTH/CALLBACK?code=${code}&state=${state}`],
        ['a foreign Host', redirect.pathname + redirect.search, { headers: { host: 'example.com:1455' } }],
        ['a Host without the port', redirect.pathname + redirect.search, { headers: { host: '127.0.0.1' } }],
        ['a Host with another port', redirect.pathname + redirect.search, { headers: { host: '127.0.0.1:1457' } }],
        ...['POST', 'PUT', 'OPTIONS'].map((method): [string, string, { method: string }] => [
          method,
          redirect.pathname + redirect.search,
          { method },
        ]),
      ]
      for (const [name, path, options] of bad) {
        const page = await visit(path, options)
        expect(page.status, name).toBeGreaterThanOrEqual(400)
        expect(page.text, name).not.toContain(code)
        expect(page.text, name).not.toContain(state)
        expect(await loginStatus(pending), name).toMatchObject({ status: 'pending' })
      }
      expect(exchanges(server)).toEqual([])

      expect((await visit(redirect.pathname + redirect.search)).status).toBe(200)
      await until('the end of the login', async () => (await loginStatus(pending))?.status === 'completed')
      expect(server.secrets).toContain(await tokenOf(daemon))
    })
  })

  test('such as an oversized head, garbage or half a request is cut off, and holds up nobody', async () => {
    await withPendingLogin(async (pending) => {
      const { redirect } = pending
      const cut = (bytes: string) =>
        new Promise<string>((resolve) => {
          let said = ''
          const connection = connect(1455, '127.0.0.1', () => connection.write(bytes))
          connection.on('error', () => {}).on('close', () => resolve(said))
          connection.setEncoding('utf8').on('data', (chunk: string) => {
            said += chunk
          })
        })
      await expect(visit('/auth/callback', { headers: { 'x-long': 'x'.repeat(17_000) } })).rejects.toThrow(/socket hang up|RESET/)
      expect(await cut('\0\0\0 garbage\r\n\r\n')).toBe('')
      const dawdlers = [cut(''), cut('GET /auth/callback?co'), cut('GET /success HTTP/1.1\r\nHost: 127.0.0.1:1455\r\n')]
      expect(await loginStatus(pending)).toMatchObject({ status: 'pending' })

      expect((await visit(redirect.pathname + redirect.search)).status).toBe(200)
      expect(await isFree(1455)).toBe(true)
      // Whoever still dawdles is cut off soon after, so that nothing of the login stays behind.
      await Promise.all(dawdlers)
    })
  })

  test('such as /success shows a page and nothing more', async () => {
    await withPendingLogin(async (pending) => {
      const page = await visit('/success')
      expect(page.status).toBe(200)
      expect(page.headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
      })
      expect(await loginStatus(pending)).toMatchObject({ status: 'pending' })
    })
  })
})

describe('the redirect', () => {
  test('is taken once; when it comes again, nobody is there or it is refused', async () => {
    await withPendingLogin(async (pending) => {
      const { daemon, server, redirect } = pending
      const path = redirect.pathname + redirect.search
      const [page, again] = await Promise.allSettled([visit(path), visit(path)])
      const answers = [page, again].map((one) => (one.status === 'fulfilled' ? one.value.status : 'refused'))
      expect(answers.filter((status) => status === 200)).toHaveLength(1)
      await until('the end of the login', async () => (await loginStatus(pending))?.status === 'completed')
      await expect(visit(path)).rejects.toThrow('ECONNREFUSED')

      const other = await startLogin(daemon, { provider: 'openai-codex' })
      expect((await visit(path)).status).toBe(400)
      expect((await daemon.ask(`/v1/logins/${other.id}`)).json).toMatchObject({ status: 'pending' })
      expect(exchanges(server)).toHaveLength(1)
      expect(server.secrets).toContain(await tokenOf(daemon))
    })
  })

  test('with error=access_denied ends the login, and nothing of it is written into the page', async () => {
    await withPendingLogin(async (pending) => {
      const { login, server } = pending
      const state = new URL(login.authorization_url).searchParams.get('state') ?? ''
      const description = '<script>alert(1)</script>'
      const page = await visit(
        `/auth/callback?${new URLSearchParams({ error: 'access_denied', error_description: description, state })}`,
      )
      expect(page).toMatchObject({ status: 200, text: expect.stringContaining('The access was not allowed') })
      expect(page.text).not.toContain('alert(1)')
      expect(await isFree(1455)).toBe(true)
      expect(await loginStatus(pending)).toMatchObject({ status: 'failed', error: { code: 'access_denied' } })
      expect(exchanges(server)).toEqual([])
    })
  })

  test('reaches each of two logins that wait on one port', async () => {
    await withPendingLogin(async (pending) => {
      const { daemon, server, redirect } = pending
      const codex = await startLogin(daemon, { provider: 'openai-codex' })
      expect(codex.prompt).toEqual({ kind: 'browser', redirect_port: 1455 })
      const other = new URL(server.approve(codex.authorization_url))
      await visit(other.pathname + other.search)
      expect((await daemon.ask(`/v1/logins/${codex.id}?wait=10`)).json).toMatchObject({ status: 'completed' })
      expect(await isFree(1455)).toBe(false)
      await visit(redirect.pathname + redirect.search)
      expect((await daemon.ask(`/v1/logins/${pending.login.id}?wait=10`)).json).toMatchObject({ status: 'completed' })
      expect(await isFree(1455)).toBe(true)
      expect(await tokenOf(daemon, 'codex')).not.toBe(await tokenOf(daemon))
    })
  })

  test('reaches a login of another vault that waits on the same port, and each keeps its own', async () => {
    await withPendingLogin(async ({ daemon, server, login, redirect }) => {
      expect((await daemon.ask('/v1/vaults', { method: 'POST', body: { name: 'work' } })).status).toBe(200)
      const work: Answering = { ask: (path, question) => ask(join(daemon.home, 'vault-work.sock'), path, question) }
      const other = await startLogin(work, { provider: 'practice' })
      expect(other.prompt).toEqual({ kind: 'browser', redirect_port: 1455 })
      // Neither is known to the other vault.
      expect((await daemon.ask(`/v1/logins/${other.id}`)).status).toBe(404)
      const itsRedirect = new URL(server.approve(other.authorization_url))
      await visit(itsRedirect.pathname + itsRedirect.search)
      expect((await work.ask(`/v1/logins/${other.id}?wait=10`)).json).toMatchObject({ status: 'completed' })
      expect((await daemon.ask(`/v1/logins/${login.id}`)).json).toMatchObject({ status: 'pending' })
      expect((await daemon.ask('/v1/token/practice')).status).toBe(401)
      await visit(redirect.pathname + redirect.search)
      expect((await daemon.ask(`/v1/logins/${login.id}?wait=10`)).json).toMatchObject({ status: 'completed' })
      expect(await isFree(1455)).toBe(true)
      expect(await tokenOf(daemon)).not.toBe(await tokenOf(work))
    })
  })

  const hasIpv6 = Object.values(networkInterfaces()).some((faces) => faces?.some(({ address }) => address === '::1'))
  test.skipIf(!hasIpv6)('to localhost is taken on ::1 as well', async () => {
    await withPendingLogin(async (pending) => {
      const { redirect } = pending
      expect(redirect.host).toBe('localhost:1455')
      const page = await visit(redirect.pathname + redirect.search, { host: '::1', headers: { host: redirect.host } })
      expect(page.status).toBe(200)
      await until('the end of the login', async () => (await loginStatus(pending))?.status === 'completed')
    }, 'localhost')
  })
})

describe('/cancel', () => {
  test('of a web page is refused', async () => {
    await withPendingLogin(async (pending) => {
      const fromPages: Record<string, string>[] = [
        { origin: 'https://example.com' },
        { origin: 'null' },
        { referer: 'https://example.com/' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'same-origin' },
        { host: 'example.com:1455' },
      ]
      for (const headers of fromPages) {
        expect((await visit('/cancel', { headers })).status, JSON.stringify(headers)).toBeGreaterThanOrEqual(400)
        expect(await loginStatus(pending)).toMatchObject({ status: 'pending' })
      }
      expect((await visit('/cancel', { method: 'POST' })).status).toBe(405)
      expect(await loginStatus(pending)).toMatchObject({ status: 'pending' })
    })
  })

  test('of a program cancels the login and frees the port', async () => {
    await withPendingLogin(async (pending) => {
      expect((await visit('/cancel')).status).toBe(200)
      expect(await isFree(1455)).toBe(true)
      expect(await loginStatus(pending)).toMatchObject({ status: 'failed', error: { code: 'login_cancelled' } })
    })
  })
})

describe('the port of a login that waits', () => {
  test.for(['stop', 'kill'] as const)('is free after the daemon ended by %s, and the next one can have it', async (end) => {
    await withPendingLogin(async ({ daemon }) => {
      const { code } = await daemon[end]()
      expect(code).toBe(end === 'stop' ? 0 : null)
      expect(await isFree(1455)).toBe(true)
      await daemon.start()
      const again = await startLogin(daemon, { provider: 'practice' })
      expect(again.prompt).toEqual({ kind: 'browser', redirect_port: 1455 })
      await daemon.ask(`/v1/logins/${again.id}`, { method: 'DELETE' })
      expect(await isFree(1455)).toBe(true)
    })
  })
})
