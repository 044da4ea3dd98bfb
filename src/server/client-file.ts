import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { ClientRegister, Clock, Log } from '../core/index.ts'
import { BrokerError, type ClientPolicy, clientPolicy } from '../protocol/index.ts'

export interface ClientFileOptions {
  /** The folder of TokenTray. */
  readonly home: string
  readonly clock: Clock
  readonly log: Log
}

const file = clientPolicy.extend({ version: z.literal(1) })

/**
 * What the person decided about clients, in `<home>/clients.json`, with a second copy of the same text beside it, which is used
 * when the first is damaged or gone, and is never older. Without either, every client has to ask: damage never allows what was
 * denied.
 */
export class ClientFile implements ClientRegister {
  readonly #options: ClientFileOptions
  readonly #path: string
  readonly #copy: string
  #policy: ClientPolicy

  constructor(options: ClientFileOptions) {
    this.#options = options
    this.#path = join(options.home, 'clients.json')
    this.#copy = `${this.#path}.copy`
    const main = readPolicy(this.#path)
    const copy = typeof main === 'object' ? main : readPolicy(this.#copy)
    const known = typeof copy === 'object' ? copy : undefined
    const fresh = main === undefined && copy === undefined
    this.#policy = known ?? { ask: !fresh, rules: [] }
    if (typeof main !== 'object' && !fresh) this.#repair(known !== undefined)
  }

  read(): ClientPolicy {
    return this.#policy
  }

  write(policy: ClientPolicy): void {
    this.#policy = policy
    const text = `${JSON.stringify({ version: 1, ...policy }, null, 2)}\n`
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      // A copy that was older than the file could allow again what was denied since.
      rmSync(this.#copy, { force: true })
      replace(this.#path, text)
      replace(this.#copy, text)
    } catch (error) {
      throw new BrokerError('vault_unavailable', `What you decided could not be written to ${this.#path} (${codeOf(error)}).`, {
        fix: 'It counts until TokenTray ends. Free some space, or make the folder writable, and decide again.',
      })
    }
  }

  /** Best effort: on a read-only disk the policy in memory has to do, and the next start finds the same damage. */
  #repair(restored: boolean): void {
    const { log, clock } = this.#options
    const aside = `${this.#path}.damaged-${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-')}`
    let kept = false
    try {
      kept = keepAside(this.#path, aside)
      this.write(this.#policy)
    } catch {
      if (kept) rmSync(aside)
    }
    log.warn('clients file damaged', { file: this.#path, ...(kept ? { aside } : {}), restored, ask: this.#policy.ask })
  }
}

/** The register beside the memory vault, which writes nothing. */
export class MemoryClientRegister implements ClientRegister {
  #policy: ClientPolicy = { ask: false, rules: [] }

  read(): ClientPolicy {
    return this.#policy
  }

  write(policy: ClientPolicy): void {
    this.#policy = policy
  }
}

/** Undefined when there is no such file. One that cannot be read is as good as damaged. */
function readPolicy(path: string): ClientPolicy | 'damaged' | undefined {
  try {
    const { version: _, ...policy } = file.parse(JSON.parse(readFileSync(path, 'utf8')))
    return policy
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : 'damaged'
  }
}

/** A power cut leaves the old or the new text and nothing in between. */
function replace(path: string, text: string): void {
  const unfinished = `${path}.tmp`
  rmSync(unfinished, { force: true })
  try {
    const target = openSync(unfinished, 'wx', 0o600)
    try {
      writeFileSync(target, text)
      fsyncSync(target)
    } finally {
      closeSync(target)
    }
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
  if (process.platform === 'win32') return
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** A second name for the damaged file; a link needs no space on a disk that has none. */
function keepAside(path: string, aside: string): boolean {
  if (!existsSync(path) || existsSync(aside)) return false
  try {
    linkSync(path, aside)
  } catch {
    copyFileSync(path, aside)
  }
  return true
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown fault'
}
