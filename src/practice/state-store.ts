import { createHash, createHmac, randomBytes } from 'node:crypto'
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AdapterPayload } from 'oidc-provider'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { isMissing, setAside } from './kept-files.ts'

/** One thing the authorization server remembers. `expiresAt` is in seconds, as the server counts. */
interface Entry {
  readonly payload: AdapterPayload
  readonly expiresAt: number
}

/**
 * What outlives a restart. Authorization codes and pending consents are cheaper to ask for again; a device code is not, since
 * the client goes on polling for as long as the code lives.
 */
const keptModels: ReadonlySet<string> = new Set(['AccessToken', 'RefreshToken', 'Grant', 'DeviceCode'])

const header = JSON.stringify({ format: 'tokentray-practice-1' })

const line = z.union([
  z.strictObject({ key: z.string(), payload: z.record(z.string(), z.unknown()), expiresAt: z.int() }),
  z.strictObject({ key: z.string(), removed: z.literal(true) }),
])

/** Lines that may gather beyond the live entries before the log is written anew. */
const slack = 1000

const now = (): number => Math.floor(Date.now() / 1000)

/**
 * The memory of the authorization server, and its log on disk when it has a file. Changes are made at once and logged by the
 * next `flush`, which every response awaits; so one request costs one write, however many entries it changed. The log is not
 * forced to the platter: it outlives a killed process, and a practice account is not worth more.
 *
 * An entry is found by the SHA-256 of its id and its payload is kept without the id, so no token can be read from the disk.
 */
export class StateStore {
  readonly #entries: Map<string, Entry>
  readonly #file: string | undefined
  readonly #standInSecret = randomBytes(32)
  #pending: string[] = []
  #written: number
  #torn = false
  #puts = 0
  #tail: Promise<void> = Promise.resolve()

  constructor(entries: Map<string, Entry>, file: string | undefined) {
    this.#entries = entries
    this.#file = file
    this.#written = entries.size
  }

  find(model: string, id: string): AdapterPayload | undefined {
    const entry = this.#entries.get(this.#keyOf(model, id))
    return entry === undefined ? undefined : { ...entry.payload, jti: id }
  }

  /**
   * The device authorization that a user code belongs to. Its id, the device code, is known to the client alone; the payload
   * comes with a stand-in, which this store takes for the id for as long as the process lives.
   */
  findByUserCode(model: string, userCode: string): AdapterPayload | undefined {
    for (const [key, { payload }] of this.#entries) {
      if (payload.userCode === userCode && key.startsWith(`${model}:`)) return { ...payload, jti: this.#standInFor(key) }
    }
    return undefined
  }

  put(model: string, id: string, payload: AdapterPayload, lifetime: number): void {
    const { jti: _, ...rest } = payload
    this.#set(this.#keyOf(model, id), { payload: rest, expiresAt: now() + lifetime })
    this.#puts += 1
    if (this.#puts % slack === 0) dropExpired(this.#entries)
  }

  /** Marks a one-time token as spent. Answers `false`, and changes nothing, when it was spent before or is gone. */
  consume(model: string, id: string): boolean {
    const key = this.#keyOf(model, id)
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.payload.consumed) return false
    this.#set(key, { ...entry, payload: { ...entry.payload, consumed: now() } })
    return true
  }

  remove(model: string, id: string): void {
    this.#delete(this.#keyOf(model, id))
  }

  /** Removes every token that came from a grant. */
  removeFamily(grantId: string): void {
    for (const [key, { payload }] of this.#entries) if (payload.grantId === grantId) this.#delete(key)
  }

  /** Resolves when every change made so far would outlive the process; rejects, keeping the changes for later, when the disk refuses. */
  flush(): Promise<void> {
    this.#tail = this.#tail.catch(() => undefined).then(() => this.#write())
    return this.#tail
  }

  #keyOf(model: string, id: string): string {
    const key = id.slice(0, id.indexOf('~'))
    return key.startsWith(`${model}:`) && id === this.#standInFor(key) ? key : keyOf(model, id)
  }

  /** Signed, because the key can be read from the disk, and whoever reads it must not be able to poll with it. */
  #standInFor(key: string): string {
    return `${key}~${createHmac('sha256', this.#standInSecret).update(key).digest('base64url')}`
  }

  #set(key: string, entry: Entry): void {
    this.#entries.set(key, entry)
    if (isKept(key)) this.#log({ key, ...entry })
  }

  #delete(key: string): void {
    if (this.#entries.delete(key) && isKept(key)) this.#log({ key, removed: true })
  }

  #log(value: z.input<typeof line>): void {
    if (this.#file !== undefined) this.#pending.push(JSON.stringify(value))
  }

  async #write(): Promise<void> {
    const lines = this.#pending
    if (this.#file === undefined || (lines.length === 0 && !this.#torn)) return
    this.#pending = []
    const anew = this.#torn || this.#written + lines.length > 2 * this.#entries.size + slack
    // A write that fails may leave half a line, which must not stay in the middle of the log: the next one replaces the file.
    this.#torn = true
    if (anew) await writeAll(this.#file, this.#entries)
    else await appendFile(this.#file, lines.map((text) => text + '\n').join(''), { mode: 0o600 })
    this.#torn = false
    this.#written = anew ? this.#entries.size : this.#written + lines.length
  }
}

/** Opens the store of a folder, or one in memory only. A file that is not a log of ours is set aside, and the store starts empty. */
export async function openStateStore(folder: string | undefined): Promise<StateStore> {
  if (folder === undefined) return new StateStore(new Map(), undefined)
  const file = join(folder, 'practice-state.jsonl')
  const entries = await readLog(file)
  dropExpired(entries)
  await writeAll(file, entries)
  return new StateStore(entries, file)
}

async function readLog(file: string): Promise<Map<string, Entry>> {
  try {
    return parseLog(await readFile(file, 'utf8'))
  } catch (error) {
    if (!isMissing(error)) await setAside(file)
    return new Map()
  }
}

/** Reads a log and throws when it is damaged. A last line without its end is no damage: the process died before it answered. */
function parseLog(text: string): Map<string, Entry> {
  const [first, ...lines] = text.split('\n').slice(0, -1)
  if (first !== header) throw new SyntaxError('not a log of the practice server')
  const entries = new Map<string, Entry>()
  for (const text of lines) {
    const change = line.parse(JSON.parse(text))
    if ('removed' in change) entries.delete(change.key)
    else entries.set(change.key, { payload: change.payload, expiresAt: change.expiresAt })
  }
  return entries
}

async function writeAll(file: string, entries: ReadonlyMap<string, Entry>): Promise<void> {
  const lines = [...entries].filter(([key]) => isKept(key)).map(([key, entry]) => JSON.stringify({ key, ...entry }))
  await writeFileAtomic(file, [header, ...lines, ''].join('\n'), { mode: 0o600 })
}

function dropExpired(entries: Map<string, Entry>): void {
  const time = now()
  for (const [key, { expiresAt }] of entries) if (expiresAt <= time) entries.delete(key)
}

const keyOf = (model: string, id: string): string => `${model}:${createHash('sha256').update(id).digest('base64url')}`
const isKept = (key: string): boolean => keptModels.has(key.slice(0, key.indexOf(':')))
