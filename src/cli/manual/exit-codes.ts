import { type ErrorCode, errorCodes, errorTable } from '../../protocol/errors.ts'

/** What each exit code of the error table means to a person; 0 is no error. */
const meanings: Readonly<Record<number, string>> = {
  0: 'good',
  1: 'unexpected',
  2: 'wrong usage',
  3: 'no broker is running',
  4: 'sign-in needed',
  5: 'try again later',
  6: 'vault locked or keychain missing',
  7: 'not found',
  8: 'sign-in failed',
  9: 'the broker cannot start here',
  10: 'not allowed',
}

export interface ExitCode {
  readonly code: number
  readonly meaning: string
  /** The errors that lead to it. */
  readonly errors: readonly ErrorCode[]
}

/** Every exit code, in order. */
export const exitCodes: readonly ExitCode[] = Object.entries(meanings).map(([code, meaning]) => ({
  code: Number(code),
  meaning,
  errors: errorCodes.filter((each) => errorTable[each].exit === Number(code)),
}))
