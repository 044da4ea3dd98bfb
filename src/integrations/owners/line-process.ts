import { type ChildProcess, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { z } from 'zod'

/** How to start a program that is spoken to in lines of JSON. */
export interface LineProgram {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folder: string
}

/** Why a program gave no answer. `refused` carries the number of JSON-RPC that it refused with. */
export type LineFault =
  | { readonly kind: 'not_started' | 'late' | 'senseless' | 'stopped' }
  | { readonly kind: 'ended'; readonly code: number | undefined }
  | { readonly kind: 'refused'; readonly number: number }

export class LineFaultError extends Error {
  readonly fault: LineFault

  constructor(fault: LineFault) {
    super(`The program gave no answer (${fault.kind}).`)
    this.fault = fault
  }
}

/** A question of the program has an id of its own, and a method. */
const answerLine = z.object({
  id: z.number(),
  method: z.undefined().optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number() }).optional(),
})

/** Characters without an end of line. Whatever writes more is not answering. */
const longestLine = 1_048_576

/** How long a program that was told to end may take. Milliseconds. */
const endPatience = 2_000

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: LineFaultError) => void
}

/**
 * A program under way that answers JSON-RPC 2.0, a line each, on its standard streams. What it says without having been asked is
 * passed over. After any fault it is of no further use, and has to be ended.
 */
export class LineProcess {
  readonly #child: ChildProcess & { readonly stdin: Writable }
  readonly #waiting = new Map<number, Waiting>()
  readonly #closed: Promise<void>
  #lastId = 0
  #rest = ''
  #fault: LineFault | undefined

  constructor({ file, args, env, folder }: LineProgram) {
    const isScript = /\.(cmd|bat)$/i.test(file)
    const child = spawn(isScript ? `"${file}"` : file, args, {
      cwd: folder,
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
      // Only a shell runs a script of Windows. Elsewhere it is a group, so that what the program itself starts ends with it.
      ...(isScript ? { shell: true } : { detached: process.platform !== 'win32' }),
    })
    this.#child = child
    this.#closed = new Promise((resolve) => {
      child.once('close', (code) => {
        this.#fail({ kind: 'ended', code: code ?? undefined })
        resolve()
      })
      child.once('error', () => {
        this.#fail({ kind: 'not_started' })
        if (child.pid === undefined) resolve()
      })
    })
    // A program that ends does so while something is being written to it.
    child.stdin.on('error', () => {})
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text))
  }

  /** Whether it can be asked again. */
  get isOfUse(): boolean {
    return this.#fault === undefined
  }

  /** Asks, and waits so many milliseconds at most. Rejects with a LineFaultError. */
  ask(method: string, params: object, patience: number): Promise<unknown> {
    if (this.#fault !== undefined) return Promise.reject(new LineFaultError(this.#fault))
    this.#lastId += 1
    const id = this.#lastId
    const late = setTimeout(() => this.#fail({ kind: 'late' }), patience)
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#write({ jsonrpc: '2.0', id, method, params })
    }).finally(() => clearTimeout(late))
  }

  tell(method: string): void {
    this.#write({ jsonrpc: '2.0', method })
  }

  /** Closes its input, which asks it to end, and ends it when it does not. Settles when it has ended. */
  async end(): Promise<void> {
    this.#fail({ kind: 'stopped' })
    this.#child.stdin.end()
    const late = setTimeout(() => this.#kill(), endPatience)
    await this.#closed
    clearTimeout(late)
  }

  #write(message: object): void {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`)
  }

  #kill(): void {
    const { pid } = this.#child
    try {
      if (process.platform === 'win32' || pid === undefined) this.#child.kill('SIGKILL')
      else process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > longestLine) this.#fail({ kind: 'senseless' })
    for (const line of lines) this.#hear(line)
  }

  /** A wrapper around the program may print something of its own before; only what begins like an object is meant for us. */
  #hear(line: string): void {
    if (!line.startsWith('{')) return
    const message = parseLine(line)
    if (message === undefined) this.#fail({ kind: 'senseless' })
    const answer = answerLine.safeParse(message).data
    const waiting = answer === undefined ? undefined : this.#waiting.get(answer.id)
    if (answer === undefined || waiting === undefined) return
    this.#waiting.delete(answer.id)
    if (answer.error === undefined) waiting.resolve(answer.result)
    else waiting.reject(new LineFaultError({ kind: 'refused', number: answer.error.code }))
  }

  #fail(fault: LineFault): void {
    this.#fault ??= fault
    for (const { reject } of this.#waiting.values()) reject(new LineFaultError(fault))
    this.#waiting.clear()
  }
}

function parseLine(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
