import { computed, effect } from '@preact/signals'
import { english, type Language, languageOf, type Words } from '../src/ipc/words/index.ts'
import { view } from './store.ts'

/** The language of the person, as main has found it; English until main has told. */
export const language = computed<Language>(() => {
  const surroundings = view.value?.surroundings
  return surroundings === undefined ? english : languageOf(surroundings.language, surroundings.locale)
})

export const words = (): Words => language.value.words

/** Tells the page which language it is in, and in which direction that is written. */
export function followLanguage(): void {
  effect(() => {
    const { tag, direction } = language.value
    document.documentElement.lang = tag
    document.documentElement.dir = direction
  })
}
