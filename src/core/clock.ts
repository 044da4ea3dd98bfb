/** Time as a parameter: the wall clock and one-shot timers. Tests pass a clock they move by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. The wall clock may jump. */
  now(): number
  /** Calls `run` once after `delay` milliseconds; the returned function cancels it. */
  after(delay: number, run: () => void): () => void
}

/** What a timer of Node can hold; it takes anything longer for a millisecond. */
const longestDelay = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delay, run) => {
    // A timer of the broker never keeps the process: it lives as long as its socket does.
    const timer = setTimeout(run, Math.min(delay, longestDelay)).unref()
    return () => clearTimeout(timer)
  },
}

/** Milliseconds to the whole seconds of the wire; what is not known stays so. */
export function toEpochSeconds(milliseconds: number): number
export function toEpochSeconds(milliseconds: number | undefined): number | undefined
export function toEpochSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000)
}
