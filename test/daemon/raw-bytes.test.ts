// What no program would send, to the token socket and to the redirect port of one daemon, with a login that waits on that port. The
// one thing that is not sent is `GET /cancel`: a fault can make it one of the official CLI, which ends the login, and rightly so.
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { findSecrets } from '../canary/find-secrets.ts'
import { type MisbehavingServer, withMisbehavingServer } from './authorization-server.ts'
import { type StartedLogin, signIn, startLogin, tokenOf } from './practice-login.ts'
import { type FuzzReport, fuzz } from './raw-bytes.ts'
import { isFree, redirectPortsAreFree, takeRedirectPorts } from './redirect-ports.ts'
import { type RunningDaemon, until, withDaemon } from './running-daemon.ts'
import { sendBytes } from './socket-request.ts'

const inCi = Boolean(process.env.CI) && process.env.CI !== 'false'
const duration = inCi ? 60_000 : 5_000
const port = 1455

let leavePorts = async () => {}
beforeAll(async () => {
  leavePorts = await takeRedirectPorts()
}, 180_000)
afterAll(() => leavePorts())

interface Scene {
  readonly daemon: RunningDaemon
  readonly server: MisbehavingServer
  readonly login: StartedLogin
}

/** A daemon with one account, and a login of another one that waits on port 1455. */
function withPendingLogin(body: (scene: Scene) => Promise<void>): Promise<void> {
  return withMisbehavingServer(3600, async (server) => {
    await redirectPortsAreFree()
    await withDaemon({ TOKENTRAY_UPSTREAM: server.origin, TOKENTRAY_LOG: 'debug' }, async (daemon) => {
      await signIn(daemon, { provider: 'openai-codex', approve: server.approve })
      const login = await startLogin(daemon, { provider: 'practice' })
      expect(login.prompt).toEqual({ kind: 'browser', redirect_port: port })
      await body({ daemon, server, login })
    })
  })
}

const socketRequests = [
  ['GET /v1/health'],
  ['GET /v1/status'],
  ['GET /v1/token/codex?min_valid=60', 'Accept: text/plain'],
  ['GET /v1/token/openai-codex?rejected=deadbeef00', 'TokenTray-Client: codex'],
  ['GET /v1/events'],
  ['GET /v1/logins/login-none?wait=1'],
  ['POST /v1/logins', 'Content-Type: application/json', '{"provider":"practice","flow":"paste","label":"work"}'],
  [
    'POST /v1/logins/login-none/response',
    'Content-Type: application/json',
    '{"pasted":"http://127.0.0.1:1455/auth/callback?code=x&state=y"}',
  ],
  ['DELETE /v1/logins/login-none'],
].map(([line, ...rest]) => request(`${line} HTTP/1.1`, 'Host: localhost', rest))

const portRequests = [
  ['GET /success'],
  [`GET /auth/callback?code=${'c'.repeat(43)}&state=${'s'.repeat(43)}`],
  ['GET /auth/callback?error=access_denied&error_description=no', 'Referer: https://example.com/'],
  ['GET /favicon.ico', 'Accept: image/*'],
  ['POST /auth/callback', 'Content-Type: application/x-www-form-urlencoded', 'code=x&state=y'],
].map(([line, ...rest]) => request(`${line} HTTP/1.1`, `Host: 127.0.0.1:${port}`, rest))

/** The last line is the body where the one before it is the type of one. */
function request(line: string, host: string, rest: readonly string[]): string {
  const body = rest.some((header) => header.startsWith('Content-Type')) ? (rest.at(-1) ?? '') : ''
  const headers = body === '' ? rest : [...rest.slice(0, -1), `Content-Length: ${body.length}`]
  return [line, host, ...headers, '', body].join('\r\n')
}

const openFiles = async (pid: number) => (await readdir(`/proc/${pid}/fd`)).length

/** Resident memory in kB. */
const memoryOf = async (pid: number) => Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1])

function expectSaneAnswers({ answers, odd, connections }: FuzzReport, seed: number): void {
  expect(odd, `seed ${seed}`).toEqual([])
  expect(answers.get('500') ?? 0, `seed ${seed}`).toBe(0)
  // The bytes got past the parser and were refused behind it as well, or the fuzz would be of no use.
  expect(connections).toBeGreaterThan(100)
  expect([...answers.keys()]).toEqual(expect.arrayContaining(['200', '400', '404']))
}

