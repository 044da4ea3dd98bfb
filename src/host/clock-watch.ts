import { type Clock, toEpochSeconds } from '../core/index.ts'
import type { Transport } from '../oauth/index.ts'
import type { ClockReading } from '../protocol/index.ts'

export interface ClockWatch {
  /** Does what the given one does, and notes the time that each server says. */
  readonly transport: Transport
  /** What the last answer said. */
  reading(): ClockReading | undefined
}

/**
 * Compares the clock of this computer with the `Date` of every answer (RFC 9110 section 6.6.1): an expiry is computed with the one and
 * judged by the other. `tells` leaves servers out, such as those of this computer, which have the same clock.
 */
export function watchClock(transport: Transport, clock: Clock, tells: (url: URL) => boolean): ClockWatch {
  let last: ClockReading | undefined
  return {
    transport: async (request) => {
      const sent = clock.now()
      const answer = await transport(request)
      const url = new URL(request.url)
      const date = Date.parse(answer.header('date') ?? '')
      // A cache answers with the date of the answer it keeps, and says so with its age.
      if (tells(url) && !Number.isNaN(date) && (answer.header('age') ?? '0') === '0') {
        const now = clock.now()
        last = { host: url.host, ahead: secondsAhead(date, sent, now), at: toEpochSeconds(now) }
      }
      return answer
    },
    reading: () => last,
  }
}

/**
 * The least error of the clock that explains the answer: it was written at some time between `sent` and `received`, in the second that
 * begins with `date`. All in milliseconds; answers seconds.
 */
function secondsAhead(date: number, sent: number, received: number): number {
  if (received < date) return Math.trunc((received - date) / 1000)
  return Math.max(0, Math.trunc((sent - date - 1000) / 1000))
}

/** Whether a server is on another computer than this one. */
export const isElsewhere = ({ hostname }: URL): boolean => !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
