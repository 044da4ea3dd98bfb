import { computed, signal } from '@preact/signals'
import type { Page } from '../src/ipc/channels.ts'
import { vaultLock } from '../src/ipc/vault-lock.ts'
import { question, snapshot } from './store.ts'

/** In the order of the tabs, which is that of Ctrl+1 to Ctrl+4 as well. */
export const everyPage: readonly Page[] = ['accounts', 'activity', 'tools', 'settings']

const chosen = signal<Page>('accounts')

/** While TokenTray is locked, it tells nobody which account was used by what. */
export const pages = computed<readonly Page[]>(() => {
  const vault = snapshot.value?.vault
  const locked = vault !== undefined && vaultLock(vault) !== undefined
  return locked ? everyPage.filter((each) => each !== 'activity') : everyPage
})

/** The page that is shown. One that may not be seen just now comes back when it may. */
export const page = computed<Page>(() => (pages.value.includes(chosen.value) ? chosen.value : 'accounts'))

/** What is unfolded on a page. Of the rows of accounts, `question` says it. */
export type Unfolded =
  | { readonly kind: 'tool'; readonly tool: string; readonly what: 'connect' | 'disconnect' }
  | { readonly kind: 'vault_move' }
  | { readonly kind: 'reset' }
export const unfolded = signal<Unfolded | undefined>(undefined)

/** The setting that a link led to, until its control has taken the focus. */
export const wantedSetting = signal<string | undefined>(undefined)

/** Shows the settings with the focus on one of them, as the page is longer than the window. */
export function goToSetting(name: string): void {
  goTo('settings')
  wantedSetting.value = name
}

export function goTo(next: Page): void {
  if (next === chosen.value || !pages.value.includes(next)) return
  chosen.value = next
  unfolded.value = undefined
  wantedSetting.value = undefined
}

/** One step back: folds what is unfolded on this page, or goes to the accounts. Answers whether there was a step. */
export function stepBack(): boolean {
  if (page.value === 'accounts' && question.value !== undefined) question.value = undefined
  else if (unfolded.value !== undefined) unfolded.value = undefined
  else if (page.value !== 'accounts') goTo('accounts')
  else return false
  return true
}
