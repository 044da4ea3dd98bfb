// The processes of the benchmark: each in a group of its own, and all of them ended with it, however it ends.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** @type {Set<Child>} */
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.signal('SIGTERM')
})

export class Child {
  #process
  /** @type {string[]} */
  #lines = []
  #errors = ''
  /** @type {((line: string | undefined) => void) | undefined} */
  #waiting
  ended = false

  /** @param {readonly string[]} argv @param {NodeJS.ProcessEnv} env */
  constructor(argv, env) {
    this.#process = spawn(argv[0], argv.slice(1), { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    running.add(this)
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#hand(line))
    this.#process.stderr.on('data', (chunk) => {
      this.#errors = (this.#errors + chunk).slice(-4_000)
    })
    this.#process.on('error', (error) => this.#end(error.message))
    this.#process.on('exit', () => this.#end(''))
  }

  get pid() {
    return this.#process.pid
  }

  /** The end of what it wrote to standard error. */
  get errors() {
    return this.#errors
  }

  /** @param {string} text */
  write(text) {
    this.#process.stdin.write(`${text}\n`)
  }

  /** The next line of its standard output; rejects when it ends before. */
  async line() {
    const line = this.#lines.shift() ?? (this.ended ? undefined : await new Promise((resolve) => this.#listen(resolve)))
    if (line === undefined) throw new Error(`${this.#process.spawnfile} ended early: ${this.#errors.trim()}`)
    return line
  }

  /** Its exit status when it has ended; null when a signal ended it. @returns {Promise<number | null>} */
  status() {
    const { exitCode, signalCode } = this.#process
    if (exitCode !== null || signalCode !== null) return Promise.resolve(exitCode)
    return new Promise((resolve) => this.#process.once('exit', resolve))
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    try {
      if (this.pid !== undefined) process.kill(-this.pid, name)
    } catch {
      // The group is gone already.
    }
  }

  async stop() {
    this.signal('SIGTERM')
    for (let waited = 0; !this.ended && waited < 8_000; waited += 50) await sleep(50)
    if (!this.ended) this.signal('SIGKILL')
  }

  /** @param {(line: string | undefined) => void} resolve */
  #listen(resolve) {
    this.#waiting = resolve
  }

  /** @param {string | undefined} line */
  #hand(line) {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) waiting(line)
    else if (line !== undefined) this.#lines.push(line)
  }

  /** @param {string} error */
  #end(error) {
    this.ended = true
    this.#errors += error
    running.delete(this)
    this.#hand(undefined)
  }
}

export async function stopAll() {
  await Promise.all([...running].map((child) => child.stop()))
}

/**
 * The environment of everything that is measured: nothing of a broker or an editor of the person who measures, and no extra
 * certificates, which Node 20 reads at every start and which would double the time of a command.
 */
export function cleanEnvironment() {
  const unwanted = /^(TOKENTRAY_(?!TEST_CACHE)|ELECTRON_RUN_AS_NODE|NODE_OPTIONS$|NODE_EXTRA_CA_CERTS$|DISPLAY$|WAYLAND_DISPLAY$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)))
}
