import { copyFileSync, existsSync, linkSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import Conf from 'conf'
import { z } from 'zod'
import type { AccountIndex, AccountRecord } from '../core/index.ts'
import { fromStoredRecord, storedRecord, toStoredRecord } from './account-record.ts'
import { codeOf, fileError, previousOf } from './durable-file.ts'

export interface AccountIndexOptions {
  readonly home: string
  /** Milliseconds; dates the name of a damaged file. */
  readonly now: () => number
}

type Contents = Record<string, unknown>

const formatVersion = 1
const indexFile = z.object({ version: z.literal(formatVersion), accounts: z.array(z.unknown()) })

/** What a file of the index told. `complete` is false when anything in it could not be understood. */
interface Reading {
  readonly records: readonly AccountRecord[]
  readonly complete: boolean
}

/**
 * The accounts in `<home>/accounts.json`: no secret, readable while the vault is locked. The records are held in memory and
 * written through. Two things never happen: a malformed file never stops the start, and an account never vanishes because of
 * one. The file is set aside, what it and its last good copy still tell is used, and the vault gives back the rest from the
 * sealed files when it opens.
 */
export class StoredAccountIndex implements AccountIndex {
  readonly #options: AccountIndexOptions
  readonly #path: string
  readonly #records: Map<string, AccountRecord>
  /** Whether the file on the disk is known to be good, so that it may become the last good copy. */
  #good: boolean

  constructor(options: AccountIndexOptions) {
    this.#options = options
    this.#path = join(options.home, 'accounts.json')
    const main = readIndex(options.home, 'json')
    this.#good = main?.complete === true
    const previous = this.#good ? undefined : readIndex(options.home, 'json.previous')
    const records = [...(previous?.records ?? []), ...(main?.records ?? [])]
    this.#records = new Map(records.map((record) => [record.id, record]))
    if (!this.#good) this.#repair()
  }

  list(): readonly AccountRecord[] {
    return [...this.#records.values()]
  }

  /** Throws `vault_unavailable` when it cannot be written; the record is in effect nevertheless, and written with the next one. */
  put(record: AccountRecord): void {
    this.#records.set(record.id, record)
    this.#write()
  }

  /** Throws like `put`. The sealed file of the account must be gone before, or it brings the account back at the next start. */
  remove(id: string): void {
    if (this.#records.delete(id)) this.#write()
  }

  /** Best effort: on a read-only disk the records in memory have to do. */
  #repair(): void {
    try {
      if (existsSync(this.#path)) renameSync(this.#path, freeName(this.#path, this.#options.now()))
      if (this.#records.size > 0) this.#write()
    } catch {
      // `put` meets the same obstacle and says so to somebody who can do something about it.
    }
  }

  #write(): void {
    try {
      mkdirSync(this.#options.home, { recursive: true, mode: 0o700 })
      if (this.#good) keepPrevious(this.#path)
      const file = openFile(this.#options.home, 'json')
      const contents = { version: formatVersion, accounts: this.list().map(toStoredRecord) }
      this.#good = false
      file.store = contents
      // conf resolves a write that a full disk cut short, so that only reading it back tells whether it is there.
      this.#good = JSON.stringify(file.store) === JSON.stringify(contents)
      if (!this.#good) throw Object.assign(new Error('the file was cut short'), { code: 'ENOSPC' })
    } catch (error) {
      if (!this.#good) restorePrevious(this.#path)
      throw fileError(error instanceof SyntaxError ? { code: 'ENOSPC' } : error, 'write', this.#path)
    }
  }
}

function openFile(home: string, extension: string): Conf<Contents> {
  return new Conf<Contents>({
    cwd: home,
    configName: 'accounts',
    fileExtension: extension,
    configFileMode: 0o600,
    // A malformed file must throw: cleared silently, it would take the accounts with it.
    clearInvalidConfig: false,
    accessPropertiesByDotNotation: false,
  })
}

/** Undefined when there is no such file. A file that cannot be read at all told nothing. */
function readIndex(home: string, extension: string): Reading | undefined {
  if (!existsSync(join(home, `accounts.${extension}`))) return undefined
  try {
    const { store } = openFile(home, extension)
    const parsed = indexFile.safeParse(store)
    const rows: readonly unknown[] = Array.isArray(store.accounts) ? store.accounts : []
    const records = rows.map((row) => storedRecord.safeParse(row).data).filter((row) => row !== undefined)
    return { records: records.map(fromStoredRecord), complete: parsed.success && records.length === rows.length }
  } catch {
    return { records: [], complete: false }
  }
}

/** Copied under another name first, so that the last good copy is never half written. */
function keepPrevious(path: string): void {
  try {
    copyFileSync(path, `${previousOf(path)}.tmp`)
    renameSync(`${previousOf(path)}.tmp`, previousOf(path))
  } catch (error) {
    // Somebody removed the file while we ran: there is nothing to keep, and the write puts it back.
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** With a link, because that needs no space on a disk that has none. */
function restorePrevious(path: string): void {
  try {
    linkSync(previousOf(path), `${path}.tmp`)
    renameSync(`${path}.tmp`, path)
  } catch {
    // The next start reads the last good copy itself.
  }
}

function freeName(path: string, now: number): string {
  const name = `${path}.damaged-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`
  let free = name
  for (let number = 2; existsSync(free); number += 1) free = `${name}-${number}`
  return free
}
