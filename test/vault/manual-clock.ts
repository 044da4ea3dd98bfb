import type { Clock } from '../../src/core/index.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** A clock that moves only when the test says so. */
export class ManualClock implements Clock {
  #now = Date.UTC(2030, 0, 1)
  #timers: Timer[] = []

  now(): number {
    return this.#now
  }

  after(delay: number, run: () => void): () => void {
    const timer = { at: this.#now + delay, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length
  }

  /** Milliseconds until the next timer. */
  get next(): number | undefined {
    return this.#timers.length === 0 ? undefined : Math.min(...this.#timers.map((timer) => timer.at)) - this.#now
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.#now = due.at
      due.run()
    }
    this.#now = end
  }

  /** Sets the wall clock without time passing. */
  jump(milliseconds: number): void {
    this.#now += milliseconds
  }
}
