/** Claims of a JWT, read for display and for expiry only; nothing is trusted because of them, so no signature is checked. */
export type Claims = Readonly<Record<string, unknown>>

/** Reads the payload of a JWT. Anything that is not a JWT has no claims: identity is optional and never fatal. */
export function readClaims(token: string | undefined): Claims {
  const payload = token?.split('.')[1]
  if (payload === undefined) return {}
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return isClaims(claims) ? claims : {}
  } catch {
    return {}
  }
}

/** A claim as text, or undefined when it is missing, empty or not text. Control characters would steer the terminal it is shown in. */
export function textClaim(claims: Claims, name: string): string | undefined {
  const value = claims[name]
  const text = typeof value === 'string' ? value.replace(/\p{Cc}+/gu, ' ') : ''
  return text === '' ? undefined : text
}

/** A claim that is an object of claims, such as a namespaced claim; empty when it is not. */
export function objectClaim(claims: Claims, name: string): Claims {
  const value = claims[name]
  return isClaims(value) ? value : {}
}

function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
