import { appendFileSync, closeSync, fdatasync, lstatSync, openSync, readFileSync, renameSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { RefreshJournal, RefreshNote } from '../core/index.ts'
import { endCause, stateError } from '../protocol/index.ts'
import { type Files, fileError, realFiles, writeDurably } from './durable-file.ts'
import { parseJson } from './json-text.ts'

const sync = promisify(fdatasync)

const common = { account: z.string().min(1), fingerprint: z.string(), at: z.number() }
/** One line of the file. `settled` ends what the account's earlier lines said. */
const line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sent'), ...common }),
  z.object({ kind: z.literal('ended'), ...common, error: stateError, cause: endCause }),
  z.object({ kind: z.literal('settled'), account: z.string().min(1) }),
])

/** Far above a thousand accounts with four lines each. A larger file is not ours to read. Bytes. */
const longest = 67_108_864

/** Lines that say nothing any more are removed when there are this many lines. */
const compactAfter = 1_000

/**
 * The journal in `<home>/vault/refresh-journal.jsonl`, which lines are appended to, because one synced line costs a fraction of a
 * replaced file and a refresh waits for it. A line that a crash cut short is skipped. Fingerprints are hashes of random tokens and
 * tell nobody anything.
 */
export class FileRefreshJournal implements RefreshJournal {
  readonly #path: string
  readonly #files: Files
  readonly #notes = new Map<string, RefreshNote>()
  #lines = 0
  /** Appends and compactions one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(home: string, files: Files = realFiles) {
    this.#path = join(home, 'vault', 'refresh-journal.jsonl')
    this.#files = files
    for (const text of readLines(this.#path)) this.#take(text)
  }

  read(account: string): RefreshNote | undefined {
    return this.#notes.get(account)
  }

  write(account: string, note: RefreshNote): Promise<void> {
    this.#notes.set(account, note)
    return this.#inTurn(async () => {
      try {
        await this.#append({ account, ...note })
        if (this.#lines > compactAfter && this.#lines > 4 * this.#notes.size) await this.#compact()
      } catch (error) {
        throw fileError(error, 'write', this.#path)
      }
    })
  }

  settle(account: string): void {
    if (!this.#notes.delete(account)) return
    // Not synced, and a fault is no matter: a note that is stale is recognised by its fingerprint.
    this.#inTurn(async () => {
      if (!this.#notes.has(account)) this.#write(this.#path, { account, kind: 'settled' })
    }).catch(() => {})
  }

  async #append(value: z.infer<typeof line>): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    const file = openSync(this.#path, 'a', 0o600)
    try {
      this.#write(file, value)
      await sync(file)
    } finally {
      closeSync(file)
    }
  }

  #write(file: number | string, value: z.infer<typeof line>): void {
    // Begins with a line break, so that a line which a crash cut short spoils no other.
    appendFileSync(file, `\n${JSON.stringify(value)}`, { mode: 0o600 })
    this.#lines += 1
  }

  async #compact(): Promise<void> {
    const notes = [...this.#notes].map(([account, note]) => JSON.stringify({ account, ...note }))
    await writeDurably(this.#path, `${notes.join('\n')}\n`, this.#files)
    this.#lines = notes.length
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => {})
    return result
  }

  #take(text: string): void {
    this.#lines += 1
    const parsed = line.safeParse(parseJson(text))
    if (!parsed.success) return
    const { account, ...note } = parsed.data
    if (note.kind === 'settled') this.#notes.delete(account)
    else this.#notes.set(account, note)
  }
}

/** The journal beside the memory vault, which ends with the logins themselves. */
export class MemoryRefreshJournal implements RefreshJournal {
  readonly #notes = new Map<string, RefreshNote>()

  read(account: string): RefreshNote | undefined {
    return this.#notes.get(account)
  }

  async write(account: string, note: RefreshNote): Promise<void> {
    this.#notes.set(account, note)
  }

  settle(account: string): void {
    this.#notes.delete(account)
  }
}

/** A journal that cannot be read tells nothing; that costs an explanation and no login. */
function readLines(path: string): readonly string[] {
  try {
    const info = lstatSync(path)
    if (!info.isFile() || info.size > longest) {
      // A pipe would hold the start until somebody writes to it, and a folder would refuse every line, and with it every refresh.
      renameSync(path, `${path}.damaged-${Math.round(info.mtimeMs)}`)
      return []
    }
    return readFileSync(path, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}
