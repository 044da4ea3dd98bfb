import type { ServerResponse } from 'node:http'
import type { Clock } from '../core/index.ts'
import { BrokerError, type BrokerSnapshot, changeBetween, errorResponse } from '../protocol/index.ts'

/** How many changes a reader may be behind before it is cut off; it must never hold up the broker or fill its memory. */
const longestBacklog = 64

/** Keeps a quiet connection from being taken for a dead one. Milliseconds. */
const heartbeat = 25_000

/** How long a reader that was too slow may take for what was written until then, the reason being the last of it. Milliseconds. */
const lastPatience = 10_000

export interface SnapshotSource {
  snapshot(): BrokerSnapshot
  subscribe(listener: (snapshot: BrokerSnapshot) => void): () => void
}

/**
 * Streams snapshots as server-sent events: the full `snapshot` first, then a `change` for each later one. The first snapshot and
 * the subscription happen in one turn, so nothing falls between them. The returned function ends the stream.
 */
export function streamEvents(response: ServerResponse, source: SnapshotSource, clock: Clock): () => void {
  let previous = source.snapshot()
  let behind = 0
  let cancelTimer = () => {}
  const send = (event: string, data: unknown) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  const beat = () => {
    if (!response.writableNeedDrain) response.write(': still here\n\n')
    cancelTimer = clock.after(heartbeat, beat)
  }
  const unsubscribe = source.subscribe((next) => {
    behind = response.writableNeedDrain ? behind + 1 : 0
    if (behind > longestBacklog) return end('error', errorResponse(new BrokerError('reader_too_slow', 'The reader fell behind.')))
    send('change', changeBetween(previous, next))
    previous = next
  })
  const stop = () => {
    unsubscribe()
    cancelTimer()
  }
  const end = (event: string, data: unknown) => {
    stop()
    if (response.writableEnded) return
    send(event, data)
    response.end()
    // Destroyed at once, the response would take the reason with it.
    cancelTimer = clock.after(lastPatience, () => response.destroy())
  }
  response.on('close', stop)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' })
  send('snapshot', previous)
  cancelTimer = clock.after(heartbeat, beat)
  return () => end('end', { reason: 'The broker stops.' })
}
