import { createHash } from 'node:crypto'

/** The first 16 hex digits of the SHA-256 of a token, which is what may be shown of it. */
export const fingerprintOf = (token: string): string => createHash('sha256').update(token).digest('hex').slice(0, 16)
