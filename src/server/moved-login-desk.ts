import type { AccountStatus, LoginSource, MovedLogin, ReturnedLogin } from '../protocol/index.ts'

/** Where the logins of this vault came from, and their way back. */
export interface MovedLoginDesk {
  list(): readonly MovedLogin[]
  /** Resolves when it would survive a power cut. `already`: the login was here before. Throws `vault_unavailable`. */
  remember(account: AccountStatus, source: LoginSource, already: boolean): Promise<void>
  /**
   * Writes a login into the files of its program, then forgets it. Throws `not_found`, `invalid_request` or `temporarily_unavailable` for
   * files that were left alone, and why there is nothing to give back; the login is here then, as before.
   */
  returnLogin(account: string, program: string): Promise<ReturnedLogin>
}
