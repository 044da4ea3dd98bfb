import type { Language } from './words/index.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** A span of seconds in words that do not change every second: `under a minute`, `9 min`, `2 hr, 5 min`, `3 days`. */
export function spanWords(seconds: number, language: Language): string {
  if (seconds < minute) return language.words.time.underAMinute
  const days = Math.floor(seconds / day)
  if (days > 0) return unit(days, 'day', language)
  const [hours, minutes] = [Math.floor(seconds / hour), Math.floor((seconds % hour) / minute)]
  if (hours === 0) return unit(minutes, 'minute', language)
  const parts = [unit(hours, 'hour', language), ...(minutes === 0 ? [] : [unit(minutes, 'minute', language)])]
  return new Intl.ListFormat(language.locale, { type: 'unit', style: 'narrow' }).format(parts)
}

function unit(value: number, name: 'day' | 'hour' | 'minute', { locale }: Language): string {
  const unitDisplay = name === 'day' ? 'long' : 'short'
  return new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay }).format(value)
}

/** A span of seconds as a countdown: `4:07`; never below zero. */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds))
  return `${Math.floor(left / minute)}:${String(left % minute).padStart(2, '0')}`
}

/** A day in the time zone of the person, with its year where that is another one; both in epoch seconds. */
export function dayWords(at: number, now: number, { locale }: Language): string {
  const date = new Date(at * 1000)
  const year = date.getFullYear() === new Date(now * 1000).getFullYear() ? {} : { year: 'numeric' as const }
  return date.toLocaleDateString(locale, { day: 'numeric', month: 'short', ...year })
}

/** A time of the day, with the day where that is not today; both in epoch seconds. */
export function momentWords(at: number, now: number, language: Language): string {
  const [date, today] = [new Date(at * 1000), new Date(now * 1000)]
  const time = date.toLocaleTimeString(language.locale, { hour: '2-digit', minute: '2-digit' })
  return date.toDateString() === today.toDateString() ? time : `${dayWords(at, now, language)}, ${time}`
}
