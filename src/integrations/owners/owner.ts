/** A program that owns logins and can be asked for their tokens, as data. */
export interface OwnerDefinition {
  readonly id: string
  readonly name: string
  /** The provider of TokenTray that its login is of. */
  readonly provider: string
  /** What starts a sign-in of the program itself. */
  readonly signIn: string
}

export const codexOwner: OwnerDefinition = {
  id: 'codex',
  name: 'Codex CLI',
  provider: 'openai-codex',
  signIn: 'codex login',
}
