import { computed, signal } from '@preact/signals'
import { request } from './requests.ts'
import { view } from './store.ts'

export const welcomePlace = 'welcome'

export const welcomeSteps = ['provider', 'place', 'tools'] as const
export type WelcomeStep = (typeof welcomeSteps)[number]

export const step = signal<WelcomeStep>('provider')

/** Whether a provider is picked, so that the accounts are shown with its sign-in. */
export const picked = signal(false)

/** Whether a provider was picked once: the steps go on then, although the account that came of it ends the welcome for the next time. */
const begun = signal(false)

const over = signal(false)

/** Whether the first steps stand in place of the accounts. They go when main has noted it, not a moment later. */
export const isWelcome = computed(() => !over.value && (begun.value || view.value?.surroundings.welcome === true))

export function pick(): void {
  picked.value = true
  begun.value = true
}

export function goToStep(next: WelcomeStep): void {
  picked.value = false
  step.value = next
}

export async function endWelcome(): Promise<void> {
  if (await request(welcomePlace, 'welcome:done', undefined)) over.value = true
}
