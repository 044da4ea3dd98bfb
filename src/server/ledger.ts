import type { Clock, Ledger, Log } from '../core/index.ts'
import { type LedgerEntry, ledgerEntry } from '../protocol/index.ts'
import { LedgerFile } from './ledger-file.ts'

/** How long lines are gathered before they are written together, and how long after a fault of the disk. Milliseconds. */
const gathering = 50
const afterFault = 1_000

/** How many lines wait for a disk that takes none; the oldest are given up. Also how many the ledger in memory holds. */
const mostLines = 1_000

type Recorded = Omit<LedgerEntry, 'count'>

/** Lines that are not written yet. Equal requests in direct succession share one, within a second. */
class Gathered {
  lines: { readonly entry: Recorded; count: number }[] = []

  /** Answers how many requests had to be given up. */
  add(entry: Recorded): number {
    const last = this.lines.at(-1)
    if (last !== undefined && isEqual(last.entry, entry)) last.count += 1
    else this.lines.push({ entry, count: 1 })
    return this.lines.length > mostLines ? (this.lines.shift()?.count ?? 0) : 0
  }

  entries(): LedgerEntry[] {
    return this.lines.map(({ entry, count }) => ({ ...entry, count }))
  }
}

export interface FileLedgerOptions {
  /** The folder of TokenTray. */
  readonly home: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * The ledger on the disk. The first entry after a quiet time is written before `record` returns, so that it outlives whatever
 * happens next; the ones right behind it are gathered, so that ten thousand requests a second cost no more than twenty lines. A
 * disk that takes nothing refuses nobody a token: it is said once in the log, and what waits is written when there is room.
 */
export class FileLedger implements Ledger {
  readonly #file: LedgerFile
  readonly #clock: Clock
  readonly #log: Log
  readonly #gathered = new Gathered()
  /** Set while entries are gathered. */
  #stopTimer: (() => void) | undefined
  #failing = false
  /** Requests that found no place while the disk took none. */
  #lost = 0

  constructor({ home, clock, log }: FileLedgerOptions) {
    this.#file = new LedgerFile(home)
    this.#clock = clock
    this.#log = log
  }

  record(entry: Recorded): void {
    this.#lost += this.#gathered.add(entry)
    if (this.#stopTimer === undefined) this.#write()
  }

  async read(limit: number, client?: string): Promise<readonly LedgerEntry[]> {
    this.#flush()
    // What the disk has not taken is the newest.
    const found = this.#gathered
      .entries()
      .filter((entry) => client === undefined || entry.caller.name === client)
      .reverse()
    const name = client === undefined ? '' : JSON.stringify(client)
    for await (const line of this.#file.lines()) {
      if (found.length >= limit) break
      // Parsing every line of ten megabytes would make others wait.
      const entry = line.includes(name) ? parse(line) : undefined
      if (entry !== undefined && (client === undefined || entry.caller.name === client)) found.push(entry)
    }
    return found.slice(0, limit).reverse()
  }

  /** Writes what has been gathered. */
  close(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#flush()
    this.#file.close()
  }

  /** Writes, and gathers what comes during the next moments. */
  #write(): void {
    this.#flush()
    this.#stopTimer = this.#clock.after(this.#failing ? afterFault : gathering, () => {
      this.#stopTimer = undefined
      if (this.#gathered.lines.length > 0) this.#write()
    })
  }

  #flush(): void {
    const entries = this.#gathered.entries()
    if (entries.length === 0) return
    try {
      this.#file.append(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      this.#gathered.lines = []
      if (this.#failing) this.#log.info('ledger written again', { lost: this.#lost })
      this.#failing = false
      this.#lost = 0
    } catch (error) {
      if (!this.#failing) this.#log.warn('ledger not written', { code: (error as NodeJS.ErrnoException).code })
      this.#failing = true
    }
  }
}

/** The ledger beside the memory vault, which writes nothing: its newest lines, until the process ends. */
export class MemoryLedger implements Ledger {
  readonly #gathered = new Gathered()

  record(entry: Recorded): void {
    this.#gathered.add(entry)
  }

  async read(limit: number, client?: string): Promise<readonly LedgerEntry[]> {
    const entries = this.#gathered.entries()
    return entries.filter(({ caller }) => client === undefined || caller.name === client).slice(-limit)
  }
}

function isEqual(a: Recorded, b: Recorded): boolean {
  return (
    a.at === b.at &&
    a.account === b.account &&
    a.outcome === b.outcome &&
    a.provider === b.provider &&
    (a.caller === b.caller || JSON.stringify(a.caller) === JSON.stringify(b.caller))
  )
}

/** A line that a crash cut short tells nothing. */
function parse(line: string): LedgerEntry | undefined {
  try {
    return ledgerEntry.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
