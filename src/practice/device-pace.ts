/** RFC 8628 section 3.5: how much slower a client has to become with every `slow_down`. Seconds. */
const slowDownBy = 5

/** What a poll may be early by, because the way to the server does not take equally long every time. Milliseconds. */
const tolerance = 100

/** A code that nobody polls for any more is forgotten after this. Milliseconds, and longer than any client waits. */
const forgetAfter = 15 * 60 * 1000

interface Polled {
  readonly at: number
  /** Seconds. */
  readonly interval: number
}

/**
 * The pace that a pending device code is polled at, which the library leaves to us. Tells of each poll whether it came too
 * early; a client that was told so has to keep to the longer interval from then on. `interval` is in seconds, `now` in
 * milliseconds.
 */
export function devicePace(interval: number, now = () => performance.now()): (deviceCode: string) => boolean {
  // The one that was polled last comes last.
  const polls = new Map<string, Polled>()
  return (deviceCode) => {
    const at = now()
    for (const [code, polled] of polls) {
      if (at - polled.at < forgetAfter) break
      polls.delete(code)
    }
    const before = polls.get(deviceCode)
    const early = before !== undefined && at - before.at < before.interval * 1000 - tolerance
    polls.delete(deviceCode)
    polls.set(deviceCode, { at, interval: (before?.interval ?? interval) + (early ? slowDownBy : 0) })
    return early
  }
}
