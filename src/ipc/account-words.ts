import type { AccountKind, AccountStatus, EndCause } from '../protocol/index.ts'

/** An account by its provider and, where it is known, by its label or person: `Practice (ada@example.com)`. */
export function accountName({ provider_name, label, identity }: AccountStatus): string {
  const who = label ?? identity?.email
  return who === undefined ? provider_name : `${provider_name} (${who})`
}

/** What an account holds that is no login. It does not run out by itself, so that it is named in place of a time. */
export const kindNames: Readonly<Record<AccountKind, string>> = { api_key: 'API key', setup_token: 'Setup token' }

/** Whether the row stands for an account; a provider without any has a row with its own id. */
export const hasAccount = ({ id, provider }: AccountStatus): boolean => id !== provider

const causes: Readonly<Record<EndCause, string | undefined>> = {
  lost_answer: 'an answer was lost',
  used_elsewhere: 'used by another program',
  revoked: 'revoked',
  end_of_life: 'over after its full time',
  unknown: undefined,
}

/** That a login has ended, and why if that is known, in a few words. */
export function endWords(cause: EndCause | undefined): string {
  const why = cause && causes[cause]
  return why === undefined ? 'Sign-in needed' : `Ended: ${why}`
}

/** When a login will end, in the time zone of the person; both in epoch seconds. It may be ended earlier, hence "about". */
export function signedInUntil(until: number, now: number): string {
  const end = new Date(until * 1000)
  const year = end.getFullYear() === new Date(now * 1000).getFullYear() ? {} : { year: 'numeric' as const }
  return `Signed in until about ${end.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...year })}`
}
