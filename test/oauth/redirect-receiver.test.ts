import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { silentLog, systemClock } from '../../src/core/index.ts'
import { type Listening, RedirectReceiver } from '../../src/oauth/redirect-receiver.ts'

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const run of cleanUp.splice(0)) run()
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Asked {
  status: number | undefined
  text: string
  headers: Record<string, unknown>
}

function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; host?: string } = {},
): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const call = request({ host: options.host ?? '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode, text, headers: response.headers }))
    })
    call.on('error', reject)
    call.end()
  })
}

/** A login that waits, as the receiver sees one; it releases its port when it ends, as the real one does. */
async function waiting(
  receiver: RedirectReceiver,
  ports: readonly number[],
  state: string,
  host: '127.0.0.1' | 'localhost' = '127.0.0.1',
) {
  const delivered: string[] = []
  let cancelled = 0
  let listening: Listening | undefined
  const release = () => listening?.kind === 'listening' && listening.release()
  listening = await receiver.expect(ports, {
    host,
    path: '/auth/callback',
    state,
    deliver: (parameters) => {
      delivered.push(parameters.toString())
      release()
      return parameters.has('error') ? 'refused' : 'received'
    },
    cancel: () => {
      cancelled += 1
      release()
    },
  })
  cleanUp.push(release)
  return { listening, delivered, cancelled: () => cancelled, release }
}

const newReceiver = () => new RedirectReceiver(silentLog, systemClock)

test('any number of silent connections keep no browser from its redirect', async () => {
  const port = await freePort()
  const login = await waiting(newReceiver(), [port], 'good')
  for (let count = 0; count < 300; count += 1) {
    const silent = connect(port, '127.0.0.1').on('error', () => {})
    cleanUp.push(() => silent.destroy())
    await new Promise((resolve) => silent.once('connect', resolve))
  }
  expect((await ask(port, '/auth/callback?code=c&state=good')).status).toBe(200)
  expect(login.delivered).toEqual(['code=c&state=good'])
})

test('R1: nothing but a whole response with a pending state touches a login', async () => {
  const port = await freePort()
  const login = await waiting(newReceiver(), [port], 'good')
  const host = { host: `127.0.0.1:${port}` }
  const attacks: [string, Parameters<typeof ask>[2], number][] = [
    ['/auth/callback?code=c&state=bad', {}, 400],
    ['/auth/callback?code=c', {}, 400],
    ['/auth/callback?code=c&state=good&state=good', {}, 400],
    ['/auth/callback?code=c&code=d&state=good', {}, 400],
    ['/auth/callback?code=&state=good', {}, 400],
    ['/auth/callback?state=good', {}, 400],
    ['/auth/callback?code=c&error=e&state=good', {}, 400],
    ['/other?code=c&state=good', {}, 404],
    ['/favicon.ico', {}, 404],
    ['/auth/callback?code=c&state=good', { headers: { host: 'evil.example' } }, 400],
    ['/auth/callback?code=c&state=good', { headers: { host: `evil.example:${port}` } }, 400],
    ['/auth/callback?code=c&state=good', { method: 'POST', headers: host }, 405],
    ['/cancel', { headers: { ...host, origin: 'https://evil.example' } }, 403],
    ['/cancel', { headers: { ...host, referer: 'https://evil.example/' } }, 403],
    ['/cancel', { headers: { ...host, 'sec-fetch-site': 'cross-site' } }, 403],
    ['/success', {}, 200],
  ]
  for (const [path, options, status] of attacks) expect([path, (await ask(port, path, options)).status]).toEqual([path, status])
  expect([login.delivered, login.cancelled()]).toEqual([[], 0])
  expect((await ask(port, '/auth/callback?code=c&state=good')).status).toBe(200)
  expect(login.delivered).toEqual(['code=c&state=good'])
})

