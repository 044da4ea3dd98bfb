import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { AccountIndex, AccountRecord } from '../core/index.ts'
import type { ProviderPreferences } from '../protocol/index.ts'
import { type IndexReading, indexText, readIndexText } from './account-index-text.ts'
import { codeOf, fileError, previousOf } from './durable-file.ts'

export interface AccountIndexOptions {
  readonly home: string
  /** Milliseconds; dates the name of a damaged file. */
  readonly now: () => number
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
  readonly #preferences: Map<string, Partial<ProviderPreferences>>
  /** Whether the file on the disk is known to be good, so that it may become the last good copy. */
  #good: boolean

  constructor(options: AccountIndexOptions) {
    this.#options = options
    this.#path = join(options.home, 'accounts.json')
    const main = readIndex(this.#path)
    this.#good = main?.complete === true
    const previous = this.#good ? undefined : readIndex(previousOf(this.#path))
    const records = [...(previous?.records ?? []), ...(main?.records ?? [])]
    this.#records = new Map(records.map((record) => [record.id, record]))
    this.#preferences = new Map([...(previous?.preferences ?? []), ...(main?.preferences ?? [])])
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

  preferences(provider: string): Partial<ProviderPreferences> {
    return this.#preferences.get(provider) ?? {}
  }

  /** Throws like `put`. */
  setPreferences(provider: string, preferences: Partial<ProviderPreferences>): void {
    this.#preferences.set(provider, preferences)
    this.#write()
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
      const text = indexText(this.list(), this.#preferences)
      this.#good = false
      writeFileAtomic.sync(this.#path, text, { mode: 0o600 })
      // A disk that fills up cuts the write short and says nothing, so that only reading it back tells whether it is there.
      this.#good = readFileSync(this.#path, 'utf8') === text
      if (!this.#good) throw Object.assign(new Error('the file was cut short'), { code: 'ENOSPC' })
    } catch (error) {
      if (!this.#good) restorePrevious(this.#path)
      throw fileError(error, 'write', this.#path)
    }
  }
}

/** Undefined when there is no such file. A file that cannot be read, or is something else than a file, told nothing. */
function readIndex(path: string): IndexReading | undefined {
  return existsSync(path) ? readIndexText(readIfFile(path)) : undefined
}

function readIfFile(path: string): string {
  try {
    // A named pipe would hold the start up for as long as nobody writes to it.
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
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