test(
  'random bytes and broken requests crash nothing, leave nothing open, and end no login',
  async () => {
    const seed = Number(process.env.TOKENTRAY_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
    console.log(`raw bytes: TOKENTRAY_FUZZ_SEED=${seed}`)
    await withPendingLogin(async ({ daemon, server, login }) => {
      const { pid } = daemon
      const token = await tokenOf(daemon, 'codex')
      const warm = { requests: socketRequests, seed: 1, duration: 500 }
      await fuzz({ target: { path: daemon.socket }, ...warm })
      // The connections of the warming up are gone by then.
      await sleep(1_000)
      const before = { files: await openFiles(pid), memory: await memoryOf(pid) }

      let over = false
      const attack = Promise.all([
        fuzz({ target: { path: daemon.socket }, requests: socketRequests, seed, duration }),
        fuzz({ target: { port, host: '127.0.0.1' }, requests: portRequests, seed: seed + 1_000, duration }),
      ]).finally(() => {
        over = true
      })
      while (!over) {
        const begun = performance.now()
        expect(await tokenOf(daemon, 'codex')).toBe(token)
        expect(performance.now() - begun).toBeLessThan(5_000)
        await sleep(100)
      }
      const reports = await attack
      for (const report of reports) expectSaneAnswers(report, seed)

      expect((await daemon.ask('/v1/health')).json).toMatchObject({ pid })
      const status = await daemon.status()
      expect((await daemon.ask(`/v1/logins/${login.id}`)).json, `seed ${seed}`).toMatchObject({ status: 'pending' })
      await cancelOthers(daemon, status, login)
      await until('the connections to be gone', async () => (await openFiles(pid)) <= before.files, 20_000)
      const grown = Math.round(((await memoryOf(pid)) - before.memory) / 1024)
      console.log(
        'raw bytes:',
        reports.map(({ connections, answers }) => ({ connections, ...Object.fromEntries(answers) })),
        `memory +${grown} MB`,
      )
      expect(grown).toBeLessThan(96)

      const redirect = server.approve(login.authorization_url)
      expect((await fetch(redirect)).status).toBe(200)
      await until('the end of the login', async () => (await daemon.ask(`/v1/logins/${login.id}`)).json?.status === 'completed')
      expect(server.secrets).toContain(await tokenOf(daemon))
      expect(await isFree(port)).toBe(true)
      expect(findSecrets(new Map([['the log', daemon.said]]), server.secrets)).toEqual([])
      expect(daemon.said).not.toMatch(/\\n\s+at |\n\s+at |"stack"|"level":(50|60)/)
      expect(server.faults).toEqual([])
      expect((await daemon.stop()).code).toBe(0)
    })
  },
  duration + 120_000,
)

/** A fault may make a login of its own of a request for one. */
async function cancelOthers(daemon: RunningDaemon, { logins }: BrokerSnapshot, login: StartedLogin): Promise<void> {
  for (const { id } of logins.filter((other) => other.id !== login.id)) await daemon.ask(`/v1/logins/${id}`, { method: 'DELETE' })
}

test('a request that is hidden in another one is never carried out', async () => {
  await withPendingLogin(async ({ daemon, server, login }) => {
    const redirect = new URL(server.approve(login.authorization_url))
    const inner = {
      socket: 'GET /v1/token/codex HTTP/1.1\r\nHost: localhost\r\n\r\n',
      port: `GET ${redirect.pathname}${redirect.search} HTTP/1.1\r\nHost: ${redirect.host}\r\n\r\n`,
    }
    for (const [place, hidden] of Object.entries(inner)) {
      const host = place === 'socket' ? 'localhost' : redirect.host
      const line = place === 'socket' ? 'POST /v1/logins' : 'POST /auth/callback'
      const chunked = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`
      const disguises: [head: string, body: string][] = [
        [`Content-Length: ${chunked.length}\r\nTransfer-Encoding: chunked`, chunked],
        [`Transfer-Encoding: chunked\r\nContent-Length: 4`, chunked],
        [`Content-Length: 4\r\nTransfer-Encoding: chunked`, `0\r\n\r\n${hidden}`],
        ['Transfer-Encoding: chunked, identity', `0\r\n\r\n${hidden}`],
        ['Transfer-Encoding: xchunked', `0\r\n\r\n${hidden}`],
        ['Transfer-Encoding : chunked', `0\r\n\r\n${hidden}`],
        ['Transfer-Encoding:\x0bchunked', `0\r\n\r\n${hidden}`],
        ['Content-Length: 0\r\nContent-Length: 5', hidden],
        ['Content-Length: +0', hidden],
        ['Content-Length: 0, 0', hidden],
        ['Content-Length: 0x0', hidden],
        [`Content-Length: ${hidden.length}`, hidden],
        ['Transfer-Encoding: chunked', chunked],
        ['Transfer-Encoding: chunked', `0;\n${hidden}\r\n\r\n`],
        [`X: y\rContent-Length: ${hidden.length}`, hidden],
        [`X: y\0\r\nContent-Length: ${hidden.length}`, hidden],
      ]
      for (const [head, body] of disguises) {
        const bytes = `${line} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nConnection: close\r\n${head}\r\n\r\n${body}`
        const said = await sendBytes(
          place === 'socket' ? { path: daemon.socket } : { port, host: '127.0.0.1' },
          Buffer.from(bytes, 'latin1'),
        )
        expect(said.split('HTTP/1.1 ').length - 1, head).toBeLessThanOrEqual(1)
        expect(said, head).not.toMatch(/HTTP\/1\.1 200|access_token/)
        expect((await daemon.ask(`/v1/logins/${login.id}`)).json, head).toMatchObject({ status: 'pending' })
      }
    }
  })
})
