import { BrokerError } from '../protocol/index.ts'
import type { Secret } from './secret.ts'

/**
 * A program that owns a login, refreshes it by its own rules, and can be asked for the access token of it. Its refresh token never comes
 * here.
 */
export interface TokenOwner {
  /** The id of the program, such as `codex`. */
  readonly program: string
  readonly name: string
  /** The provider that its login is of. */
  readonly provider: string
  /** The command that signs in to the program. */
  readonly signIn: string
  /**
   * The access token that it has; with `renew` it refreshes first. Throws `reauthorization_required` when nobody is signed in there,
   * `temporarily_unavailable` when it could not refresh, and `owner_unavailable` when it is missing, too old or makes no sense.
   */
  token(renew: boolean): Promise<Secret>
}

/** The programs that can be asked, by their ids. */
export type TokenOwners = ReadonlyMap<string, TokenOwner>

/** Stands for a program that an account is of, and that this version cannot ask. */
export const unknownOwner = (program: string, provider: string): TokenOwner => ({
  program,
  name: program,
  provider,
  signIn: program,
  token: async () => {
    throw new BrokerError('owner_unavailable', `This version of TokenTray cannot ask ${program} for a token.`, {
      fix: 'Update TokenTray, or forget the account with `tokentray logout`.',
    })
  },
})
