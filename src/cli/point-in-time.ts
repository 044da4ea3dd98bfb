import { BrokerError } from '../protocol/index.ts'
import { parseDuration } from './duration.ts'

/** A time far beyond has no date that could be shown. */
const latestYear = 9_999

/** A length of time from now, or a date, which begins at midnight here. `now` in milliseconds; answers epoch seconds. Throws `invalid_request`. */
export const parseEnd = (text: string, now: number): number => pointInTime(text, (length) => now + length, '8h')

/** The same, with a length of time that ends now. */
export const parseStart = (text: string, now: number): number => pointInTime(text, (length) => Math.max(0, now - length), '1d')

/** `at` places a length of time; both are milliseconds. */
function pointInTime(text: string, at: (length: number) => number, example: string): number {
  const point = /^\s*\d+[smhd]?\s*$/.test(text) ? at(parseDuration(text) * 1000) : parseDate(text)
  if (point !== undefined && point >= 0 && new Date(point).getFullYear() <= latestYear) return Math.floor(point / 1000)
  throw new BrokerError('invalid_request', `"${text.slice(0, 40)}" is neither a length of time nor a date.`, {
    fix: `Write a number with m, h or d, such as ${example}, or a date such as 2030-12-31.`,
  })
}

/** Milliseconds. Undefined for a day that is in no calendar, which `Date` takes for one of the next month. */
function parseDate(text: string): number | undefined {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0]
  if (day === undefined || new Date(`${day}T00:00Z`).toJSON()?.startsWith(day) !== true) return undefined
  return Date.parse(text === day ? `${day}T00:00` : text)
}
