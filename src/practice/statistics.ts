/** How the requests of one grant type ended. */
export interface TokenRequestCount {
  readonly succeeded: number
  readonly refused: number
}

/** The grant types of the server, in the words of RFC 6749, and `device_code` for the long name that RFC 8628 gives it. */
const grantTypes = {
  authorization_code: 'authorization_code',
  refresh_token: 'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code': 'device_code',
} as const

type GrantType = (typeof grantTypes)[keyof typeof grantTypes]

/** What the server has seen since it started. `other` is every grant type that it does not have. */
export interface PracticeStatistics {
  /** A poll with a device code that nobody has answered yet counts as refused, as it is in RFC 8628 section 3.5. */
  readonly tokenRequests: Readonly<Record<GrantType | 'other', TokenRequestCount>>
  /** How often a spent refresh token, authorization code or device code came back, and its whole family was revoked for it. */
  readonly reuseDetections: number
  /** Revocation requests (RFC 7009) that revoked something. An unknown token is answered 200 as well, but not counted. */
  readonly revocations: number
}

/** Starts from nothing. */
export const emptyStatistics: PracticeStatistics = {
  tokenRequests: {
    authorization_code: { succeeded: 0, refused: 0 },
    refresh_token: { succeeded: 0, refused: 0 },
    device_code: { succeeded: 0, refused: 0 },
    other: { succeeded: 0, refused: 0 },
  },
  reuseDetections: 0,
  revocations: 0,
}

/** The statistics after one more answer of the token endpoint. */
export function countTokenRequest(before: PracticeStatistics, grantType: unknown, succeeded: boolean): PracticeStatistics {
  const type = isGrantType(grantType) ? grantTypes[grantType] : 'other'
  const count = before.tokenRequests[type]
  const next = succeeded ? { ...count, succeeded: count.succeeded + 1 } : { ...count, refused: count.refused + 1 }
  return { ...before, tokenRequests: { ...before.tokenRequests, [type]: next } }
}

function isGrantType(name: unknown): name is keyof typeof grantTypes {
  return typeof name === 'string' && Object.hasOwn(grantTypes, name)
}
