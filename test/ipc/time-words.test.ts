import { describe, expect, test } from 'vitest'
import { countdown, dayWords, momentWords, spanWords } from '../../src/ipc/time-words.ts'
import { languageOf } from '../../src/ipc/words/index.ts'

const [english, german, arabic] = [languageOf('en'), languageOf('de'), languageOf('ar')]
const noon = new Date(2026, 10, 18, 12).getTime() / 1000

describe('a span of time', () => {
  test.each([
    [-5, 'under a minute'],
    [0, 'under a minute'],
    [59, 'under a minute'],
    [60, '1 min'],
    [3_599, '59 mins'],
    [3_600, '1 hr'],
    [3_660, '1 hr 1 min'],
    [86_399, '23 hrs 59 mins'],
    [86_400, '1 day'],
    [10 * 86_400, '10 days'],
  ])('of %d seconds in English', (seconds, words) => {
    expect(spanWords(seconds, english)).toBe(words)
  })

  test('has the plural of the language', () => {
    expect(spanWords(2 * 86_400, german)).toBe('2 Tage')
    expect([2, 3, 11].map((days) => spanWords(days * 86_400, arabic))).toEqual(['يومان', '3 أيام', '11 يومًا'])
    expect(spanWords(30, german)).toBe('unter einer Minute')
  })
})

test.each([
  [-1, '0:00'],
  [9.9, '0:09'],
  [60, '1:00'],
  [3_600, '60:00'],
])('a countdown of %d seconds', (seconds, words) => {
  expect(countdown(seconds)).toBe(words)
})

describe('a day', () => {
  test('has its year where that is another one', () => {
    expect(dayWords(noon, noon, english)).toBe('18 Nov')
    expect(dayWords(noon + 60 * 86_400, noon, english)).toBe('17 Jan 2027')
  })

  test('is written as the country does', () => {
    expect(dayWords(noon, noon, languageOf('en', 'en-US'))).toBe('Nov 18')
    expect(dayWords(noon, noon, german)).toBe('18. Nov.')
  })

  test('stands before a time of another day only', () => {
    expect(momentWords(noon - 3_600, noon, english)).toBe('11:00')
    expect(momentWords(noon - 86_400, noon, english)).toBe('17 Nov, 12:00')
  })
})
