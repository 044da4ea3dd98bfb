// What one program does to the token socket must not cost another one its answer. Each attack runs against a real daemon, while an
// honest program goes on asking.
import { readdir, readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { askBroker } from '../../src/client/index.ts'
import { startLogin } from '../daemon/practice-login.ts'
import { type RunningDaemon, until, withDaemon } from '../daemon/running-daemon.ts'
import { readEvents, sendBytes } from '../daemon/socket-request.ts'

const nowhere = { TOKENTRAY_UPSTREAM: 'http://127.0.0.1:9' }
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
const post = (head: string) => `POST /v1/logins HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${head}\r\n\r\n`

/** An honest program is answered before any dawdler is cut off, which is after ten seconds: it does not wait for them. */
async function expectAnswer(daemon: RunningDaemon): Promise<void> {
  const answer = await askBroker({ socket: daemon.socket, method: 'GET', path: '/v1/health', timeout: 9_500 })
  expect(JSON.parse(answer)).toMatchObject({ name: 'tokentray', pid: daemon.pid })
}

/** Goes on asking until the attack is over. */
async function whileOthersAreServed<T>(daemon: RunningDaemon, attack: Promise<T>): Promise<T> {
  let over = false
  const end = attack.finally(() => {
    over = true
  })
  end.catch(() => {})
  do {
    await expectAnswer(daemon)
    await sleep(50)
  } while (!over)
  return end
}

/** Opens connections and sends the same bytes on each of them. Nothing is read. */
async function hold(daemon: RunningDaemon, count: number, bytes = ''): Promise<Socket[]> {
  const held: Socket[] = []
  while (held.length < count) held.push(await open(daemon, bytes))
  return held
}

/** The queue of the system for connections that wait to be taken is finite, and then it says EAGAIN. */
async function open(daemon: RunningDaemon, bytes: string): Promise<Socket> {
  for (;;) {
    const socket = connect(daemon.socket)
    const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      socket.on('connect', () => resolve(undefined)).on('error', resolve)
    })
    if (failure === undefined) {
      socket.pause().write(bytes)
      return socket
    }
    if (failure.code !== 'EAGAIN') throw failure
    await sleep(10)
  }
}

function leave(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy()
}

/** Resolves when the broker has ended the connection. */
const cutOff = (socket: Socket) =>
  new Promise<void>((resolve) => {
    if (socket.closed) resolve()
    else socket.on('close', () => resolve()).resume()
  })

const openFiles = async ({ pid }: RunningDaemon) => (await readdir(`/proc/${pid}/fd`)).length

/** Resident memory in kB. */
const memoryOf = async ({ pid }: RunningDaemon) =>
  Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1])

describe.concurrent('a program that dawdles is cut off, and holds up nobody', () => {
  test.for<[name: string, bytes: string, drop: string]>([
    ['says nothing at all', '', ''],
    ['sends its head byte by byte', 'GET /v1/status HTTP/1.1\r\nHost: localhost\r\nX: ', 'x'],
    ['sends its body byte by byte', `${post('Content-Length: 4000')}{"provider":"`, 'x'],
    ['sends the pieces of its body byte by byte', `${post('Transfer-Encoding: chunked')}`, '1\r\nx\r\n'],
  ])('and %s', async ([, bytes, drop]) => {
    await withDaemon(nowhere, async (daemon) => {
      const before = await openFiles(daemon)
      const dawdlers = await hold(daemon, 100, bytes)
      const dripping = setInterval(() => {
        for (const socket of dawdlers) if (drop !== '' && socket.writable) socket.write(drop)
      }, 400)
      const begun = performance.now()
      await whileOthersAreServed(daemon, Promise.all(dawdlers.map(cutOff)))
      clearInterval(dripping)
      expect(performance.now() - begun).toBeLessThan(40_000)
      await until('the connections to be gone', async () => (await openFiles(daemon)) <= before)
    })
  })

  test('although it has sent half of its connection away', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const before = await openFiles(daemon)
      // FIN behind a whole request, behind half of one, and behind nothing.
      for (const bytes of [get('/v1/status'), 'GET /v1/sta', '']) {
        const half = Array.from({ length: 50 }, () => {
          const socket = connect({ path: daemon.socket, allowHalfOpen: true })
          socket.on('error', () => {}).end(bytes)
          return socket
        })
        await whileOthersAreServed(daemon, Promise.all(half.map(cutOff)))
      }
      await until('the connections to be gone', async () => (await openFiles(daemon)) <= before)
    })
  })
})

