const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** A span of seconds in words that do not change every second: `under a minute`, `9 min`, `2 h 5 min`, `3 days`. */
export function inWords(seconds: number): string {
  if (seconds < minute) return 'under a minute'
  if (seconds < hour) return `${Math.floor(seconds / minute)} min`
  if (seconds < day) {
    const minutes = Math.floor((seconds % hour) / minute)
    return minutes === 0 ? `${Math.floor(seconds / hour)} h` : `${Math.floor(seconds / hour)} h ${minutes} min`
  }
  const days = Math.floor(seconds / day)
  return days === 1 ? '1 day' : `${days} days`
}

/** A span of seconds as a countdown: `4:07`; never below zero. */
export function asCountdown(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds))
  return `${Math.floor(left / minute)}:${String(left % minute).padStart(2, '0')}`
}
