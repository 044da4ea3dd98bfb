import { randomBytes } from 'node:crypto'
import { closeSync, open, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { chmod, lstat, mkdir, realpath, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Clock, Log } from '../core/index.ts'
import { BrokerError, type Caller } from '../protocol/index.ts'

/** How long a client may take to prove itself. Milliseconds. */
const patience = 10_000

const mostOpen = 64

const create = promisify(open)

/** What the operating system says of the process behind a connection. */
export type ProvenProcess = Required<Pick<Caller, 'pid' | 'executable'>> & Pick<Caller, 'parent'>

/** A file that one connection was told the name of. */
interface Nonce {
  readonly name: string
  readonly discard: () => void
}

export interface ClientProofsOptions {
  /** Path of the token socket; the nonce files lie in a folder beside it. */
  readonly socket: string
  readonly clock: Clock
  readonly log: Log
  readonly platform?: NodeJS.Platform
}

/**
 * Proofs of who is at the other end of a connection, on Linux: the client opens a file whose name only this connection was told,
 * and `/proc` shows in which process it is open. The client names the descriptor, so that there is nothing to search; and what
 * is read are links and a line of text that the kernel makes itself, so that no foreign file system can hold the broker up.
 */
export class ClientProofs {
  readonly #options: ClientProofsOptions
  readonly #folder: string
  readonly #supported: boolean
  readonly #nonces = new Map<Socket, Nonce>()
  readonly #proven = new WeakMap<Socket, ProvenProcess>()
  /** The folder as the kernel names it, once it has been made. */
  #realFolder: string | undefined
  #complained = false

  constructor(options: ClientProofsOptions) {
    this.#options = options
    this.#supported = (options.platform ?? process.platform) === 'linux'
    this.#folder = `${options.socket}.proof`
    // A broker that was killed left its files.
    this.close()
  }

  /** Makes the file that proves this connection, in place of an earlier one. Throws `not_found` or `temporarily_unavailable`. */
  async begin(connection: Socket): Promise<{ readonly path: string }> {
    if (!this.#supported) throw new BrokerError('not_found', 'On this system a client cannot prove itself.')
    this.#nonces.get(connection)?.discard()
    if (this.#nonces.size >= mostOpen) {
      throw new BrokerError('temporarily_unavailable', `${mostOpen} clients prove themselves just now.`, { retryAfter: 1 })
    }
    const nonce = this.#reserve(connection)
    try {
      const path = join(await this.#prepareFolder(), nonce.name)
      closeSync(await create(path, 'wx', 0o600))
      // The client went away, or began anew, while the file was made.
      if (this.#nonces.get(connection) !== nonce) this.#remove(nonce)
      this.#complained = false
      return { path }
    } catch (error) {
      nonce.discard()
      this.#realFolder = undefined
      if (!this.#complained) this.#options.log.warn('clients cannot prove themselves', { reason: (error as Error).message })
      this.#complained = true
      throw new BrokerError('temporarily_unavailable', 'The file that proves a client cannot be made.')
    }
  }

  /**
   * Looks whether the process that the client names has the file of this connection open: `<pid>/<descriptor>`. This is done
   * once; a wrong answer proves nothing, and the file is gone in either case.
   */
  check(connection: Socket, answer: unknown): void {
    const nonce = this.#nonces.get(connection)
    if (nonce === undefined) return
    if (this.#realFolder !== undefined && typeof answer === 'string') {
      const found = processWith(join(this.#realFolder, nonce.name), answer)
      if (found !== undefined) this.#proven.set(connection, found)
    }
    nonce.discard()
  }

  /** What has been proven of this connection; the same object each time. */
  of(connection: Socket): ProvenProcess | undefined {
    return this.#proven.get(connection)
  }

  close(): void {
    if (!this.#supported) return
    for (const nonce of this.#nonces.values()) nonce.discard()
    try {
      rmSync(this.#folder, { recursive: true, force: true })
    } catch {
      // `begin` meets the same obstacle, and says so.
    }
  }

  #reserve(connection: Socket): Nonce {
    const nonce: Nonce = {
      name: randomBytes(16).toString('hex'),
      discard: () => {
        stopTimer()
        connection.off('close', nonce.discard)
        if (this.#nonces.get(connection) === nonce) this.#nonces.delete(connection)
        this.#remove(nonce)
      },
    }
    const stopTimer = this.#options.clock.after(patience, nonce.discard)
    connection.once('close', nonce.discard)
    this.#nonces.set(connection, nonce)
    return nonce
  }

  #remove({ name }: Nonce): void {
    rm(join(this.#folder, name), { force: true }).catch(() => {})
  }

  /** Answers its real path. */
  async #prepareFolder(): Promise<string> {
    if (this.#realFolder !== undefined) return this.#realFolder
    await mkdir(this.#folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    const facts = await lstat(this.#folder)
    if (!facts.isDirectory() || facts.uid !== process.getuid?.()) throw new Error(`${this.#folder} is not our folder`)
    if ((facts.mode & 0o077) !== 0) await chmod(this.#folder, 0o700)
    this.#realFolder = await realpath(this.#folder)
    return this.#realFolder
  }
}

/** The process of this user that has the file open under this descriptor. */
function processWith(file: string, answer: string): ProvenProcess | undefined {
  const [, pid, descriptor] = /^([1-9]\d{0,9})\/(\d{1,9})$/.exec(answer) ?? []
  if (pid === undefined) return undefined
  try {
    const before = birthOf(pid)
    if (readlinkSync(`/proc/${pid}/fd/${descriptor}`) !== file) return undefined
    if (statSync(`/proc/${pid}`).uid !== process.getuid?.()) return undefined
    const executable = readlinkSync(`/proc/${pid}/exe`)
    const parent = executableOf(before.parent)
    // The number may have become another process's meanwhile; its time of birth tells.
    const after = birthOf(pid)
    if (after.startedAt !== before.startedAt || after.parent !== before.parent) return undefined
    return { pid: Number(pid), executable, ...(parent === undefined ? {} : { parent }) }
  } catch {
    return undefined
  }
}

/** From proc_pid_stat(5): the parent is field 4, the start time field 22; the name, field 2, may hold spaces and brackets. */
function birthOf(pid: string): { readonly parent: string; readonly startedAt: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { parent: fields[1] ?? '', startedAt: fields[19] ?? '' }
}

/** Undefined for a process of another user, such as the one that adopts orphans. */
function executableOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return undefined
  }
}
