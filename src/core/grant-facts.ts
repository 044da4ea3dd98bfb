import type { Grant } from './grant.ts'

/** What may be known of a grant outside of the session that owns it. */
export interface GrantFacts {
  /** The client id that the authorization server issued for this account. */
  readonly clientId: string | undefined
  /** `Secret.fingerprint` of the newest refresh token. */
  readonly refreshToken: string | undefined
  /** When the refresh token ends; undefined when the provider does not say. Milliseconds. */
  readonly refreshExpiresAt: number | undefined
}

/** `newest` may not be stored yet. */
export const factsOf = (grant: Grant | undefined, newest: Grant | undefined): GrantFacts => ({
  clientId: grant?.clientId,
  refreshToken: newest?.refreshToken?.fingerprint(),
  refreshExpiresAt: grant?.refreshExpiresAt,
})
