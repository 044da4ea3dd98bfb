import { describe, expect, test } from 'vitest'
import { ageWords, creditWords, isOver, limitName, limitWords } from '../../src/ipc/usage-words.ts'
import { languageOf } from '../../src/ipc/words/index.ts'

const [english, german, arabic] = [languageOf('en'), languageOf('de'), languageOf('ar')]
const now = 1_795_000_000
const figures = { account: 'a', provider: 'p', windows: [], stale: false }

describe('the name of a limit', () => {
  test.each([
    ['5 hours', '5 hours', '5 Stunden', '5 ساعات'],
    ['1 hours', '1 hour', '1 Stunde', 'ساعة'],
    ['week', 'Week', 'Woche', 'أسبوع'],
    ['week, opus', 'Week, opus', 'Woche, opus', 'أسبوع, opus'],
    ['GPT-5, week', 'GPT-5, week', 'GPT-5, week', 'GPT-5, week'],
    ['constructor', 'constructor', 'constructor', 'constructor'],
    ['', '', '', ''],
  ])('%s', (name, inEnglish, inGerman, inArabic) => {
    expect([english, german, arabic].map((language) => limitName(name, language))).toEqual([inEnglish, inGerman, inArabic])
  })
})

describe('how much of a limit is used', () => {
  test.each([
    [{ used_percent: 0 }, '0% used'],
    // Never more than the provider said: what is left at 99.9 % is left.
    [{ used_percent: 99.9 }, '99% used'],
    [{ used_percent: 104 }, '104% used'],
    [{ used_percent: 42, resets_at: now + 7_500 }, '42% used · resets in 2 hrs 5 mins'],
    [{ used_percent: 42, resets_at: now + 1 }, '42% used · resets in under a minute'],
    // Figures of before a reset say nothing of what is used since.
    [{ used_percent: 100, resets_at: now }, 'has begun anew'],
  ])('%j', (window, words) => {
    expect(limitWords({ name: 'week', ...window }, now, english)).toBe(words)
  })

  test('a limit without a reset is never over', () => {
    expect(isOver({ name: 'week', used_percent: 100 }, now)).toBe(false)
  })
})

test.each([
  [{ fetched_at: now - 60 }, undefined],
  [{ fetched_at: now - 660 }, 'as of 11 mins ago'],
  [{ fetched_at: now - 60, stale: true }, 'as of 1 min ago'],
  // A clock that was set back.
  [{ fetched_at: now + 60, stale: true }, 'as of under a minute ago'],
  [{ stale: true }, undefined],
])('the age of figures: %j', (more, words) => {
  expect(ageWords({ ...figures, ...more }, now, english)).toBe(words)
})

test.each([
  [undefined, undefined],
  [{ remaining: 12.345, unit: 'USD' }, '12.35 USD left'],
  [{ remaining: 0, unit: 'USD' }, '0 USD left'],
  [{ unlimited: true, remaining: 3, unit: 'requests' }, 'unlimited'],
  [{ unit: 'USD' }, undefined],
])('credits: %j', (credits, words) => {
  expect(creditWords({ ...figures, credits }, english)).toBe(words)
})
