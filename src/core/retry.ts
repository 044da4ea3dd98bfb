import { backoffDelay } from './refresh-policy.ts'

/** When something that failed may be tried again. Times are milliseconds. */
export class Retry {
  readonly #random: () => number
  #attempt = 0
  #at: number | undefined

  constructor(random: () => number) {
    this.#random = random
  }

  /** How often it has failed in a row. */
  get attempt(): number {
    return this.#attempt
  }

  /** Undefined when nothing has failed. */
  get at(): number | undefined {
    return this.#at
  }

  /** It failed; `retryAfter` is the wish of the server in seconds. Answers when it may be tried again. */
  failed(now: number, retryAfter?: number): number {
    this.#attempt += 1
    this.#at = now + backoffDelay(this.#attempt, this.#random(), retryAfter)
    return this.#at
  }

  /** What made it fail may be over. */
  soon(now: number): void {
    this.#at = now
  }

  mayTry(now: number): boolean {
    return this.#at === undefined || this.#at <= now
  }

  reset(): void {
    this.#attempt = 0
    this.#at = undefined
  }
}
