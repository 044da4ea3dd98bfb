import { z } from 'zod'
import type { AccountRecord } from '../core/index.ts'
import { fromStoredRecord, storedRecord, toStoredRecord } from './account-record.ts'
import { parseJson } from './json-text.ts'

/** What the text of `accounts.json` told. `complete` is false when anything in it could not be understood. */
export interface IndexReading {
  readonly records: readonly AccountRecord[]
  readonly complete: boolean
}

const formatVersion = 1

/** The version is looked at last, because the rows of a file of another version may still be understood. */
const indexFile = z.object({ version: z.unknown(), accounts: z.array(z.unknown()) })

export function indexText(records: readonly AccountRecord[]): string {
  return `${JSON.stringify({ version: formatVersion, accounts: records.map(toStoredRecord) }, null, 2)}\n`
}

/** Each row counts for itself, so that one that is damaged costs no other account. */
export function readIndexText(text: string): IndexReading {
  const file = indexFile.safeParse(parseJson(text)).data
  const rows = file?.accounts ?? []
  const records = rows.map((row) => storedRecord.safeParse(row).data).filter((row) => row !== undefined)
  const complete = file?.version === formatVersion && records.length === rows.length
  return { records: records.map(fromStoredRecord), complete }
}
