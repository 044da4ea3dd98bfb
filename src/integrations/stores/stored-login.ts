import type { Surroundings } from '../tool.ts'

/** Where a refresh token stands in the text of a store, and what a store that can no longer refresh has in its place. */
export type RefreshPlace =
  | { readonly kind: 'json'; readonly path: readonly (string | number)[]; readonly empty: '' | null }
  | { readonly kind: 'line'; readonly key: string }

/** Where a value stands in the text of a store. */
export type Place =
  | { readonly kind: 'json'; readonly path: readonly (string | number)[] }
  | { readonly kind: 'line'; readonly key: string }

/** How a program writes a time: since 1970, or as RFC 3339 has it. */
export type TimeForm = 'milliseconds' | 'seconds' | 'date'

/** Where the rest of a login stands, so that one can be put back that was renewed elsewhere. */
export interface LoginPlaces {
  readonly access: Place
  readonly idToken?: Place
  /** The end of the access token. */
  readonly expiresAt?: { readonly place: Place; readonly form: TimeForm }
  /** When the login was renewed. */
  readonly refreshedAt?: { readonly place: Place; readonly form: TimeForm }
}

/** A login that another program keeps. Times are milliseconds. */
export interface StoredLogin {
  /** What the program calls it; tells several of one file apart. */
  readonly name: string
  /** The provider of TokenTray with the same authorization server and client id; absent when there is none. */
  readonly provider?: string
  readonly kind: 'oauth' | 'api_key' | 'setup_token'
  readonly accessToken?: string
  readonly refreshToken?: string
  readonly idToken?: string
  readonly scope?: string
  /** The end of the access token. */
  readonly expiresAt?: number
  readonly person?: { readonly account?: string; readonly organization?: string; readonly email?: string }
  /** What the program says of the plan of the person. */
  readonly plan?: string
  /** Where the refresh token stands or stood; absent for a login that TokenTray could not refresh. */
  readonly refreshPlace?: RefreshPlace
  /** There whenever `refreshPlace` is. */
  readonly places?: LoginPlaces
}

/** What a file says: logins, or why it cannot be read. One broken file costs no other. */
export type StoreContents =
  | { readonly kind: 'read'; readonly logins: readonly StoredLogin[] }
  | { readonly kind: 'broken'; readonly reason: string }

/** The place where a program keeps its logins, as data. */
export interface StoreDefinition {
  readonly id: string
  readonly name: string
  /** Absolute paths; a segment with `*` stands for every name that fits. */
  readonly files: (surroundings: Surroundings) => readonly string[]
  /** May throw; `readContents` makes a reason of it. */
  readonly logins: (text: string) => readonly StoredLogin[]
  /** The folders that the program makes while it refreshes or writes; undefined where it takes no lock that another program can. */
  readonly locks?: (file: string) => readonly string[]
  /** The name of its processes, for a program that goes on with a refresh token that it has read before. */
  readonly remembers?: string
  /** None of its logins can move; each says why. */
  readonly neverMoves?: true
  /** What starts a sign-in of the program itself. */
  readonly signIn: string
}

/** Members of an object, by their places. */
export const memberPlaces = (path: readonly (string | number)[]) => ({
  refresh: (name: string, empty: '' | null = ''): RefreshPlace => ({ kind: 'json', path: [...path, name], empty }),
  value: (name: string): Place => ({ kind: 'json', path: [...path, name] }),
  time: (name: string, form: TimeForm): NonNullable<LoginPlaces['expiresAt']> => ({
    place: { kind: 'json', path: [...path, name] },
    form,
  }),
})

/** The logins of a text. Arbitrary text never throws. */
export function readContents(store: Pick<StoreDefinition, 'logins'>, text: string): StoreContents {
  try {
    return { kind: 'read', logins: store.logins(text) }
  } catch (error) {
    // The message of a JSON fault quotes the text around it, which may be a token.
    return {
      kind: 'broken',
      reason: error instanceof SyntaxError ? 'it is no JSON' : 'it does not look as this program writes it',
    }
  }
}
