import { words as ar } from './ar/index.ts'
import { words as de } from './de/index.ts'
import { words as en } from './en/index.ts'

/** Every word that the app shows: a text, or a function that puts numbers and names where the language wants them. */
export type Words = typeof en

export const languageTags = ['en', 'de', 'ar'] as const
export type LanguageTag = (typeof languageTags)[number]

/** A language with its words, and the locale that dates and numbers are written in. */
export interface Language {
  readonly tag: LanguageTag
  /** Its name in itself, as a person who knows no other one looks for it. */
  readonly name: string
  readonly direction: 'ltr' | 'rtl'
  /** A BCP 47 tag, such as `de-AT`. */
  readonly locale: string
  readonly words: Words
}

const languages: Readonly<Record<LanguageTag, Omit<Language, 'locale'>>> = {
  en: { tag: 'en', name: 'English', direction: 'ltr', words: en },
  de: { tag: 'de', name: 'Deutsch', direction: 'ltr', words: de },
  ar: { tag: 'ar', name: 'العربية', direction: 'rtl', words: ar },
}

/** The names to choose a language by. */
export const languageNames = languageTags.map((tag) => ({ tag, name: languages[tag].name }))

/** English as it is written where its words are spelled as here. */
const plainLocales: Readonly<Record<LanguageTag, string>> = { en: 'en-GB', de: 'de', ar: 'ar' }

/** The language with the locale `locale` where that is one of this language, such as `en-US`. */
export function languageOf(tag: LanguageTag, locale?: string): Language {
  const fits = locale !== undefined && locale.toLowerCase().split('-')[0] === tag
  return { ...languages[tag], locale: fits ? locale : plainLocales[tag] }
}

/** The first language of `preferred`, best first, that the app speaks; English when it speaks none of them. */
export function preferredLanguage(preferred: readonly string[]): Language {
  for (const locale of preferred) {
    const tag = languageTags.find((known) => known === locale.toLowerCase().split('-')[0])
    if (tag !== undefined) return languageOf(tag, locale)
  }
  return languageOf('en')
}

export const english: Language = languageOf('en')
