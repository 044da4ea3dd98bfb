import { parentPort, workerData } from 'node:worker_threads'
import { errorResponse } from '../protocol/index.ts'
import type { HostCommands, HostHandle } from './handle.ts'
import { startHost } from './host.ts'
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts'

/**
 * The entry of the app's worker thread: the same host as the daemon's, behind messages. It runs here and not on the main
 * thread, because a main thread that draws a window for 30 ms would make every tool wait for its token that long.
 */
const send = (message: FromWorker) => parentPort?.postMessage(message)

try {
  const host = await startHost(workerData as WorkerStart)
  host.onSnapshot((snapshot) => send({ kind: 'snapshot', snapshot }))
  parentPort?.on('message', (message: ToWorker) => void receive(host, message))
  send({ kind: 'ready', facts: host.facts, snapshot: host.snapshot() })
} catch (error) {
  send({ kind: 'failed', error: errorResponse(error) })
}

async function receive(host: HostHandle, message: ToWorker): Promise<void> {
  if (message.kind === 'stop') {
    send({ kind: 'stopped', how: await host.stop() })
    return
  }
  const { id, name, value } = message
  try {
    send({ kind: 'answer', id, value: await host.ask(name, value as HostCommands[typeof name]['ask']) })
  } catch (error) {
    send({ kind: 'refusal', id, error: errorResponse(error) })
  }
}
