// Bytes that no program would send, at a port or a socket, from several connections at once. Everything follows from one seed, so that
// a finding can be had again: set TOKENTRAY_FUZZ_SEED to the number that the test printed.
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Fuzz {
  readonly target: NetConnectOpts
  /** Whole requests as a good program would send them; they are sent with faults in them, several in a row, or in pieces. */
  readonly requests: readonly string[]
  readonly seed: number
  /** Milliseconds. */
  readonly duration: number
}

export interface FuzzReport {
  readonly connections: number
  /** How many answers there were of each status. */
  readonly answers: ReadonlyMap<string, number>
  /** Answers that no HTTP server of ours gives. */
  readonly odd: readonly string[]
}

type Random = () => number

/** mulberry32: small, and the same everywhere. In [0, 1). */
function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const lanes = 16
const pieces = [
  '\0', '\r', '\n', '\r\n', '\r\n\r\n', ' ', '\t', ':', '%', '%00', '%0d%0a', '?', '#', '/', '\\', '"', '{', '}', '\xff', '\x80',
  'HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', 'GET ', 'CONNECT ', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'Host: evil\r\n', 'Host:\r\n', 'Origin: null\r\n',
  'Content-Length: 5\r\n', 'Content-Length: -1\r\n', 'Content-Length: 99999999999999999999\r\n', 'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n', 'Transfer-Encoding: identity\r\n', 'Expect: 100-continue\r\n', 'Upgrade: websocket\r\nConnection: upgrade\r\n',
  'Connection: close\r\n', 'Connection: keep-alive\r\n', 'Trailer: x\r\n', '0\r\n\r\n', 'ffffffffffffffff\r\n', '__proto__', 'constructor',
] // biome-ignore format: a list of small things

/** Sends until the time is over, and answers what came back. */
export async function fuzz({ target, requests, seed, duration }: Fuzz): Promise<FuzzReport> {
  const end = performance.now() + duration
  const answers = new Map<string, number>()
  const odd: string[] = []
  let connections = 0
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const random = randomFrom(seed + lane)
      while (performance.now() < end) {
        connections += 1
        const said = await converse(target, message(random, requests), random)
        for (const [, status] of said.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
          answers.set(status as string, (answers.get(status as string) ?? 0) + 1)
        }
        if (said !== '' && !/^HTTP\/1\.1 \d{3} /.test(said)) odd.push(said.slice(0, 200))
        if (/\n\s+at .*:\d+:\d+|node_modules|node:internal/.test(said)) odd.push(said.slice(0, 2_000))
      }
    }),
  )
  return { connections, answers, odd: odd.slice(0, 10) }
}

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T

function message(random: Random, requests: readonly string[]): Buffer {
  const kind = random()
  if (kind < 0.1) return Buffer.from(Array.from({ length: 1 + random() * 3_000 }, () => random() * 256))
  if (kind < 0.15)
    return Buffer.from(pick(random, requests).replace('\r\n', `\r\nX: ${'x'.repeat(random() * 40_000)}\r\n`), 'latin1')
  const row = Array.from({ length: random() < 0.3 ? 2 + random() * 6 : 1 }, () => {
    const request = pick(random, requests)
    return random() < 0.15 ? request : withFaults(random, request)
  })
  return Buffer.from(row.join(''), 'latin1')
}

function withFaults(random: Random, request: string): string {
  let text = request
  for (let faults = 1 + random() * 4; faults > 1; faults -= 1) {
    const at = Math.floor(random() * (text.length + 1))
    const length = Math.floor(random() ** 3 * 80)
    const inserted = random() < 0.7 ? pick(random, pieces) : String.fromCharCode(random() * 256)
    const [before, middle, after] = [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)]
    text = pick(random, [
      before + inserted + middle + after,
      before + inserted + after,
      before + after,
      before + middle + middle + after,
    ])
  }
  return text
}

/** Sends the bytes in one of many ways, and answers what came until one side left. */
function converse(target: NetConnectOpts, bytes: Buffer, random: Random): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = connect({ ...target, allowHalfOpen: random() < 0.5 })
    const end = () => {
      clearTimeout(leaving)
      socket.destroy()
      resolve(said)
    }
    const leave = () => {
      // By a reset where the transport has one. Node does not always say that such a connection is closed.
      if (random() < 0.5 && socket.remoteFamily?.startsWith('IPv')) socket.resetAndDestroy()
      else socket.destroy()
      setTimeout(end, 20)
    }
    const leaving = setTimeout(leave, 20 + random() ** 2 * 250)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      if (said.length < 100_000) said += chunk.toString('latin1')
    })
    socket.on('close', end)
    socket.on('connect', async () => {
      await send(socket, bytes, random)
      if (random() < 0.15) leave()
      else if (random() < 0.3 && socket.writable) socket.end()
    })
  })
}

/** In one piece, or in several, some of them with a pause behind them. */
async function send(socket: Socket, bytes: Buffer, random: Random): Promise<void> {
  if (random() < 0.6) return void socket.write(bytes)
  for (let from = 0; from < bytes.length && socket.writable; ) {
    const to = from + 1 + Math.floor(random() ** 2 * bytes.length)
    socket.write(bytes.subarray(from, to))
    from = to
    if (random() < 0.5) await sleep(random() * 5)
  }
}
