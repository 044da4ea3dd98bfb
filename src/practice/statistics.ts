/** How the requests of one grant type ended. */
export interface TokenRequestCount {
  readonly succeeded: number
  readonly refused: number
}

/** What the server has seen since it started. The names of the grant types are those of RFC 6749; `other` is everything else. */
export interface PracticeStatistics {
  readonly tokenRequests: Readonly<Record<'authorization_code' | 'refresh_token' | 'other', TokenRequestCount>>
  /** How often a spent refresh token or authorization code came back, and its whole family was revoked for it. */
  readonly reuseDetections: number
  /** Revocation requests (RFC 7009) that revoked something. An unknown token is answered 200 as well, but not counted. */
  readonly revocations: number
}

/** Starts from nothing. */
export const emptyStatistics: PracticeStatistics = {
  tokenRequests: {
    authorization_code: { succeeded: 0, refused: 0 },
    refresh_token: { succeeded: 0, refused: 0 },
    other: { succeeded: 0, refused: 0 },
  },
  reuseDetections: 0,
  revocations: 0,
}

/** The statistics after one more answer of the token endpoint. */
export function countTokenRequest(before: PracticeStatistics, grantType: unknown, succeeded: boolean): PracticeStatistics {
  const type = grantType === 'authorization_code' || grantType === 'refresh_token' ? grantType : 'other'
  const count = before.tokenRequests[type]
  const next = succeeded ? { ...count, succeeded: count.succeeded + 1 } : { ...count, refused: count.refused + 1 }
  return { ...before, tokenRequests: { ...before.tokenRequests, [type]: next } }
}
