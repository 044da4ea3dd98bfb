import type { Ledger, LedgerFilter } from '../core/index.ts'
import { type Caller, type LedgerEntry, ledgerEntry } from '../protocol/index.ts'
import { type FileRecordOptions, LineRecord, mostLines, type Waiting } from './line-record.ts'

type Recorded = Omit<LedgerEntry, 'count'>

interface Line {
  readonly entry: Recorded
  count: number
}

/** Lines that are not written yet. Equal requests of one second share one, also when others come in between. */
class Gathered implements Waiting<LedgerEntry> {
  #lines: Line[] = []
  /** The latest line of each caller. One client is one object, see `Callers`. */
  readonly #latest = new Map<Caller, Line>()

  get isEmpty(): boolean {
    return this.#lines.length === 0
  }

  /** Answers how many requests had to be given up. */
  add(entry: Recorded): number {
    const latest = this.#latest.get(entry.caller)
    if (latest !== undefined && isEqual(latest.entry, entry)) {
      latest.count += 1
      return 0
    }
    const line = { entry, count: 1 }
    this.#lines.push(line)
    this.#latest.set(entry.caller, line)
    return this.#lines.length > mostLines ? this.#giveUpOldest() : 0
  }

  entries(): LedgerEntry[] {
    return this.#lines.map(({ entry, count }) => ({ ...entry, count }))
  }

  clear(): void {
    this.#lines = []
    this.#latest.clear()
  }

  #giveUpOldest(): number {
    const oldest = this.#lines.shift()
    if (oldest === undefined) return 0
    if (this.#latest.get(oldest.entry.caller) === oldest) this.#latest.delete(oldest.entry.caller)
    return oldest.count
  }
}

/** The ledger on the disk. Equal requests that are gathered share a line. */
export class FileLedger implements Ledger {
  readonly #gathered = new Gathered()
  readonly #record: LineRecord<LedgerEntry>

  constructor(options: FileRecordOptions) {
    const parse = (value: unknown) => ledgerEntry.safeParse(value).data
    this.#record = new LineRecord({ ...options, name: 'ledger', waiting: this.#gathered, atOnce: false, parse })
  }

  record(entry: Recorded): void {
    this.#record.added(this.#gathered.add(entry))
  }

  /** Rejects with `temporarily_unavailable` when too many wait to read. */
  read(limit: number, wanted: LedgerFilter = {}): Promise<readonly LedgerEntry[]> {
    // The rarest of the names, so that few lines are looked at.
    const name = wanted.client ?? wanted.account ?? wanted.provider
    return this.#record.read(limit, name === undefined ? '' : JSON.stringify(name), (entry) => isWanted(entry, wanted))
  }

  /** Writes what has been gathered. */
  close(): void {
    this.#record.close()
  }
}

/** The ledger beside the memory vault, which writes nothing: its newest lines, until the process ends. */
export class MemoryLedger implements Ledger {
  readonly #gathered = new Gathered()

  record(entry: Recorded): void {
    this.#gathered.add(entry)
  }

  async read(limit: number, wanted: LedgerFilter = {}): Promise<readonly LedgerEntry[]> {
    const entries = this.#gathered.entries()
    return entries.filter((entry) => isWanted(entry, wanted)).slice(-limit)
  }
}

function isWanted(entry: LedgerEntry, { client, provider, account, since }: LedgerFilter): boolean {
  return (
    (client === undefined || entry.caller.name === client) &&
    (provider === undefined || entry.provider === provider) &&
    (account === undefined || entry.account === account) &&
    (since === undefined || entry.at >= since)
  )
}

const isEqual = (a: Recorded, b: Recorded): boolean =>
  a.at === b.at &&
  a.account === b.account &&
  a.outcome === b.outcome &&
  a.provider === b.provider &&
  a.ended_early === b.ended_early
