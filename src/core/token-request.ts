import type { Grant } from './grant.ts'
import { defaultMinValid, satisfies, satisfiesMeanwhile } from './refresh-policy.ts'

/** What a caller wants of a token. */
export interface TokenRequest {
  /** Milliseconds; undefined for a caller without a wish. */
  readonly minValid?: number
  /** Hex prefix of the SHA-256 of the access token that an API refused. */
  readonly rejected?: string
  /** Only a login, or only a key, of a request that names no account. */
  readonly link?: 'grant' | 'api_key'
  /** The program that the token is for, as it was told: the same text each time. A hint, which nobody has to believe. */
  readonly program?: string
}

/** Whether the access token of the grant is what the caller wants. */
export function answers(grant: Grant, { minValid = defaultMinValid, rejected }: TokenRequest, now: number): boolean {
  return satisfies(grant, now, minValid) && !isRejected(grant, rejected)
}

/** Whether it is good enough for the caller while no better one can be had. */
export function answersMeanwhile(grant: Grant, { minValid, rejected }: TokenRequest, now: number): boolean {
  return satisfiesMeanwhile(grant, now, minValid) && !isRejected(grant, rejected)
}

function isRejected(grant: Grant, rejected: string | undefined): boolean {
  return rejected !== undefined && grant.accessToken.fingerprint().startsWith(rejected)
}
