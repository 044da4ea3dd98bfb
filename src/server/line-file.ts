import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFile,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Bytes of one file, and how many there are. */
const largestFile = 2 * 1024 * 1024
const mostFiles = 5

const lineBreak = 0x0a
const readWhole = promisify(readFile)

/**
 * `<home>/<name>/<name>.jsonl`, which lines are appended to, and the older `<name>.1.jsonl` to `<name>.4.jsonl`. Writing is
 * synchronous: a line is with the system before anything else happens, and a batch of them costs some microseconds.
 */
export class LineFile {
  readonly #folder: string
  readonly #name: string
  #file: number | undefined

  constructor(home: string, name: string) {
    this.#folder = join(home, name)
    this.#name = name
  }

  /** Appends whole lines, or throws and has appended nothing. */
  append(text: string): void {
    const bytes = Buffer.from(text)
    const { file, size } = this.#fileWithRoomFor(bytes.length)
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    } catch (error) {
      this.#takeBack(file, size)
      throw error
    }
  }

  /** The lines of all files that contain the text, the newest first. */
  async *linesWith(text: string): AsyncGenerator<string> {
    // Opened in one turn: after a rotation in between, the same lines would come twice.
    const files = Array.from({ length: mostFiles }, (_, age) => openForReading(this.#path(age))).filter(
      (file) => file !== undefined,
    )
    try {
      for (const file of files) yield* backwards(await readWhole(file), text)
    } finally {
      for (const file of files) closeSync(file)
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #path(age: number): string {
    return join(this.#folder, age === 0 ? `${this.#name}.jsonl` : `${this.#name}.${age}.jsonl`)
  }

  #fileWithRoomFor(bytes: number): { readonly file: number; readonly size: number } {
    const file = this.#open()
    const { size, nlink } = fstatSync(file)
    const full = size > 0 && size + bytes > largestFile
    // A file that somebody has removed would take what is written to it along.
    if (nlink > 0 && !full) return { file, size }
    this.close()
    if (full && nlink > 0) this.#rotate()
    return { file: this.#open(), size: 0 }
  }

  #open(): number {
    if (this.#file !== undefined) return this.#file
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    chmodSync(this.#folder, 0o700)
    const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW = 0 } = constants
    const file = openSync(this.#path(0), O_APPEND | O_CREAT | O_RDWR | O_NOFOLLOW, 0o600)
    this.#file = file
    endTornLine(file)
    return file
  }

  #rotate(): void {
    for (let age = mostFiles - 2; age >= 0; age -= 1) {
      try {
        renameSync(this.#path(age), this.#path(age + 1))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
  }

  /** A disk that was full in the middle of a line. Opened again next time, which finds whatever could not be taken back. */
  #takeBack(file: number, size: number): void {
    try {
      ftruncateSync(file, size)
    } finally {
      this.close()
    }
  }
}

/** A crash cut the last line short: it must not spoil the next one. */
function endTornLine(file: number): void {
  const { size } = fstatSync(file)
  const last = Buffer.alloc(1)
  if (size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== lineBreak) writeSync(file, '\n')
}

function openForReading(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

/** Searched as bytes: to make strings of ten mebibytes would hold everybody up. */
function* backwards(bytes: Buffer, text: string): Generator<string> {
  for (let end = bytes.length; end > 0; ) {
    const found = text === '' ? end - 1 : bytes.lastIndexOf(text, end - 1)
    if (found < 0) return
    const start = found === 0 ? 0 : bytes.lastIndexOf(lineBreak, found - 1) + 1
    const stop = bytes.indexOf(lineBreak, found)
    yield bytes.toString('utf8', start, stop < 0 ? bytes.length : stop)
    end = start
  }
}
