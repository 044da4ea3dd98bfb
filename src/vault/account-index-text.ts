import { z } from 'zod'
import type { AccountRecord } from '../core/index.ts'
import { chainLink, type ProviderPreferences } from '../protocol/index.ts'
import { fromStoredRecord, storedRecord, toStoredRecord } from './account-record.ts'
import { parseJson } from './json-text.ts'

/** What the text of `accounts.json` told. `complete` is false when anything in it could not be understood. */
export interface IndexReading {
  readonly records: readonly AccountRecord[]
  readonly preferences: Preferences
  readonly complete: boolean
}

/** What the person decided, by provider. */
export type Preferences = ReadonlyMap<string, Partial<ProviderPreferences>>

const formatVersion = 1

/** The version is looked at last, because the rows of a file of another version may still be understood. */
const indexFile = z.object({
  version: z.unknown(),
  accounts: z.array(z.unknown()),
  providers: z.record(z.string(), z.unknown()).optional(),
})

const storedPreferences = z.object({
  order: z.array(z.string()).exactOptional(),
  failover: z.boolean().exactOptional(),
  chain: z.array(z.string()).exactOptional(),
})

/** Links that this version does not know are left out, and a chain of none is no chain. */
function known({ chain, ...rest }: z.infer<typeof storedPreferences>): Partial<ProviderPreferences> {
  const links = [...new Set(chain)].flatMap((link) => chainLink.safeParse(link).data ?? [])
  return links.length === 0 ? rest : { ...rest, chain: links }
}

export function indexText(records: readonly AccountRecord[], preferences: Preferences): string {
  const providers = preferences.size === 0 ? {} : { providers: Object.fromEntries(preferences) }
  return `${JSON.stringify({ version: formatVersion, accounts: records.map(toStoredRecord), ...providers }, null, 2)}\n`
}

/** Each row counts for itself, so that one that is damaged costs no other account. */
export function readIndexText(text: string): IndexReading {
  const file = indexFile.safeParse(parseJson(text)).data
  const rows = file?.accounts ?? []
  const records = rows.map((row) => storedRecord.safeParse(row).data).filter((row) => row !== undefined)
  const decided = Object.entries(file?.providers ?? {}).map(
    ([id, value]) => [id, storedPreferences.safeParse(value).data] as const,
  )
  const preferences = new Map(decided.flatMap(([id, value]) => (value === undefined ? [] : [[id, known(value)] as const])))
  const complete = file?.version === formatVersion && records.length === rows.length && preferences.size === decided.length
  return { records: records.map(fromStoredRecord), preferences, complete }
}
