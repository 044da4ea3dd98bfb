import { request } from 'node:http'
import { errorFromResponse } from '../protocol/errors.ts'
import type { BrokerSnapshot, SnapshotChange } from '../protocol/snapshot.ts'
import { applyChange } from '../protocol/snapshot-change.ts'
import { readObject } from './broker-client.ts'
import { brokerEnded, connectionError, parseJson, unreadable } from './one-shot.ts'

/** Characters of one event; the snapshot of ten thousand accounts has a third of it. */
const longestEvent = 16_777_216

/** Characters of an answer that is no stream. */
const longestRefusal = 65_536

/**
 * Follows the broker: yields the full snapshot, then one for every change. Ends when the broker stops; throws
 * `broker_not_running` when there is none, or the error with which the broker refused the stream or cut it off. `signal` ends the
 * connection, which looks as if the broker had gone.
 */
export async function* followSnapshots(socket: string, signal?: AbortSignal): AsyncGenerator<BrokerSnapshot> {
  yield* readSnapshots(untilBroken(await openStream(socket, signal)))
}

/** The same as the broker tells it: one `snapshot`, then each `change`. Ends and throws as `followSnapshots` does. */
export async function* followEvents(socket: string, signal?: AbortSignal): AsyncGenerator<{ event: string; data: unknown }> {
  for await (const told of readServerEvents(untilBroken(await openStream(socket, signal)))) {
    if (told.event === 'error') throw errorFromResponse(told.data)
    yield told
  }
}

/** The snapshots that a stream of events tells. Throws `broker_unreadable` for a stream that no broker sends. */
export async function* readSnapshots(stream: AsyncIterable<string>): AsyncGenerator<BrokerSnapshot> {
  let snapshot: BrokerSnapshot | undefined
  for await (const { event, data } of readServerEvents(stream)) {
    if (event === 'error') throw errorFromResponse(data)
    if (event === 'snapshot') snapshot = asSnapshot(data)
    else if (event === 'change' && snapshot !== undefined) snapshot = applyChange(snapshot, asChange(data))
    else continue
    yield snapshot
  }
}

/** The events of a stream, as they come. Throws `broker_unreadable` for what is none. */
export async function* readServerEvents(stream: AsyncIterable<string>): AsyncGenerator<{ event: string; data: unknown }> {
  let rest = ''
  for await (const chunk of stream) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    if (rest.length > longestEvent) throw unreadable()
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1]
      const data = field('data')
      if (data !== undefined) yield { event: field('event') ?? 'message', data: readObject(data) }
    }
  }
}

/** Only the frame is looked at: a newer broker may say more of an account than this program knows. */
function asSnapshot(data: unknown): BrokerSnapshot {
  const { sequence, vault, accounts, logins } = data as Partial<BrokerSnapshot>
  if (typeof sequence !== 'number' || typeof vault !== 'object' || !isRows(accounts) || !isRows(logins)) throw unreadable()
  return data as BrokerSnapshot
}

function asChange(data: unknown): SnapshotChange {
  const { sequence, accounts = [], logins = [], removed = [] } = data as Partial<SnapshotChange>
  if (typeof sequence !== 'number' || !isRows(accounts) || !isRows(logins) || !Array.isArray(removed)) throw unreadable()
  return data as SnapshotChange
}

function isRows(value: unknown): boolean {
  return Array.isArray(value) && value.every((row: unknown) => typeof (row as { id?: unknown } | null)?.id === 'string')
}

/** A connection that breaks is a broker that has gone. */
async function* untilBroken(stream: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* stream
  } catch {
    throw brokerEnded()
  }
}

function openStream(socketPath: string, signal?: AbortSignal): Promise<AsyncIterable<string>> {
  return new Promise((resolve, reject) => {
    const leaving = signal === undefined ? {} : { signal }
    const call = request({ socketPath, path: '/v1/events', headers: { host: 'localhost' }, ...leaving }, (response) => {
      response.setEncoding('utf8')
      if (response.statusCode === 200) resolve(response)
      else readRefusal(response).then(reject, reject)
    })
    call.on('error', (error) => reject(connectionError(error, socketPath)))
    call.end()
  })
}

/** The error that was answered in place of a stream. */
export async function readRefusal(response: AsyncIterable<string>): Promise<Error> {
  let text = ''
  for await (const chunk of untilBroken(response)) {
    text += chunk
    if (text.length > longestRefusal) throw unreadable()
  }
  const body = parseJson(text)
  return body === undefined ? unreadable() : errorFromResponse(body)
}
