import { request } from 'node:http'
import { type ShareEnd, shareEnded } from '../protocol/index.ts'
import { readRefusal, readServerEvents } from './events.ts'
import { connectionError } from './one-shot.ts'

/** The hold of a share, which lives as long as this connection does. */
export interface ShareHold {
  /** Why the share has ended. A broker that went away without a word has ended it as well: `broker_stopped`. Never rejects. */
  readonly ended: Promise<ShareEnd>
  /** Ends the share. */
  release(): void
}

/** Holds the share. Settles once the broker has it so; rejects with its error, or with `broker_not_running`. */
export function holdShare(socketPath: string, id: string): Promise<ShareHold> {
  return new Promise((resolve, reject) => {
    const path = `/v1/shares/${encodeURIComponent(id)}/hold`
    const call = request({ socketPath, path, agent: false, headers: { host: 'localhost' } }, (response) => {
      response.setEncoding('utf8')
      if (response.statusCode !== 200) return void readRefusal(response).then(reject, reject)
      resolve({ ended: endOf(response), release: () => call.destroy() })
    })
    call.on('error', (error) => reject(connectionError(error, socketPath)))
    call.end()
  })
}

async function endOf(stream: AsyncIterable<string>): Promise<ShareEnd> {
  try {
    for await (const { event, data } of readServerEvents(stream)) {
      const told = event === 'end' ? shareEnded.safeParse(data) : undefined
      if (told?.success) return told.data.reason
    }
  } catch {
    // The connection broke, or what came is nothing that a broker says. In both cases nobody keeps the share.
  }
  return 'broker_stopped'
}
