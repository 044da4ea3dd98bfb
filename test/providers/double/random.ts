import { randomBytes } from 'node:crypto'

/** A secret that nobody guesses, of letters, digits, `-` and `_`. */
export const randomSecret = (prefix = ''): string => prefix + randomBytes(32).toString('base64url')

/** The same of letters and digits alone. */
export const randomWord = (prefix = ''): string => prefix + randomBytes(24).toString('hex')
