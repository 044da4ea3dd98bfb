import { BrokerError, type ForeignOwnership, type StateError } from '../protocol/index.ts'
import type { Identity } from './grant.ts'
import type { TokenOwners } from './token-owner.ts'

export type WatchedOwnership = Extract<ForeignOwnership, { mode: 'watched' }>

/** What the file of a program shows of a login. No token is among it. Times are milliseconds. */
export type WatchedReading =
  | { readonly kind: 'signed_in'; readonly identity: Identity; readonly expiresAt?: number }
  /** The file, or the login in it, is gone. */
  | { readonly kind: 'signed_out' }
  | { readonly kind: 'unreadable'; readonly error: StateError }

/** Which login is meant. A program with one login needs no more words. */
export interface WatchWish {
  readonly program: string
  readonly login?: string | undefined
}

/** The files in which programs keep logins. They are read with the consent of the person only. */
export interface WatchedLogins {
  /** Throws `not_found`, and `invalid_request` without the consent or when one of several is not named. */
  find(wish: WatchWish): Promise<{ readonly provider: string; readonly ownership: WatchedOwnership }>
  /** Never throws. */
  look(ownership: WatchedOwnership): Promise<WatchedReading>
}

/** The ways to logins that other programs own. */
export interface ForeignLogins {
  readonly owners: TokenOwners
  readonly watched: WatchedLogins
}

/** Of a broker that reaches no other program. */
export const noForeignLogins: ForeignLogins = {
  owners: new Map(),
  watched: {
    find: async () => {
      throw new BrokerError('not_found', 'This broker looks at no other programs.')
    },
    look: async () => ({ kind: 'signed_out' }),
  },
}
