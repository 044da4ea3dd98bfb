import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { approveAuthorization } from '../../src/practice/index.ts'
import { type MisbehavingServer, withMisbehavingServer } from './authorization-server.ts'
import { startLogin, withPracticeServer } from './practice-login.ts'
import { isFree, redirectPortsAreFree, takeRedirectPorts } from './redirect-ports.ts'
import { type RunningDaemon, until, withDaemon } from './running-daemon.ts'

let leavePorts = async () => {}
beforeAll(async () => {
  leavePorts = await takeRedirectPorts()
}, 180_000)
afterAll(() => leavePorts())
beforeEach(() => redirectPortsAreFree(), 70_000)

const holders: Server[] = []
afterEach(async () => {
  for (const holder of holders.splice(0)) await letGo(holder)
})

/** Another program on a redirect port; it remembers what it was asked. */
async function hold(
  port: number,
  answer: RequestListener,
  host = '127.0.0.1',
): Promise<{ readonly asked: string[]; readonly server: Server }> {
  const asked: string[] = []
  const server = createServer((request: IncomingMessage, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, resolve)
  })
  holders.push(server)
  return { asked, server }
}

function letGo(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

const stubborn: RequestListener = (_request, response) => response.writeHead(404).end('no')

function withBoth(body: (daemon: RunningDaemon, server: MisbehavingServer) => Promise<void>): Promise<void> {
  return withMisbehavingServer(3600, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.origin }, async (daemon) => {
      await body(daemon, server)
      expect(server.faults).toEqual([])
    }),
  )
}

const held = (port: number) => new RegExp(`Port ${port} is held by \\S.* \\(pid ${process.pid}\\)\\.`)

test('when 1455 is taken, the login waits on 1457, and ends there', async () => {
  const { asked } = await hold(1455, stubborn)
  await withBoth(async (daemon, server) => {
    const login = await startLogin(daemon, { provider: 'practice' })
    expect(login.prompt).toEqual({ kind: 'browser', redirect_port: 1457 })
    expect(asked).toEqual(['GET /cancel'])
    const redirect = server.approve(login.authorization_url)
    expect(new URL(redirect).port).toBe('1457')
    expect((await fetch(redirect)).status).toBe(200)
    expect((await daemon.ask(`/v1/logins/${login.id}?wait=10`)).json).toMatchObject({ status: 'completed' })
    expect(await isFree(1457)).toBe(true)
  })
})

test('when both are taken, the command says by whom and waits for the pasted response, which completes the login', async () => {
  await hold(1455, stubborn)
  await hold(1457, stubborn)
  await withPracticeServer({}, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.issuer }, async (daemon) => {
      const command = daemon.startCli(['login', 'practice', '--no-browser'])
      await command.until('stderr', held(1455))
      await command.until('stderr', held(1457))
      await command.until('stderr', /Then paste the address/)
      expect((await daemon.status()).logins[0]?.prompt).toMatchObject({
        kind: 'paste',
        reason: expect.stringMatching(held(1457)),
      })
      command.type(`${await approveAuthorization(command.said.stdout.trim())}\n`)
      expect(await command.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('Signed in: practice-') })
    }),
  )
})

test('a holder that honours /cancel is asked, and the login gets the port', async () => {
  const { asked } = await hold(1455, (_request, response) => {
    response.writeHead(200, { connection: 'close' }).end('Login cancelled', () => void holders[0]?.close())
  })
  await withBoth(async (daemon) => {
    const login = await startLogin(daemon, { provider: 'openai-codex' })
    expect(login.prompt).toEqual({ kind: 'browser', redirect_port: 1455 })
    expect(new URL(login.authorization_url).searchParams.get('redirect_uri')).toBe('http://localhost:1455/auth/callback')
    expect(asked).toEqual(['GET /cancel'])
  })
})

test('another broker of this user gives its login up', async () => {
  await withBoth(async (one) => {
    const first = await startLogin(one, { provider: 'practice' })
    await withBoth(async (two) => {
      const second = await startLogin(two, { provider: 'practice' })
      expect(second.prompt).toEqual({ kind: 'browser', redirect_port: 1455 })
      expect((await one.ask(`/v1/logins/${first.id}`)).json).toMatchObject({
        status: 'failed',
        error: { code: 'login_cancelled' },
      })
    })
  })
})

test('a port that is free again is taken by the next login', async () => {
  const { server } = await hold(1455, stubborn)
  await withBoth(async (daemon) => {
    const one = await startLogin(daemon, { provider: 'practice' })
    expect(one.prompt.redirect_port).toBe(1457)
    await letGo(server)
    const two = await startLogin(daemon, { provider: 'openai-codex' })
    expect(two.prompt.redirect_port).toBe(1455)
  })
})

test.for<[name: string, answer: RequestListener]>([
  ['never answers', () => {}],
  [
    'answers without an end',
    (_request, response) => {
      const drip = setInterval(() => response.write('.'), 100)
      response.on('close', () => clearInterval(drip))
    },
  ],
  ['sends a flood', (_request, response) => void response.end(Buffer.alloc(20_000_000))],
  ['sends us somewhere else', (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
  ['hangs up', (_request, response) => void response.destroy()],
  ['hangs up in the middle', (_request, response) => void response.write('half', () => response.destroy())],
])('a holder that %s holds no login up', async ([, answer]) => {
  await hold(1455, answer)
  await withBoth(async (daemon) => {
    const begun = performance.now()
    const login = await startLogin(daemon, { provider: 'practice' })
    expect(login.prompt).toEqual({ kind: 'browser', redirect_port: 1457 })
    expect(performance.now() - begun).toBeLessThan(15_000)
  })
})

const hasIpv6 = Object.values(networkInterfaces()).some((faces) => faces?.some(({ address }) => address === '::1'))
test.skipIf(!hasIpv6)('a holder of ::1 alone never gets the redirect to localhost', async () => {
  await hold(1455, stubborn, '::1')
  await withBoth(async (daemon) => {
    const login = await startLogin(daemon, { provider: 'practice', redirect_host: 'localhost' })
    expect(new URL(login.authorization_url).searchParams.get('redirect_uri')).toBe('http://localhost:1457/auth/callback')
  })
})

test('a login that is cancelled while it waits for a holder leaves no port taken', async () => {
  const { server } = await hold(1455, () => {})
  await withBoth(async (daemon) => {
    const leaving = new AbortController()
    const begun = daemon.ask('/v1/logins', { method: 'POST', body: { provider: 'practice' }, signal: leaving.signal })
    await until('the question to the holder', () => server.listening)
    leaving.abort()
    await expect(begun).rejects.toThrow(/abort/)
    // The login belongs to the broker, so that the next one who asks joins it, and can end it.
    const login = await startLogin(daemon, { provider: 'practice' })
    await daemon.ask(`/v1/logins/${login.id}`, { method: 'DELETE' })
    expect((await daemon.status()).logins).toEqual([])
    expect(await isFree(1457)).toBe(true)
  })
})