test('a program that never reads what it asked for fills neither the memory nor the place of others', async () => {
  await withDaemon(nowhere, async (daemon) => {
    await startLogin(daemon, { provider: 'practice', flow: 'paste' })
    for (let round = 0; round < 50; round += 1) await daemon.ask('/v1/status')
    const memory = await memoryOf(daemon)
    // Some four megabytes of answers on each connection, of which the system takes a fraction.
    const greedy = await hold(daemon, 40, get('/v1/status').repeat(5_000))
    await whileOthersAreServed(daemon, sleep(1_500))
    expect((await memoryOf(daemon)) - memory).toBeLessThan(128 * 1024)
    const silent = await whileOthersAreServed(daemon, hold(daemon, 1_024))
    await whileOthersAreServed(daemon, Promise.all(greedy.map(cutOff)))
    leave(silent)
  })
}, 60_000)

describe('where 1,024 connections are held', () => {
  test.for<[name: string, bytes: string]>([
    ['in silence', ''],
    ['with half a head', 'GET /v1/status HTTP/1.1\r\nHost: loc'],
    ['with half a body', `${post('Content-Length: 40')}{"pro`],
    ['after an answer', get('/v1/health')],
  ])('%s, the next one is served at once, for the one that is idle longest', async ([, bytes]) => {
    await withDaemon(nowhere, async (daemon) => {
      const [oldest, ...held] = await hold(daemon, 1_024, bytes)
      for (let round = 0; round < 5; round += 1) await expectAnswer(daemon)
      await cutOff(oldest as Socket)
      expect(held.slice(64).filter((socket) => socket.closed)).toEqual([])
      // A second wave as large as the first is no more of a hindrance.
      const wave = await whileOthersAreServed(daemon, hold(daemon, 1_024, bytes))
      await Promise.all(held.map(cutOff))
      leave([...held, ...wave])
      await until('the connections to be gone', async () => (await openFiles(daemon)) < 100)
      expect(daemon.said).not.toContain('"level":50')
    })
  })

  test('nobody whose answer is under way is cut off, and neither is a reader of events', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const reader = await readEvents(daemon.socket)
      await reader.until(({ event }) => event === 'snapshot')
      const { id } = await startLogin(daemon, { provider: 'practice', flow: 'paste' })
      const waiting = daemon.ask(`/v1/logins/${id}?wait=60`)
      // A keep-alive connection that was used just now is younger than all the silent ones before it.
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const early = await hold(daemon, 600)
      const kept = await askOn(agent, daemon)
      const wave = await whileOthersAreServed(daemon, hold(daemon, 900))
      expect(kept.closed).toBe(false)
      await until('the early ones to be cut off', () => wave.some((socket) => socket.closed) || allEnded(early))
      expect(await askOn(agent, daemon)).toBe(kept)
      await daemon.ask(`/v1/logins/${id}`, { method: 'DELETE' })
      expect((await waiting).json).toMatchObject({ status: 'failed', error: { code: 'login_cancelled' } })
      await reader.until(({ event, data }) => event === 'change' && (data as { logins?: unknown[] }).logins?.length === 0)
      agent.destroy()
      leave([...early, ...wave])
    })
  })
})

test('where 1,024 programs wait for an answer, the latest gives way, and a person still gets through', async () => {
  await withDaemon(nowhere, async (daemon) => {
    const reader = await readEvents(daemon.socket)
    await reader.until(({ event }) => event === 'snapshot')
    const { id } = await startLogin(daemon, { provider: 'practice', flow: 'paste' })
    const waiting = get(`/v1/logins/${id}?wait=60`)
    const [oldest, ...held] = await hold(daemon, 1_022, waiting)
    await expectAnswer(daemon)
    const [latest] = (await hold(daemon, 1, waiting)) as [Socket]
    // A connection whose request has not been read yet is as good as silent.
    await sleep(300)
    for (let round = 0; round < 5; round += 1) await expectAnswer(daemon)
    const said = String(await latest.toArray())
    expect(said).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1\r\n[\s\S]*"error":"temporarily_unavailable"/)
    expect((await daemon.cli(['status'])).code).toBe(0)
    await daemon.ask(`/v1/logins/${id}`, { method: 'DELETE' })
    for (const socket of [oldest, held.at(-1)] as Socket[]) {
      const answer = await new Promise((resolve) => socket.once('data', resolve).resume())
      expect(String(answer)).toContain('login_cancelled')
    }
    expect(reader.ended()).toBe(false)
    reader.close()
    leave([oldest as Socket, ...held])
  })
})

const allEnded = (sockets: readonly Socket[]) => {
  for (const socket of sockets) socket.resume()
  return sockets.filter((socket) => socket.closed).length > 400
}

/** Asks on a connection that is kept, and answers which one that was. */
function askOn(agent: Agent, daemon: RunningDaemon): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const call = request({ agent, socketPath: daemon.socket, path: '/v1/health', headers: { host: 'localhost' } }, (response) => {
      response
        .resume()
        .on('end', () => (response.statusCode === 200 ? resolve(call.socket as Socket) : reject(response.statusCode)))
    })
    call.on('error', reject).end()
  })
}

