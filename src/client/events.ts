import { request } from 'node:http'
import { applyChange, BrokerError, type BrokerSnapshot, errorFromResponse, type SnapshotChange } from '../protocol/index.ts'
import { brokerEnded, connectionError } from './one-shot.ts'

/**
 * Follows the broker: yields the full snapshot, then one for every change. Ends when the broker stops; throws
 * `broker_not_running` when there is none, or the error with which the broker cut the stream off.
 */
export async function* followSnapshots(socket: string): AsyncGenerator<BrokerSnapshot> {
  let snapshot: BrokerSnapshot | undefined
  for await (const { event, data } of readEvents(socket)) {
    if (event === 'error') throw errorFromResponse(data)
    if (event === 'snapshot') snapshot = data as BrokerSnapshot
    else if (event === 'change' && snapshot !== undefined) snapshot = applyChange(snapshot, data as SnapshotChange)
    else continue
    yield snapshot
  }
}

async function* readEvents(socket: string): AsyncGenerator<{ event: string; data: unknown }> {
  let rest = ''
  const stream = await openStream(socket)
  for await (const chunk of untilBroken(stream)) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1]
      const data = field('data')
      if (data !== undefined) yield { event: field('event') ?? 'message', data: JSON.parse(data) as unknown }
    }
  }
}

/** A connection that breaks is a broker that has gone. */
async function* untilBroken(stream: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* stream
  } catch {
    throw brokerEnded()
  }
}

function openStream(socketPath: string): Promise<AsyncIterable<string>> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: '/v1/events', headers: { host: 'localhost' } }, (response) => {
      if (response.statusCode === 200) resolve(response.setEncoding('utf8'))
      else reject(new BrokerError('broker_unreadable', `The broker answered with status ${response.statusCode}.`))
    })
    call.on('error', (error) => reject(connectionError(error, socketPath)))
    call.end()
  })
}
