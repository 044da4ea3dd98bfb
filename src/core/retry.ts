import { backoffDelay, longestBackoff } from './refresh-policy.ts'

/**
 * How long a caller waits for the next try who would otherwise wait out a backoff of minutes, because there was no network, or
 * would not wait at all, because the server answered with what it had answered before. Milliseconds.
 */
const onDemandPause = 2_000

/** When something that failed may be tried again. Times are milliseconds. */
export class Retry {
  readonly #random: () => number
  /** In [0, 1); spreads what is due by itself. */
  readonly jitter: number
  #attempt = 0
  #at: number | undefined
  /** When somebody who asks may cause a try before its time; undefined when nobody may. */
  #onDemandAt: number | undefined

  constructor(random: () => number) {
    this.#random = random
    this.jitter = random()
  }

  /** How often it has failed in a row. */
  get attempt(): number {
    return this.#attempt
  }

  /**
   * Undefined when nothing has failed. No wait is longer than the longest backoff: a time further away than that was reckoned by a
   * clock that has been set back since, and is over.
   */
  at(now: number): number | undefined {
    return this.#at !== undefined && this.#at - now > longestBackoff ? now : this.#at
  }

  /**
   * It failed; `retryAfter` is the wish of the server in seconds. One that never left may be tried again sooner for somebody who
   * asks, because it costs the server nothing. Answers when it is tried again by itself.
   */
  failed(now: number, retryAfter?: number, neverLeft = false): number {
    this.#attempt += 1
    this.#at = now + backoffDelay(this.#attempt, this.#random(), retryAfter)
    this.#onDemandAt = neverLeft ? now + onDemandPause : undefined
    return this.#at
  }

  /** It succeeded, or it brought the `same` once more: then whoever asks again without pause is not listened to. */
  succeeded(now: number, same: boolean): void {
    this.reset()
    if (same) this.#at = now + onDemandPause
  }

  /** What made it fail may be over. */
  soon(now: number): void {
    this.#at = now
  }

  /** Whether somebody who asks may cause a try now. */
  mayTry(now: number): boolean {
    const at = this.at(now)
    return at === undefined || at <= now || (this.#onDemandAt !== undefined && this.#onDemandAt <= now)
  }

  reset(): void {
    this.#attempt = 0
    this.#at = undefined
    this.#onDemandAt = undefined
  }
}
