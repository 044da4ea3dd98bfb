import type { AccountUsage, UsageWindow } from '../protocol/index.ts'
import { spanWords } from './time-words.ts'
import type { Language } from './words/index.ts'

/** Seconds after which figures are shown with their age; younger ones are as good as new. */
const oldAfter = 600

/** A limit by its name in the language of the person; the provider's own word where it is none of the known ones. */
export function limitName(name: string, language: Language): string {
  const { usage } = language.words.accounts
  const [length = '', ...about] = name.split(', ')
  const [, count, unit] = /^(\d+) (hours|days)$/.exec(length) ?? []
  const said =
    unit === 'hours' ? usage.hours(Number(count)) : unit === 'days' ? usage.days(Number(count)) : knownLength(length, language)
  return [said, ...about].join(', ')
}

function knownLength(length: string, { words: { accounts } }: Language): string {
  if (length === 'week') return accounts.usage.week
  return length === 'month' ? accounts.usage.month : length
}

/** Whether a limit has begun anew since the figures came, so that they are of the past. Times in epoch seconds. */
export const isOver = ({ resets_at: resetsAt }: UsageWindow, now: number): boolean => resetsAt !== undefined && resetsAt <= now

/** How much of a limit is used, in whole percent and never more than the provider said, and when it begins anew. */
export function limitWords(window: UsageWindow, now: number, language: Language): string {
  const { usage } = language.words.accounts
  if (isOver(window, now)) return usage.hasReset
  const reset = window.resets_at === undefined ? [] : [usage.resetsIn(spanWords(window.resets_at - now, language))]
  return [percentWords(window, language), ...reset].join(' · ')
}

function percentWords({ used_percent: used }: UsageWindow, { locale, words }: Language): string {
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(Math.floor(used) / 100)
  return words.accounts.usage.used(share)
}

/** How old the figures are, once that is worth saying. */
export function ageWords({ fetched_at: at, stale }: AccountUsage, now: number, language: Language): string | undefined {
  if (at === undefined) return undefined
  const age = Math.max(0, now - at)
  return stale || age > oldAfter ? language.words.accounts.usage.asOf(spanWords(age, language)) : undefined
}

/** What is left of prepaid credits; undefined where there are none. */
export function creditWords({ credits }: AccountUsage, { locale, words }: Language): string | undefined {
  if (credits === undefined) return undefined
  const { usage } = words.accounts
  if (credits.unlimited) return usage.unlimited
  if (credits.remaining === undefined) return undefined
  const amount = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(credits.remaining)
  return usage.left(`${amount} ${credits.unit}`)
}

/** A limit in one line, for the menu: `5 hours: 42 % used · resets in 2 hr`. */
export function limitLine(window: UsageWindow, now: number, language: Language): string {
  return language.words.menu.limit(limitName(window.name, language), limitWords(window, now, language))
}
