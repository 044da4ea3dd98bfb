import { computed, signal } from '@preact/signals'
import type { Problem, View } from '../src/ipc/channels.ts'
import type { BrokerSnapshot, KeyKind, LoginFlow, PendingLogin, ProviderInfo } from '../src/protocol/index.ts'

/** Everything that main has told; undefined until the first answer. */
export const view = signal<View | undefined>(undefined)

export const snapshot = computed<BrokerSnapshot | undefined>(() => view.value?.snapshot)

/** Every provider with its ways to sign in; undefined until the broker has told. */
export const providers = signal<readonly ProviderInfo[] | undefined>(undefined)

export const providerOf = (id: string): ProviderInfo | undefined => providers.value?.find((provider) => provider.id === id)

export const loginOf = (id: string): PendingLogin | undefined => snapshot.value?.logins.find((login) => login.id === id)

/** Epoch seconds, for countdowns. */
export const now = signal(Math.floor(Date.now() / 1000))

/** How a person signs in: by one of the flows, or by a key or token that they bring along. */
export type Way = LoginFlow | KeyKind

/**
 * What the panel of a sign-in shows. `more`: what else can be done with an account; `ways`: the ways to choose from; `label`: the field for
 * another label; `give_back`: what it changes to give the login back to the program that it came from; `rules`: the rule
 * card, which has to be acknowledged before `way`; `key`: the field for a key, whose kind the broker tells when it is absent.
 */
export type Face =
  | { readonly kind: 'more' }
  | { readonly kind: 'ways' }
  | { readonly kind: 'label' }
  | { readonly kind: 'give_back'; readonly program: string }
  | { readonly kind: 'rules'; readonly way: Way }
  | { readonly kind: 'key'; readonly key: KeyKind | undefined; readonly accept: boolean }

/** `another` is for one more account beside that of the row, which gets `label`. */
export interface SignInQuestion {
  readonly kind: 'sign_in'
  readonly account: string
  readonly another: boolean
  readonly label?: string
  readonly face: Face
}

/**
 * What is unfolded at a finding of the radar, or at the programs that were not looked at. `owner`: what making TokenTray the owner changes;
 * `rules`: the rule card, which has to be acknowledged before; `own`: how each program gets a login of its own.
 */
export type RadarQuestion =
  | { readonly kind: 'finding'; readonly finding: string; readonly face: 'owner' | 'rules' | 'own' }
  | { readonly kind: 'look' }

/** The one question that is unfolded below a row or a notice. Unfolding another one folds this, so that the window never asks two things. */
export type Question =
  | { readonly kind: 'paste'; readonly login: string }
  | { readonly kind: 'sign_out'; readonly account: string }
  | RadarQuestion
  | SignInQuestion
export const question = signal<Question | undefined>(undefined)

/** Where a request belongs, so that its outcome is shown there: a row, a login, or the window as a whole. */
export type Place = string
export const windowPlace: Place = 'window'

const problems = signal<ReadonlyMap<Place, Problem>>(new Map())
/** What went well or is worth knowing, at its place until it is dismissed. */
export interface Note {
  readonly words: string
  /** What the broker adds, in English. */
  readonly added?: string
  readonly tone: 'good' | 'advice'
}

const notes = signal<ReadonlyMap<Place, Note>>(new Map())
const waiting = signal<ReadonlySet<Place>>(new Set())

export const problemAt = (place: Place): Problem | undefined => problems.value.get(place)
export const noteAt = (place: Place): Note | undefined => notes.value.get(place)
export const isWaiting = (place: Place): boolean => waiting.value.has(place)

export function setProblem(place: Place, problem: Problem | undefined): void {
  problems.value = withEntry(problems.value, place, problem)
}

/** Forgets what was said at every place. */
export function dropNotes(): void {
  notes.value = new Map()
}

export function setNote(place: Place, note: Note | undefined): void {
  notes.value = withEntry(notes.value, place, note)
}

function withEntry<Value>(map: ReadonlyMap<Place, Value>, place: Place, value: Value | undefined): ReadonlyMap<Place, Value> {
  const next = new Map(map)
  if (value === undefined) next.delete(place)
  else next.set(place, value)
  return next
}

export function setWaiting(place: Place, on: boolean): void {
  const next = new Set(waiting.value)
  if (on) next.add(place)
  else next.delete(place)
  waiting.value = next
}
