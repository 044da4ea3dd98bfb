import type { History, HistoryFilter } from '../core/index.ts'
import { type HistoryEntry, historyEntry } from '../protocol/index.ts'
import { type FileRecordOptions, LineRecord, mostLines, type Waiting } from './line-record.ts'

/** The newest entries. */
class Newest implements Waiting<HistoryEntry> {
  #entries: HistoryEntry[] = []

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  /** Answers how many had to be given up. */
  add(entry: HistoryEntry): number {
    this.#entries.push(entry)
    if (this.#entries.length <= mostLines) return 0
    this.#entries.shift()
    return 1
  }

  entries(): readonly HistoryEntry[] {
    return this.#entries
  }

  clear(): void {
    this.#entries = []
  }
}

/** The history on the disk, with the care of the ledger: what was recorded is there after a crash, and a bad disk holds nobody up. */
export class FileHistory implements History {
  readonly #newest = new Newest()
  readonly #record: LineRecord<HistoryEntry>

  constructor(options: FileRecordOptions) {
    const parse = (value: unknown) => historyEntry.safeParse(value).data
    this.#record = new LineRecord({ ...options, name: 'history', waiting: this.#newest, atOnce: true, parse })
  }

  record(entry: HistoryEntry): void {
    this.#record.added(this.#newest.add(entry))
  }

  /** Rejects with `temporarily_unavailable` when too many wait to read. */
  read(limit: number, wanted: HistoryFilter = {}): Promise<readonly HistoryEntry[]> {
    // Every line is looked at, because what befell the whole vault names no account.
    return this.#record.read(limit, '', (entry) => isWanted(entry, wanted))
  }

  /** Writes what has been gathered. */
  close(): void {
    this.#record.close()
  }
}

/** The history beside the memory vault, which writes nothing: its newest entries, until the process ends. */
export class MemoryHistory implements History {
  readonly #newest = new Newest()

  record(entry: HistoryEntry): void {
    this.#newest.add(entry)
  }

  async read(limit: number, wanted: HistoryFilter = {}): Promise<readonly HistoryEntry[]> {
    const entries = this.#newest.entries()
    return entries.filter((entry) => isWanted(entry, wanted)).slice(-limit)
  }
}

/** What befell the vault as a whole befell each login in it. */
function isWanted(entry: HistoryEntry, { provider, account, label, since }: HistoryFilter): boolean {
  if (since !== undefined && entry.at < since) return false
  if (!('account' in entry)) return true
  return (
    (provider === undefined || entry.provider === provider) &&
    (account === undefined || entry.account === account) &&
    (label === undefined || entry.label === label)
  )
}