describe.concurrent('a body', () => {
  test('that is announced as larger than 16 KiB is refused before it is sent', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const answer = await sendBytes(daemon.socket, post('Content-Length: 10000000000'))
      expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*"error":"request_too_large"/)
    })
  })

  test('that never ends, of a request that takes none, ends with the answer', async () => {
    await withDaemon(nowhere, async (daemon) => {
      for (const path of ['/v1/token/practice', '/v1/status']) {
        const begun = performance.now()
        const head = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`
        // Not one byte more: a write to a connection that has ended would take the answer from who has not read it yet.
        const [sender] = (await hold(daemon, 1, `${head}1\r\nx\r\n`)) as [Socket]
        let said = ''
        sender.setEncoding('utf8').on('data', (text: string) => {
          said += text
        })
        await cutOff(sender)
        expect(said).toMatch(/^HTTP\/1\.1 (200|401) [\s\S]*connection: close/i)
        expect(performance.now() - begun).toBeLessThan(8_000)
      }
    })
  })

  test('that never ends is refused, and costs neither memory nor others their turn', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const before = await memoryOf(daemon)
      const piece = Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`)
      const senders = await hold(daemon, 20, post('Transfer-Encoding: chunked'))
      const sending = setInterval(() => {
        for (const socket of senders) if (socket.writable && !socket.writableNeedDrain) socket.write(piece)
      }, 5)
      await whileOthersAreServed(daemon, Promise.all(senders.map(cutOff)))
      clearInterval(sending)
      expect((await memoryOf(daemon)) - before).toBeLessThan(64 * 1024)
    })
  })
})

describe.concurrent('a reader of events that is 64 changes behind', () => {
  /** Changes until the broker has had enough of the reader: 600, and the rows of 25 logins in each. */
  async function makeChanges(daemon: RunningDaemon): Promise<void> {
    const labels = Array.from({ length: 25 }, (_, index) => `label-${index}`)
    for (let round = 0; round < 12; round += 1) {
      const ids = await Promise.all(labels.map((label) => startLogin(daemon, { provider: 'practice', flow: 'paste', label })))
      await Promise.all(ids.map(({ id }) => daemon.ask(`/v1/logins/${id}`, { method: 'DELETE' })))
    }
  }

  test('hears why it is closed, when it reads on', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const [slow] = (await hold(daemon, 1, get('/v1/events'))) as [Socket]
      await whileOthersAreServed(daemon, makeChanges(daemon))
      let said = ''
      slow.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk
      })
      await cutOff(slow)
      const events = [...said.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)
      expect(events.at(0)).toBe('snapshot')
      expect(events.at(-1)).toBe('error')
      expect(events.filter((name) => name === 'error')).toHaveLength(1)
      expect(said).toMatch(/data: \{"error":"reader_too_slow",.*"fix":"Connect again;/)
    })
  })

  test('and never reads is closed all the same', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const before = await openFiles(daemon)
      const sleepers = await hold(daemon, 5, get('/v1/events'))
      await whileOthersAreServed(daemon, makeChanges(daemon))
      await until('the connections to be gone', async () => (await openFiles(daemon)) <= before)
      leave(sleepers)
    })
  })
})

// Minutes of waiting, which a person at a keyboard does not have.
describe.skipIf(!process.env.CI)('a connection on which nothing moves', () => {
  test.concurrent('is kept for a minute after an answer, and then closed', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const [idle] = (await hold(daemon, 1, get('/v1/health'))) as [Socket]
      const begun = performance.now()
      await whileOthersAreServed(daemon, cutOff(idle))
      expect(performance.now() - begun).toBeGreaterThan(50_000)
      expect(performance.now() - begun).toBeLessThan(90_000)
    })
  }, 120_000)

  test.concurrent('because its client does not read is closed after two minutes', async () => {
    await withDaemon(nowhere, async (daemon) => {
      // Large answers: of small ones so many would wait at once that the connection is cut off for that.
      const labels = Array.from({ length: 25 }, (_, index) => `label-${index}`)
      for (const label of labels) await startLogin(daemon, { provider: 'practice', flow: 'paste', label })
      const before = await openFiles(daemon)
      const greedy = await hold(daemon, 3)
      // In small portions, which a busy machine answers in time as well, until the system takes no more of the answers.
      for (let round = 0; round < 300; round += 1) {
        for (const socket of greedy) socket.write(get('/v1/status').repeat(4))
        await sleep(40)
      }
      const begun = performance.now()
      const gone = until('the connections to be gone', async () => (await openFiles(daemon)) <= before, 170_000)
      await whileOthersAreServed(daemon, gone)
      expect(performance.now() - begun).toBeGreaterThan(90_000)
      leave(greedy)
    })
  }, 200_000)
})
