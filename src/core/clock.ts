/** Time as a parameter: the wall clock and one-shot timers. Tests pass a clock they move by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. The wall clock may jump. */
  now(): number
  /** Calls `run` once after `delay` milliseconds; the returned function cancels it. */
  after(delay: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delay, run) => {
    const timer = setTimeout(run, delay)
    return () => clearTimeout(timer)
  },
}

/** Milliseconds to the whole seconds of the wire. */
export const toEpochSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)
