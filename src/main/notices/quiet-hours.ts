import type { QuietHours } from '../../ipc/settings.ts'

const minutesOfDay = 24 * 60

/**
 * When the quiet hours end that `now` is in, in epoch seconds; undefined outside of them. On the two days of the year with another
 * length it may be an hour off, so that whoever waits for it looks again then.
 */
export function quietUntil({ on, from, to }: QuietHours, now: number): number | undefined {
  if (!on || from === to) return undefined
  const date = new Date(now * 1000)
  const minute = date.getHours() * 60 + date.getMinutes()
  const isQuiet = from < to ? from <= minute && minute < to : from <= minute || minute < to
  if (!isQuiet) return undefined
  const left = (to - minute + minutesOfDay) % minutesOfDay
  return now - date.getSeconds() + left * 60
}
