import { setTimeout as sleep } from 'node:timers/promises'
import { BrokerError } from '../protocol/index.ts'

/** Milliseconds between two tries to reach a broker that has gone. */
const nextTry = 2_000

/**
 * Follows a broker for as long as this command runs, over its ends and starts: `gone` is told once for each time that it is away. What
 * keeps the command from ever following, such as a socket of somebody else, is thrown.
 */
export async function* followAlways<Each>(
  follow: () => AsyncIterable<Each>,
  gone: (error: BrokerError | undefined) => void,
): AsyncGenerator<Each> {
  let isThere = true
  for (;;) {
    try {
      for await (const each of follow()) {
        isThere = true
        yield each
      }
      if (isThere) gone(undefined)
    } catch (error) {
      if (!(error instanceof BrokerError) || !passes.has(error.code)) throw error
      if (isThere) gone(error)
    }
    isThere = false
    await sleep(nextTry)
  }
}

/** A broker that has ended, is not there yet, or has cut off a reader that was too slow. */
const passes = new Set(['broker_not_running', 'reader_too_slow', 'temporarily_unavailable'])
