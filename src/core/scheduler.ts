import type { Clock } from './clock.ts'

/**
 * The longest sleep. After a suspend or a clock jump nobody tells a process that its deadlines have passed, so it looks again
 * at least this often; a prime keeps it out of step with other timers of the machine.
 */
const longestSleep = 37_000

/** Keeps a deadline that does not move from becoming a loop without pause. */
const shortestSleep = 100

/** Something with a deadline. `dueAt` is in milliseconds of the wall clock, undefined when nothing is due. */
export interface Scheduled {
  readonly dueAt: number | undefined
  /** Called when the deadline has passed; must move the deadline or clear it. */
  tick(): void
}

/** One timer for the nearest deadline of all accounts. */
export class Scheduler {
  readonly #clock: Clock
  readonly #items: () => Iterable<Scheduled>
  #cancel: (() => void) | undefined
  /** When the timer that is set will ring. */
  #ringsAt = Number.POSITIVE_INFINITY
  #stopped = false

  constructor(clock: Clock, items: () => Iterable<Scheduled>) {
    this.#clock = clock
    this.#items = items
  }

  /** Runs what is due and sets the timer anew; called on resume and when the network is back. */
  wake(): void {
    if (this.#stopped) return
    const now = this.#clock.now()
    let nearest = now + longestSleep
    for (const item of this.#items()) {
      if (item.dueAt !== undefined && item.dueAt <= now) item.tick()
      nearest = Math.min(nearest, Math.max(item.dueAt ?? nearest, now + shortestSleep))
    }
    this.#set(nearest, now)
  }

  /** One item has a new deadline. The others are not looked at, because theirs are behind the timer that is set. */
  changed(item: Scheduled): void {
    if (this.#stopped) return
    const now = this.#clock.now()
    if (item.dueAt !== undefined && item.dueAt <= now) item.tick()
    const { dueAt } = item
    if (dueAt === undefined || dueAt >= this.#ringsAt) return
    this.#set(Math.min(Math.max(dueAt, now + shortestSleep), now + longestSleep), now)
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  #set(ringsAt: number, now: number): void {
    this.#cancel?.()
    this.#ringsAt = ringsAt
    this.#cancel = this.#clock.after(ringsAt - now, () => this.wake())
  }
}
