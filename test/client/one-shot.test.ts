import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { onTestFinished, test } from 'vitest'
import { askBroker } from '../../src/client/index.ts'

/** A broker with room for two in its queue, which answers `{}` to everybody. */
const source = `require('node:http').createServer((_, response) => response.setHeader('content-length', 2).end('{}'))
  .listen({ path: process.argv[1], backlog: 1 }, () => console.log('ready'))`

async function startBroker(): Promise<{ broker: ChildProcess; path: string }> {
  const folder = await mkdtemp('/tmp/tt-q-')
  const path = join(folder, 's')
  const broker = spawn(process.execPath, ['-e', source, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    broker.kill('SIGKILL')
    await rm(folder, { recursive: true })
  })
  await once(broker.stdout as NodeJS.ReadableStream, 'data')
  return { broker, path }
}

/** Connects until the queue is full. */
async function fillQueue(path: string): Promise<void> {
  const waiting: Socket[] = []
  onTestFinished(() => {
    for (const socket of waiting) socket.destroy()
  })
  for (;;) {
    const socket = connect(path)
    const failed = await new Promise((resolve) => socket.on('connect', () => resolve(false)).on('error', () => resolve(true)))
    if (failed) return
    waiting.push(socket)
  }
}

test.skipIf(process.platform !== 'linux')(
  'a broker that is too busy to take the connection is asked again',
  async ({ expect }) => {
    const { broker, path } = await startBroker()
    broker.kill('SIGSTOP')
    await fillQueue(path)
    const answer = askBroker({ socket: path, method: 'GET', path: '/' })
    setTimeout(() => broker.kill('SIGCONT'), 300)
    expect(await answer).toBe('{}')
  },
)
