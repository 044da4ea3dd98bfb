import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { AccountRecord } from '../../src/core/index.ts'
import { StoredAccountIndex } from '../../src/vault/account-index.ts'
import { indexText, readIndexText } from '../../src/vault/account-index-text.ts'
import { fromStoredRecord, storedRecord, toStoredRecord } from '../../src/vault/account-record.ts'
import { anyJson, anyText, mutatedMembers } from '../support/mutations.ts'
import { propertyRuns, propertyTimeout, roundTripRuns } from '../support/property-runs.ts'

// In memory where there is such a disk, because each case is a start that reads, and often repairs, a folder of its own.
const parent = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tt-index-'))
afterAll(() => rmSync(parent, { recursive: true, force: true }))

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const record = fc.record({ id: word, provider: word, issuer: word, identity: fc.constant({}), createdAt: fc.nat() })
const records = fc.uniqueArray(record, { selector: ({ id }) => id, maxLength: 4 })
const fileOf = (held: readonly AccountRecord[]) => ({ version: 1, accounts: held.map(toStoredRecord) })

/** What a start finds in a home of these files. */
function read(main: string, previous?: string): readonly AccountRecord[] {
  const home = mkdtempSync(join(parent, 'h-'))
  writeFileSync(join(home, 'accounts.json'), main)
  if (previous !== undefined) writeFileSync(join(home, 'accounts.json.previous'), previous)
  const start = () => new StoredAccountIndex({ home, now: () => 1_900_000_000_000 }).list()
  const found = start()
  if (previous === undefined) expect(start()).toEqual(found)
  rmSync(home, { recursive: true })
  for (const { id, provider, createdAt } of found) {
    expect(id.length > 0 && provider.length > 0 && typeof createdAt === 'number').toBe(true)
  }
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length)
  return found
}

test(
  'an index that is good is read as it was written',
  () => {
    fc.assert(
      fc.property(records, (held) => {
        expect(read(JSON.stringify(fileOf(held)))).toEqual(held)
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'whatever the index holds, the start goes on, and what its last good copy tells is not lost',
  () => {
    const text = fc.oneof(
      anyText(records.map((held) => JSON.stringify(fileOf(held)))),
      mutatedMembers(records.map(fileOf)).map((file) => JSON.stringify(file)),
      fc
        .array(fc.oneof(mutatedMembers(record.map(toStoredRecord)), anyJson))
        .map((rows) => JSON.stringify({ version: 1, accounts: rows })),
    )
    fc.assert(
      fc.property(text, fc.oneof(text, records), (main, beside) => {
        const held = typeof beside === 'string' ? [] : beside
        const found = read(main, typeof beside === 'string' ? beside : JSON.stringify(fileOf(held)))
        if (!isComplete(main)) expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(held.map(({ id }) => id)))
      }),
      // A case is a start that reads two files and mends them, which takes as long as a hundred texts.
      { numRuns: roundTripRuns / 2 },
    )
  },
  propertyTimeout,
)

test(
  'whatever the text of an index is, its rows can be written and read again, and it is complete only when it says so itself',
  () => {
    const rows = fc.array(fc.oneof(mutatedMembers(record.map(toStoredRecord)), anyJson))
    const text = fc.oneof(
      anyText(records.map((held) => JSON.stringify(fileOf(held)))),
      mutatedMembers(records.map(fileOf)).map((file) => JSON.stringify(file)),
      rows.map((accounts) => JSON.stringify({ version: 1, accounts })),
    )
    fc.assert(
      fc.property(text, (told) => {
        const reading = readIndexText(told)
        if (reading.complete) expect(isComplete(told)).toBe(true)
        expect(readIndexText(indexText(reading.records, reading.preferences))).toEqual({
          records: asWritten(reading.records),
          preferences: reading.preferences,
          complete: true,
        })
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

test(
  'whatever stands in the place of a record, it is one that can be used and written again, or it is none',
  () => {
    fc.assert(
      fc.property(fc.oneof(mutatedMembers(record.map(toStoredRecord)), anyJson), (row) => {
        const parsed = storedRecord.safeParse(row)
        if (!parsed.success) return
        const held = fromStoredRecord(parsed.data)
        expect(held.id.length > 0 && held.provider.length > 0 && Number.isFinite(held.createdAt)).toBe(true)
        // JSON knows no negative zero.
        const written = JSON.parse(JSON.stringify(parsed.data))
        expect(storedRecord.parse(JSON.parse(JSON.stringify(toStoredRecord(held))))).toEqual(written)
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

/** JSON knows no negative zero. */
const asWritten = (held: readonly AccountRecord[]) => JSON.parse(JSON.stringify(held))

/** Whether the text is a file in which nothing is wrong; then the last good copy does not count. */
function isComplete(text: string): boolean {
  try {
    const { version, accounts } = JSON.parse(text)
    const isText = (value: unknown) => typeof value === 'string'
    return (
      version === 1 &&
      Array.isArray(accounts) &&
      accounts.every((row) => isText(row?.id) && isText(row.provider) && isText(row.issuer) && typeof row.created_at === 'number')
    )
  } catch {
    return false
  }
}
