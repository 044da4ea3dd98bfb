import { describe, expect, test } from 'vitest'
import { languageNames, languageOf, languageTags, preferredLanguage } from '../../src/ipc/words/index.ts'

type Leaf = string | ((...args: never[]) => string)

/** Every word of a language with its place, such as `accounts.usage.week`. */
function leaves(words: object, at = ''): (readonly [string, Leaf])[] {
  return Object.entries(words).flatMap(([name, value]: [string, Leaf | object]) =>
    typeof value === 'object' ? leaves(value, `${at}${name}.`) : [[`${at}${name}`, value] as const],
  )
}

const english = new Map(leaves(languageOf('en').words))
const others = languageTags.filter((tag) => tag !== 'en')

/** What each function of the catalogue is tried with: numbers of every plural form, where it takes numbers. */
const numbers = [0, 1, 2, 3, 11, 100, 1.5]

/** Words that are the same in another language, because they are names or signs. */
const shared = new Set([
  'accounts.usage.used',
  'login.flows.browser',
  'login.byBrowser',
  'login.labelExample',
  'menu.limit',
  'controls.version',
  'vault.passphrase',
  'activity.filter',
  'settings.tokens',
  'settings.proxy',
])

/** Words that a number is for and no name. */
const counting = new Set(['welcome.step'])

/** Calls a word that takes arguments with the same value for each; a name where it wants a name. */
const said = (word: Leaf, value: unknown): string =>
  typeof word === 'string' ? word : (word as (...args: unknown[]) => string)(value, value, value)

describe.each(others)('the words in %s', (tag) => {
  const own = new Map(leaves(languageOf(tag).words))

  test('are as many as in English, each in the same place and of the same form', () => {
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort())
    for (const [place, word] of english) expect(typeof own.get(place), place).toBe(typeof word)
  })

  test('are translated', () => {
    const same = [...english].filter(
      ([place, word]) => !shared.has(place) && said(own.get(place) ?? '', 'Codex') === said(word, 'Codex'),
    )
    expect(same.map(([place]) => place)).toEqual([])
  })

  test('say whatever name they are given', () => {
    for (const [place, word] of english) {
      if (typeof word === 'string' || counting.has(place) || !said(word, 'Codex').includes('Codex')) continue
      expect(said(own.get(place) ?? '', 'Codex'), place).toContain('Codex')
    }
  })
})

describe.each(languageTags)('every word in %s', (tag) => {
  test.each(numbers)('is whole with %d', (number) => {
    for (const [place, word] of leaves(languageOf(tag).words)) {
      const text = said(word, number)
      expect(text.trim(), place).not.toBe('')
      expect(text, place).not.toMatch(/undefined|NaN|#|\[object/)
    }
  })
})

test('Arabic counts days and accounts in each of its forms', () => {
  const { accounts, overall } = languageOf('ar', 'ar').words
  const noun = (text: string) => text.replace(/^\S*[0-9\u0660-\u0669]\S* /u, '')
  expect([1, 2, 3, 10, 11, 99, 100, 102].map((count) => noun(accounts.usage.days(count)))).toEqual([
    ...['يوم', 'يومان', 'أيام', 'أيام', 'يومًا', 'يومًا', 'يوم', 'يوم'],
  ])
  expect([3, 11, 100].map((count) => noun(overall.needYou(count)))).toEqual([
    ...['حسابات تحتاج إليك', 'حسابًا يحتاج إليك', 'حساب يحتاج إليك'],
  ])
})

describe('the language', () => {
  test.each([
    [['de-AT', 'en-US'], 'de', 'de-AT'],
    [['fr-FR', 'ar-EG', 'en'], 'ar', 'ar-EG'],
    [['en-US'], 'en', 'en-US'],
    [['DE'], 'de', 'DE'],
    [['fr', 'ja'], 'en', 'en-GB'],
    [['den-CA', 'e', ''], 'en', 'en-GB'],
    [[], 'en', 'en-GB'],
  ])('for %j is %s', (preferred, tag, locale) => {
    expect(preferredLanguage(preferred)).toMatchObject({ tag, locale })
  })

  test('keeps a locale of its own only', () => {
    expect(languageOf('de', 'de-CH').locale).toBe('de-CH')
    expect(languageOf('de', 'en-US').locale).toBe('de')
    expect(languageOf('ar', 'not a tag').locale).toBe('ar')
  })

  test('is offered by its own name', () => {
    expect(languageNames.map(({ name }) => name)).toEqual(['English', 'Deutsch', 'العربية'])
  })
})
