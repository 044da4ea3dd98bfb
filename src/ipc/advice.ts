import { type ErrorCode, errorTable } from '../protocol/errors.ts'

/** What a person should do about an error of the snapshot, from the one error table; undefined for a code it does not know. */
export function adviceFor(code: string): string | undefined {
  return Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode].fix : undefined
}
