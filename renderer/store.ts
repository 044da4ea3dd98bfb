import { computed, signal } from '@preact/signals'
import type { Problem, View } from '../src/ipc/channels.ts'
import type { BrokerSnapshot } from '../src/protocol/index.ts'

/** Everything that main has told; undefined until the first answer. */
export const view = signal<View | undefined>(undefined)

export const snapshot = computed<BrokerSnapshot | undefined>(() => view.value?.snapshot)

/** Epoch seconds, for countdowns. */
export const now = signal(Math.floor(Date.now() / 1000))

/** The one question that is unfolded below a row. Unfolding another one folds this, so that the window never asks two things. */
export type Question =
  | { readonly kind: 'paste'; readonly login: string }
  | { readonly kind: 'sign_out'; readonly account: string }
export const question = signal<Question | undefined>(undefined)

/** Where a request belongs, so that its outcome is shown there: a row, a login, or the window as a whole. */
export type Place = string
export const windowPlace: Place = 'window'

const problems = signal<ReadonlyMap<Place, Problem>>(new Map())
const waiting = signal<ReadonlySet<Place>>(new Set())

export const problemAt = (place: Place): Problem | undefined => problems.value.get(place)
export const isWaiting = (place: Place): boolean => waiting.value.has(place)

export function setProblem(place: Place, problem: Problem | undefined): void {
  const next = new Map(problems.value)
  if (problem === undefined) next.delete(place)
  else next.set(place, problem)
  problems.value = next
}

export function setWaiting(place: Place, on: boolean): void {
  const next = new Set(waiting.value)
  if (on) next.add(place)
  else next.delete(place)
  waiting.value = next
}
