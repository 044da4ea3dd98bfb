import type { AccountIdentity, AccountKind, ForeignOwnership } from '../protocol/index.ts'
import type { Secret } from './secret.ts'

/** Who signed in. `key` tells accounts of one provider apart (issuer-side user and workspace); the rest is for display. */
export interface Identity {
  readonly key?: string
  readonly email?: string
  readonly name?: string
  readonly plan?: string
  /** Members that the provider's API wants back in request headers, such as the workspace id. Not secret. */
  readonly attributes?: Readonly<Record<string, string>>
}

/** P1: the account key and the provider's attributes stay inside. */
export function displayed({ email, name, plan }: Identity): AccountIdentity {
  return {
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
    ...(plan === undefined ? {} : { plan }),
  }
}

/** The tokens of one account and the authorization server they are bound to (S7). Times are milliseconds of the wall clock. */
export interface Grant {
  readonly provider: string
  /** The issuer identifier of the authorization server (RFC 8414 section 2) that minted these tokens. */
  readonly issuer: string
  /** Absent for an OAuth grant. A key is handed out as it is, and never refreshed. */
  readonly kind?: AccountKind
  /** The client id that the authorization server issued to this installation, where it issues one. */
  readonly clientId?: string
  readonly accessToken: Secret
  readonly tokenType: string
  readonly refreshToken?: Secret
  readonly idToken?: Secret
  readonly scope?: string
  readonly obtainedAt: number
  /** Absent when the authorization server names no end. */
  readonly expiresAt?: number
  /** When the refresh token ends, where the authorization server says so. */
  readonly refreshExpiresAt?: number
  /** The authorization server does not want to be asked for new tokens before, while these are good. */
  readonly earliestRefreshAt?: number
  /** Its identity has still to be verified; it is not handed out when that fails. */
  readonly unverified?: true
  /** Where the API is, when the token itself says so. */
  readonly baseUrl?: string
  readonly identity: Identity
}

/** What the account index keeps of an account: no secret, readable while the vault is locked. */
export interface AccountRecord {
  readonly id: string
  readonly provider: string
  readonly issuer: string
  readonly label?: string
  /** Absent for an OAuth login. */
  readonly kind?: AccountKind
  /** Absent when TokenTray owns the login. */
  readonly ownership?: ForeignOwnership
  readonly identity: Identity
  /** Milliseconds. */
  readonly createdAt: number
  /** The date of the rule card that the person acknowledged. */
  readonly rulesAccepted?: string
  /** Fingerprint of the refresh token that another program had, so that the same one is never taken twice. */
  readonly imported?: string
  /** Switched off by the person: kept fresh, never handed out. */
  readonly disabled?: true
}
