import type { Clock } from '../../src/core/index.ts'

/** A clock that stands still until a test moves it. Timers run in the order of their times. */
export class ManualClock implements Clock {
  #now: number
  #timers: { at: number; run: () => void }[] = []

  constructor(now = 1_800_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(delay: number, run: () => void): () => void {
    const timer = { at: this.#now + delay, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }

  /** Moves the time and runs what falls due, with everything that each timer sets off. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#now = Math.max(this.#now, next.at)
      next.run()
      await settle()
    }
    this.#now = end
    await settle()
  }

  /** Moves the wall clock as a suspend does: no timer notices, and a pending one still waits for its whole delay. */
  jump(milliseconds: number): void {
    this.#now += milliseconds
    for (const timer of this.#timers) timer.at += milliseconds
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length
  }

  /** How long the nearest timer still sleeps, in milliseconds. */
  get next(): number | undefined {
    const times = this.#timers.map((timer) => timer.at - this.#now)
    return times.length === 0 ? undefined : Math.min(...times)
  }
}

/** Lets every promise that can settle without time settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
