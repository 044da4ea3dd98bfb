import type { AccountStatus, ImportRequest, ImportResponse, LoginSource, MovedLogin, ReturnedLogin } from '../protocol/index.ts'

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

/** Takes over a login of another program, and remembers the way back before the program loses it, which is when this resolves. */
export async function takeOver(
  accounts: { importLogin(request: ImportRequest): Promise<ImportResponse> },
  movedLogins: Pick<MovedLoginDesk, 'remember'>,
  request: ImportRequest,
): Promise<ImportResponse> {
  const imported = await accounts.importLogin(request)
  if (request.source !== undefined) await movedLogins.remember(imported.account, request.source, imported.already)
  return imported
}
