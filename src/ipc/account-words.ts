import type { AccountKind, AccountStatus, EndCause } from '../protocol/index.ts'
import { dayWords } from './time-words.ts'
import { visible } from './visible.ts'
import type { Language, Words } from './words/index.ts'

/** An account by its provider and, where it is known, by its label or person: `Practice (ada@example.com)`. */
export function accountName({ provider_name, label, identity }: AccountStatus): string {
  const who = label ?? identity?.email
  return who === undefined ? visible(provider_name) : visible(`${provider_name} (${who})`)
}

/** What an account holds that is no login. It does not run out by itself, so that it is named in place of a time. */
export function kindName(kind: AccountKind, { accounts }: Words): string {
  return kind === 'api_key' ? accounts.apiKey : accounts.setupToken
}

/** Whether the row stands for an account; a provider without any has a row with its own id. */
export const hasAccount = ({ id, provider }: AccountStatus): boolean => id !== provider

/** That a login has ended, and why if that is known, in a few words. */
export function endWords(cause: EndCause | undefined, { accounts }: Words): string {
  return cause === undefined || cause === 'unknown' ? accounts.signInNeeded : accounts.ended(accounts.endCauses[cause])
}

/** When a login will end; both in epoch seconds. It may be ended earlier, hence "about". */
export function signedInUntil(until: number, now: number, language: Language): string {
  return language.words.accounts.signedInUntil(dayWords(until, now, language))
}
