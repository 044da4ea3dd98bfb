import type { AccountStatus, ApprovalRequest, UsageWindow } from '../../protocol/index.ts'

/** One cause that the person is told of. What is told later under the same key takes the place of what stands there. */
export type Notice = { readonly key: string } & (
  | { readonly kind: 'sign_in_needed'; readonly account: AccountStatus }
  /** So many at once that one is enough. */
  | { readonly kind: 'sign_ins_needed'; readonly count: number }
  | { readonly kind: 'login_ends_soon'; readonly account: AccountStatus; readonly until: number }
  | { readonly kind: 'usage_threshold'; readonly account: AccountStatus; readonly window: UsageWindow }
  /** `window` is the name of the limit. */
  | { readonly kind: 'usage_reset'; readonly account: AccountStatus; readonly window: string }
  | { readonly kind: 'consent'; readonly approval: ApprovalRequest }
)

/** What becomes of a cause: it is told, or kept until the quiet hours end, or taken note of without a word. */
export type Manner = 'tell' | 'hold' | 'silent'

/** What one kind of cause adds to a decision; `told` is its own part of what was told. */
export interface Part<Entry> {
  readonly show: readonly Notice[]
  /** Keys of what may not stand any longer, whether or not it still does. */
  readonly takeBack: readonly string[]
  readonly told: readonly Entry[]
  /** When time alone would change something, in epoch seconds. */
  readonly next?: number
}

/** The first of several moments that is still to come, in the form of a part. */
export function nextOf(moments: readonly (number | undefined)[], now: number): { readonly next?: number } {
  const coming = moments.filter((moment) => moment !== undefined && moment > now) as readonly number[]
  return coming.length === 0 ? {} : { next: Math.min(...coming) }
}

export const signInKey = (account: string): string => `sign_in_needed:${account}`
/** Never the key of an account, as it has no colon. */
export const signInsKey = 'sign_ins_needed'
export const endKey = (account: string): string => `login_ends_soon:${account}`
export const limitKey = (account: string, window: string): string => `usage:${account}:${window}`
export const consentKey = (approval: string): string => `consent:${approval}`
