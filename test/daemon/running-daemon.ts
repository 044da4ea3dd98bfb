// A broker as a user runs it: `tokentray daemon` in a process of its own, on a home of its own, and the `tokentray` commands that
// talk to it. The program is the built one, so `npm run build` comes first.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { type Answer, ask, type Question } from './socket-request.ts'

export const program =
  process.env.TOKENTRAY_TEST_PROGRAM ?? fileURLToPath(new URL('../../out/node/tokentray.js', import.meta.url))

// Each test starts processes, several at once, on a machine that may have two cores and other work to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

/** A value of undefined takes a variable away. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface Ended {
  /** Null when a signal ended the process. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const running = new Set<ChildProcessWithoutNullStreams>()
// A test process that is killed by its runner must not leave brokers behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A `tokentray` process under way. */
export class RunningProcess {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcessWithoutNullStreams
  readonly #said = { stdout: '', stderr: '' }

  constructor(args: readonly string[], env: Environment) {
    const child = spawn(process.execPath, [program, ...args], { env: withoutUndefined(env) })
    this.#child = child
    running.add(child)
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        this.#said[name] += text
      })
    }
    // A process that ends before it has read everything is not a fault of the test.
    child.stdin.on('error', () => {})
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => {
        running.delete(child)
        resolve({ code, ...this.#said })
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** What it has written so far. */
  get said(): { readonly stdout: string; readonly stderr: string } {
    return { ...this.#said }
  }

  type(text: string): void {
    this.#child.stdin.write(text)
  }

  /** Ends its standard input. */
  hangUp(): void {
    this.#child.stdin.end()
  }

  /** Closes the ends that its output goes to, as `| head -1` does. */
  closeOutput(): void {
    this.#child.stdout.destroy()
    this.#child.stderr.destroy()
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** The first capture group of the pattern in what it has written; rejects when it ends without having written that. */
  async until(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
    return until(`${pattern} on ${stream} of the process`, () => {
      const found = pattern.exec(this.#said[stream])
      if (found !== null) return found[1] ?? found[0]
      if (this.hasEnded) throw new Error(`it ended before: ${JSON.stringify(this.#said)}`)
      return undefined
    })
  }
}

/** A home, and the broker that runs on it. */
export class RunningDaemon {
  readonly home: string
  /** What all processes of this home are started with. */
  env: Environment
  #process: RunningProcess | undefined
  #earlier: Ended[] = []

  constructor(home: string, env: Environment) {
    this.home = home
    this.env = env
  }

  get socket(): string {
    return this.env.TOKENTRAY_SOCKET ?? join(this.home, 'agent.sock')
  }

  get process(): RunningProcess {
    if (this.#process === undefined) throw new Error('the daemon does not run')
    return this.#process
  }

  get pid(): number {
    return this.process.pid
  }

  /** Everything that all daemons of this home have written. */
  get said(): string {
    return [...this.#earlier, ...(this.#process === undefined ? [] : [this.#process.said])]
      .map(({ stdout, stderr }) => stdout + stderr)
      .join('')
  }

  /** Starts it and waits for the ready line; `changes` stay in effect. */
  async start(changes: Environment = {}): Promise<void> {
    this.env = { ...this.env, ...changes }
    this.#process = new RunningProcess(['daemon'], this.env)
    await this.#process.until('stdout', /^tokentray: ready on .*\n/)
  }

  /** SIGTERM; answers how it ended. */
  stop(): Promise<Ended> {
    return this.#end('SIGTERM')
  }

  /** As a crash would end it. */
  kill(): Promise<Ended> {
    return this.#end('SIGKILL')
  }

  async #end(signal: NodeJS.Signals): Promise<Ended> {
    const { process } = this
    process.signal(signal)
    const ended = await process.ended
    this.#earlier.push(ended)
    this.#process = undefined
    return ended
  }

  async clear(): Promise<void> {
    if (this.#process !== undefined) await this.kill()
    await rm(this.home, { recursive: true, force: true })
  }

  /** One request over the socket. */
  ask(path: string, question: Question = {}): Promise<Answer> {
    return ask(this.socket, path, question)
  }

  async status(): Promise<BrokerSnapshot> {
    return (await this.ask('/v1/status')).json as BrokerSnapshot
  }

  /** Starts a `tokentray` command against this broker. */
  startCli(args: readonly string[], changes: Environment = {}): RunningProcess {
    return new RunningProcess(args, { ...this.env, ...changes })
  }

  /** Runs a `tokentray` command to its end, with nothing on its standard input. One that does not end is ended, with code null. */
  async cli(args: readonly string[], changes: Environment = {}, limit = 25_000): Promise<Ended> {
    const command = this.startCli(args, changes)
    command.hangUp()
    const late = setTimeout(() => command.signal('SIGKILL'), limit)
    return command.ended.finally(() => clearTimeout(late))
  }
}

/** A fresh home of a short path, with nothing of the user's own environment in it. Nothing is started; the caller clears it. */
export async function newHome(env: Environment): Promise<RunningDaemon> {
  // Directly below /tmp, whatever TMPDIR says: a socket path may have no more than 100 bytes.
  const home = await mkdtemp('/tmp/tt-d-')
  const { PATH } = process.env
  return new RunningDaemon(home, {
    PATH,
    HOME: home,
    LC_ALL: 'C.UTF-8',
    TOKENTRAY_VAULT: 'memory',
    ...env,
    TOKENTRAY_HOME: home,
  })
}

export async function withHome<T>(env: Environment, body: (daemon: RunningDaemon) => Promise<T>): Promise<T> {
  const daemon = await newHome(env)
  try {
    return await body(daemon)
  } finally {
    await daemon.clear()
  }
}

/** A daemon that is ready; its home is gone afterwards. */
export function withDaemon<T>(env: Environment, body: (daemon: RunningDaemon) => Promise<T>): Promise<T> {
  return withHome(env, async (daemon) => {
    await daemon.start()
    return body(daemon)
  })
}

/** Looks until there is a value; rejects with what was waited for when the time is over. Milliseconds. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  patience = 30_000,
): Promise<T> {
  const deadline = performance.now() + patience
  for (;;) {
    const value = await look()
    if (value !== undefined && value !== false) return value
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await sleep(15)
  }
}

function withoutUndefined(env: Environment): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
}
