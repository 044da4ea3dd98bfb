import { setImmediate } from 'node:timers/promises'
import type { Clock, Log } from '../core/index.ts'
import { BrokerError } from '../protocol/index.ts'
import { LineFile } from './line-file.ts'

/** How long lines are gathered before they are written together, and how long after a fault of the disk. Milliseconds. */
const gathering = 50
const afterFault = 1_000

/** How many lines wait for a disk that takes none; the oldest are given up. Also how many a record in memory holds. */
export const mostLines = 1_000

/** How many wait to read. Whoever asks and goes away at once must not fill the memory. */
const mostReaders = 64

/** How many lines are parsed before others have their turn. */
const linesInARow = 50

/** Entries that are not written yet, at most `mostLines` of them. */
export interface Waiting<Entry> {
  readonly isEmpty: boolean
  entries(): readonly Entry[]
  clear(): void
}

export interface FileRecordOptions {
  /** The folder of TokenTray. */
  readonly home: string
  readonly clock: Clock
  readonly log: Log
}

export interface LineRecordOptions<Entry> extends FileRecordOptions {
  /** Of the folder and the files in it, and what the record is called in the log. */
  readonly name: string
  readonly waiting: Waiting<Entry>
  /** Whether every entry is written before `added` returns, because they are few; otherwise the first one after a quiet time. */
  readonly atOnce: boolean
  /** What a line says, undefined for one that says nothing. */
  readonly parse: (value: unknown) => Entry | undefined
}

/**
 * A record of the past on the disk, a line of JSON for each entry. What is written before `added` returns outlives whatever happens
 * next. Where entries are many, only the first one after a quiet time is; the ones right behind it are gathered, so that ten thousand
 * a second cost no more than twenty writes. A disk that takes nothing holds nobody up: it is said once in the log, and what waits is
 * written when there is room.
 */
export class LineRecord<Entry> {
  readonly #options: LineRecordOptions<Entry>
  readonly #file: LineFile
  /** Set while entries are gathered. */
  #stopTimer: (() => void) | undefined
  #failing = false
  /** How much found no place while the disk took none. */
  #lost = 0
  #readers = 0
  #lastReader: Promise<unknown> = Promise.resolve()

  constructor(options: LineRecordOptions<Entry>) {
    this.#options = options
    this.#file = new LineFile(options.home, options.name)
  }

  /** Something waits to be written; `lost` is how much had to be given up for it. Never throws. */
  added(lost: number): void {
    this.#lost += lost
    if (this.#stopTimer === undefined) this.#write()
    else if (this.#options.atOnce && !this.#failing) this.#flush()
  }

  /**
   * The newest entries that are `wanted`, oldest first; only lines that contain `text` are parsed. One reader after the other: each
   * holds a file of two mebibytes while it looks through it, and a few hundred at once would hold up everybody else. Rejects with
   * `temporarily_unavailable` when too many wait.
   */
  async read(limit: number, text: string, wanted: (entry: Entry) => boolean): Promise<readonly Entry[]> {
    if (this.#readers >= mostReaders) {
      throw new BrokerError('temporarily_unavailable', `${mostReaders} programs read the ${this.#options.name} just now.`, {
        retryAfter: 1,
        fix: 'Try again in a moment.',
      })
    }
    this.#readers += 1
    const turn = this.#lastReader.then(() => this.#read(limit, text, wanted))
    this.#lastReader = turn.catch(() => {})
    return turn.finally(() => {
      this.#readers -= 1
    })
  }

  async #read(limit: number, text: string, wanted: (entry: Entry) => boolean): Promise<readonly Entry[]> {
    this.#flush()
    // What the disk has not taken is the newest.
    const found = this.#options.waiting.entries().filter(wanted).reverse()
    let looked = 0
    for await (const line of this.#file.linesWith(text)) {
      if (found.length >= limit) break
      const entry = this.#parse(line)
      if (entry !== undefined && wanted(entry)) found.push(entry)
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
    this.#stopTimer = this.#options.clock.after(this.#failing ? afterFault : gathering, () => {
      this.#stopTimer = undefined
      if (!this.#options.waiting.isEmpty) this.#write()
      // A file that is held open would keep its disk from being unmounted for as long as the broker runs.
      else this.#file.close()
    })
  }

  #flush(): void {
    const { waiting, log, name } = this.#options
    const entries = waiting.entries()
    if (entries.length === 0) return
    try {
      this.#file.append(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      waiting.clear()
      if (this.#failing) log.info(`${name} written again`, { lost: this.#lost })
      this.#failing = false
      this.#lost = 0
    } catch (error) {
      if (!this.#failing) log.warn(`${name} not written`, { code: (error as NodeJS.ErrnoException).code })
      this.#failing = true
    }
  }

  /** A line that a crash cut short tells nothing. */
  #parse(line: string): Entry | undefined {
    try {
      return this.#options.parse(JSON.parse(line))
    } catch {
      return undefined
    }
  }
}