test('the port is free again by the time the page is there, and a second response finds nobody', async () => {
  const port = await freePort()
  const login = await waiting(newReceiver(), [port], 's')
  const answers = await Promise.allSettled([
    ask(port, '/auth/callback?code=one&state=s'),
    ask(port, '/auth/callback?code=two&state=s'),
  ])
  expect(login.delivered).toHaveLength(1)
  expect(answers.filter((answer) => answer.status === 'fulfilled' && answer.value.status === 200)).toHaveLength(1)
  await expect(ask(port, '/auth/callback?code=x&state=s')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('the page is constant, is not cached, leaks nothing, and takes the code out of the history', async () => {
  const port = await freePort()
  await waiting(newReceiver(), [port], 's')
  const { text, headers } = await ask(port, '/auth/callback?code=the-code&state=s&x=%3Cscript%3E')
  expect(text).not.toMatch(/the-code|<script>x/)
  expect(text).toContain("history.replaceState(null,'','/success')")
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', connection: 'close' })
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; frame-ancestors 'none'/,
  )
})

test('both loopback families are answered where the machine has them', async () => {
  const port = await freePort()
  const login = await waiting(newReceiver(), [port], 's')
  const over6 = await ask(port, '/auth/callback?code=c&state=s', { host: '::1' }).catch((error: { code: string }) => error.code)
  if (over6 === 'EADDRNOTAVAIL') return
  expect(over6).toMatchObject({ status: 200 })
  expect(login.delivered).toHaveLength(1)
})

test('two logins share the port, told apart by their state, and it stays bound for the second one', async () => {
  const port = await freePort()
  const receiver = newReceiver()
  const [first, second] = await Promise.all([waiting(receiver, [port], 'one'), waiting(receiver, [port], 'two')])
  expect([first.listening, second.listening]).toMatchObject([{ port }, { port }])
  await ask(port, '/auth/callback?code=c&state=one')
  await ask(port, '/auth/callback?error=access_denied&state=two')
  expect([first.delivered, second.delivered]).toEqual([['code=c&state=one'], ['error=access_denied&state=two']])
  await expect(ask(port, '/success')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('GET /cancel, as the official CLI sends it, frees the port', async () => {
  const port = await freePort()
  const login = await waiting(newReceiver(), [port], 's')
  expect((await ask(port, '/cancel')).status).toBe(200)
  expect(login.cancelled()).toBe(1)
  const next = await waiting(newReceiver(), [port], 't')
  expect(next.listening.kind).toBe('listening')
})

function hold(port: number, onCancel?: (server: Server) => void, host = '127.0.0.1'): Promise<Server> {
  const server = createServer((call, response) => {
    response.setHeader('connection', 'close')
    response.end('held')
    if (call.url === '/cancel') onCancel?.(server)
  })
  cleanUp.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return new Promise((resolve) => server.listen(port, host, () => resolve(server)))
}

test('a holder that honours /cancel gives its port up; one that does not is left alone, and the next port is taken', async () => {
  const [polite, stubborn, spare] = [await freePort(), await freePort(), await freePort()]
  await hold(polite, (server) => server.close())
  await hold(stubborn)
  expect((await waiting(newReceiver(), [polite], 's')).listening).toMatchObject({ kind: 'listening', port: polite })
  expect((await waiting(newReceiver(), [stubborn, spare], 's')).listening).toMatchObject({ kind: 'listening', port: spare })
})

test('when every port is taken, the holders are named', async () => {
  const ports = [await freePort(), await freePort()]
  for (const port of ports) await hold(port)
  const { listening } = await waiting(newReceiver(), ports, 's')
  expect(listening.kind).toBe('busy')
  const description = listening.kind === 'busy' ? listening.description : ''
  for (const port of ports) expect(description).toContain(`Port ${port} is held by`)
  if (process.platform === 'linux') expect(description).toContain(`(pid ${process.pid})`)
})

test('a login to localhost that cannot share our port leaves the login that waits there alone', async () => {
  const [port, spare] = [await freePort(), await freePort()]
  await hold(port, undefined, '::1')
  const receiver = newReceiver()
  const first = await waiting(receiver, [port], 'one')
  const second = await waiting(receiver, [port, spare], 'two', 'localhost')
  expect([first.listening, second.listening]).toMatchObject([{ port }, { port: spare }])
  expect(first.cancelled()).toBe(0)
})

test('it says who has a port, and leaves a free one free', async () => {
  const receiver = newReceiver()
  const [free, waitedOn] = [await freePort(), await freePort()]
  const { release } = await waiting(receiver, [waitedOn], 'good')
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  cleanUp.push(() => other.close())
  const { port: held } = other.address() as AddressInfo
  const [first, second, third] = await receiver.look([free, waitedOn, held])
  expect(first).toEqual({ port: free, state: 'free' })
  expect(second).toEqual({ port: waitedOn, state: 'waiting' })
  expect(third).toMatchObject({ port: held, state: 'held' })
  release()
  // A login right after it finds the port as it was.
  const { listening } = await waiting(receiver, [free], 'next')
  expect(listening).toMatchObject({ kind: 'listening', port: free })
})
