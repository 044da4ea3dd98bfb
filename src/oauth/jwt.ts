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

/**
 * A claim as text, or undefined when it is missing, empty or no text. Some servers write an id as a number. Control characters would
 * steer the terminal it is shown in.
 */
export function textClaim(claims: Claims, name: string): string | undefined {
  const value = claims[name]
  const text = typeof value === 'number' ? String(value) : value
  const shown = typeof text === 'string' ? text.replace(/\p{Cc}+/gu, ' ').trim() : ''
  return shown === '' ? undefined : shown
}

/** A claim as a number, which some servers write as text; undefined for anything else. */
export function numberClaim(claims: Claims, name: string): number | undefined {
  const value = claims[name]
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** A time in milliseconds, of Unix seconds or of an ISO date. */
export function timeClaim(claims: Claims, name: string): number | undefined {
  const seconds = numberClaim(claims, name)
  if (seconds !== undefined) return seconds * 1000
  const time = Date.parse(textClaim(claims, name) ?? '')
  return Number.isFinite(time) ? time : undefined
}

/** A claim that is a list of objects; what is no object is left out. */
export function listClaim(claims: Claims, name: string): readonly Claims[] {
  const value = claims[name]
  return Array.isArray(value) ? value.filter(isClaims) : []
}

/** A claim that is an object of claims, such as a namespaced claim; empty when it is not. */
export function objectClaim(claims: Claims, name: string): Claims {
  const value = claims[name]
  return isClaims(value) ? value : {}
}

export function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
