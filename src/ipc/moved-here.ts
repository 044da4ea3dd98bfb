/** A login that came from another program and can go back. The path is as a person writes it. */
export interface MovedHere {
  /** Id of the account that has it. */
  readonly account: string
  readonly program: string
  readonly file: string
}

/** What became of a login that went back. */
export interface GivenBack {
  /** Whether its files are byte for byte as before. */
  readonly exact: boolean
  /** Copies of the program that have no refresh token still. */
  readonly left: readonly string[]
}
