import { setImmediate } from 'node:timers/promises'
import type { Clock, Ledger, LedgerFilter, Log } from '../core/index.ts'
import { BrokerError, type Caller, type LedgerEntry, ledgerEntry } from '../protocol/index.ts'
import { LedgerFile } from './ledger-file.ts'

/** How long lines are gathered before they are written together, and how long after a fault of the disk. Milliseconds. */
const gathering = 50
const afterFault = 1_000

/** How many lines wait for a disk that takes none; the oldest are given up. Also how many the ledger in memory holds. */
const mostLines = 1_000

/** How many wait to read. Whoever asks and goes away at once must not fill the memory. */
const mostReaders = 64

/** How many lines are parsed before others have their turn. */
const linesInARow = 50

type Recorded = Omit<LedgerEntry, 'count'>

interface Line {
  readonly entry: Recorded
  count: number
}

/** Lines that are not written yet. Equal requests of one second share one, also when others come in between. */
class Gathered {
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
  #readers = 0
  #lastReader: Promise<unknown> = Promise.resolve()

  constructor({ home, clock, log }: FileLedgerOptions) {
    this.#file = new LedgerFile(home)
    this.#clock = clock
    this.#log = log
  }

  record(entry: Recorded): void {
    this.#lost += this.#gathered.add(entry)
    if (this.#stopTimer === undefined) this.#write()
  }

  /**
   * One reader after the other: each holds a file of two mebibytes while it looks through it, and a few hundred at once would
   * hold up everybody else. Rejects with `temporarily_unavailable` when too many wait.
   */
  async read(limit: number, wanted: LedgerFilter = {}): Promise<readonly LedgerEntry[]> {
    if (this.#readers >= mostReaders) {
      throw new BrokerError('temporarily_unavailable', `${mostReaders} programs read the ledger just now.`, {
        retryAfter: 1,
        fix: 'Try again in a moment.',
      })
    }
    this.#readers += 1
    const turn = this.#lastReader.then(() => this.#read(limit, wanted))
    this.#lastReader = turn.catch(() => {})
    return turn.finally(() => {
      this.#readers -= 1
    })
  }

  async #read(limit: number, wanted: LedgerFilter): Promise<readonly LedgerEntry[]> {
    this.#flush()
    // What the disk has not taken is the newest.
    const found = this.#gathered
      .entries()
      .filter((entry) => isWanted(entry, wanted))
      .reverse()
    let looked = 0
    // The rarest of the names, so that few lines are looked at.
    const name = wanted.client ?? wanted.account ?? wanted.provider
    for await (const line of this.#file.linesWith(name === undefined ? '' : JSON.stringify(name))) {
      if (found.length >= limit) break
      const entry = parse(line)
      if (entry !== undefined && isWanted(entry, wanted)) found.push(entry)
      looked += 1
      // A thousand lines take some milliseconds, which no token should wait for.
      if (looked % linesInARow === 0) await setImmediate()
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
      if (!this.#gathered.isEmpty) this.#write()
      // A file that is held open would keep its disk from being unmounted for as long as the broker runs.
      else this.#file.close()
    })
  }

  #flush(): void {
    const entries = this.#gathered.entries()
    if (entries.length === 0) return
    try {
      this.#file.append(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      this.#gathered.clear()
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

/** A line that a crash cut short tells nothing. */
function parse(line: string): LedgerEntry | undefined {
  try {
    return ledgerEntry.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
