import type { ServerResponse } from 'node:http'
import type { Clock } from '../core/index.ts'
import type { Share, ShareEnd } from '../protocol/index.ts'

/** Keeps the connection from being taken for a dead one. Milliseconds. */
const heartbeat = 25_000

/** Tells the holder the share, and with the returned function why it ended, after which the stream ends. */
export function holdStream(response: ServerResponse, share: Share, clock: Clock): (reason: ShareEnd) => void {
  const send = (event: string, data: unknown) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
  let cancelTimer = () => {}
  const beat = () => {
    // A holder that reads nothing must not fill the memory.
    if (!response.writableNeedDrain) response.write(': still here\n\n')
    cancelTimer = clock.after(heartbeat, beat)
  }
  response.on('close', () => cancelTimer())
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' })
  response.write(send('share', share))
  cancelTimer = clock.after(heartbeat, beat)
  return (reason) => {
    cancelTimer()
    if (!response.writableEnded) response.end(send('end', { reason }))
  }
}
