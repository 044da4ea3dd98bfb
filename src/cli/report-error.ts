import { BrokerError, errorTable } from '../protocol/errors.ts'

export interface Output {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/** Says what went wrong and what to do, on stderr, and answers the exit code of the error table. */
export function reportError(error: unknown, output: Output): number {
  if (!(error instanceof BrokerError)) {
    output.stderr.write(`tokentray: unexpected fault: ${error instanceof Error ? error.message : String(error)}\n`)
    return errorTable.internal_error.exit
  }
  const wait = error.retryAfter === undefined ? '' : ` (next try in ${error.retryAfter} s)`
  output.stderr.write(`tokentray: ${error.message}${wait}\n`)
  if (error.fix !== undefined) output.stderr.write(`  ${error.fix}\n`)
  return errorTable[error.code].exit
}
