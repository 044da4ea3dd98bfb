import type { AccountStatus } from '../protocol/index.ts'
import { programName } from './program-names.ts'
import { spanWords } from './time-words.ts'
import type { Language, Words } from './words/index.ts'

/** The program that owns the login of an account, and what TokenTray does with it. */
export interface ForeignOwner {
  readonly mode: 'delegated' | 'watched'
  readonly name: string
}

/** Undefined for a login of TokenTray itself, which is what a person expects and needs no words. */
export function foreignOwner({ ownership }: AccountStatus): ForeignOwner | undefined {
  if (ownership === undefined || ownership.mode === 'owned') return undefined
  return { mode: ownership.mode, name: programName(ownership.program) }
}

/** Whether nothing of the account comes here but what the file of another program shows. */
export const isWatched = ({ ownership }: AccountStatus): boolean => ownership?.mode === 'watched'

/** Whose login it is, in a sentence. */
export const ownerSentence = ({ mode, name }: ForeignOwner, { owners }: Words): string =>
  mode === 'delegated' ? owners.asked(name) : owners.watched(name)

/** What forgetting the account comes to, in a sentence that asks. */
export const forgetSentence = ({ mode, name }: ForeignOwner, { owners }: Words): string =>
  mode === 'delegated' ? owners.forgetAsked(name) : owners.forgetWatched(name)

/** How the login stands where it is; `undefined` where that file could not be read, which has an error to say instead. */
export function watchedState({ state }: AccountStatus, { owners }: Words): string | undefined {
  if (state.kind === 'active') return owners.signedInThere
  return state.kind === 'signed_out' ? owners.signedOutThere : undefined
}

/** Until when the token that the program has is good; nothing where its file does not say so. `now` in epoch seconds. */
export function watchedUntil({ state }: AccountStatus, now: number, language: Language): string | undefined {
  if (state.kind !== 'active' || state.expires_at === undefined) return undefined
  const { owners } = language.words
  return state.expires_at > now ? owners.itsToken(spanWords(state.expires_at - now, language)) : owners.itsTokenOver
}
