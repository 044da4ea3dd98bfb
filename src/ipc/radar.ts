// P1: what a file of another program holds stays in main. What crosses is which programs are concerned, by ids that the app knows, and
// where their files are.

/** One of the programs that hold a login. Paths are as a person writes them. */
export interface LoginHolder {
  readonly program: string
  readonly file: string
  /** Whether its refresh token can be taken out. */
  readonly canMove: boolean
  /** What starts a sign-in of the program itself. */
  readonly signIn: string
}

/** One rotating login that several hold, so that each refresh by one of them signs the others out. */
export interface SharedLoginFinding {
  /** Names this login with this set of holders; it tells nothing of the token. */
  readonly finding: string
  readonly provider?: string
  readonly holders: readonly LoginHolder[]
  /** The account here that has it, too. */
  readonly account?: string
}

/** A program that keeps logins and was not looked at, because the person was not asked yet. */
export interface UnreadProgram {
  readonly program: string
  readonly files: readonly string[]
}

/** What the radar shows; what the person ignores or refused is not in it. */
export interface Radar {
  readonly findings: readonly SharedLoginFinding[]
  readonly unread: readonly UnreadProgram[]
}

/** A login that TokenTray alone refreshes from now on. */
export interface LoginMoved {
  readonly radar: Radar
  /** Programs that run, as far as can be told, and go on with the login that they have read. */
  readonly running: readonly string[]
}
