import { BrokerError, errorTable } from '../protocol/errors.ts'

export interface Output {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/** Says what went wrong and what to do, on stderr, and answers the exit code of the error table. */
export function reportError(error: unknown, output: Output): number {
  return report(error, output, '\n  ')
}

/** The same in one line, for a command that tools run: some of them show no more than the first line of what it says. */
export function reportInOneLine(error: unknown, output: Output): number {
  return report(error, { ...output, stderr: { write: (text) => output.stderr.write(oneLine(text)) } }, ' ')
}

/** A text whose lines follow each other in one. */
export const oneLine = (text: string): string => `${text.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`

function report(error: unknown, { stderr }: Output, between: string): number {
  if (!(error instanceof BrokerError)) {
    stderr.write(`tokentray: unexpected fault: ${error instanceof Error ? error.message : String(error)}\n`)
    return errorTable.internal_error.exit
  }
  const wait = error.retryAfter === undefined ? '' : ` (next try in ${error.retryAfter} s)`
  stderr.write(`tokentray: ${error.message}${wait}${error.fix === undefined ? '' : `${between}${error.fix}`}\n`)
  return errorTable[error.code].exit
}
