// One cell of the tables: one server under one kind of load for a moment.
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { cleanEnvironment } from './children.mjs'
import { cpuTime } from './process-tree.mjs'

const run = promisify(execFile)

/** A hundred rotations of oidc-agent one after the other take 40 s on a quiet machine. */
const burstSeconds = 300

/**
 * @typedef {{ id: string, connection: 'oneshot' | 'persistent', clients: number, pinned: boolean }} Mode
 * `pinned` puts client and server on one core. What a lone caller waits for is mostly a sleeping core that has to wake up, and
 * that depends on what else runs; on one core nothing has to wake up, and what is left is the work of the server.
 * @typedef {{ p50: number, p99: number, max: number, perSecond: number, requests: number, failures: number, cpu: number }} Cell
 * Times in microseconds; `cpu` is the CPU time of the server for one request.
 * @typedef {{ refused: number, failed: number, answered: number, milliseconds: number }} Burst
 */

/** @type {readonly Mode[]} */
const all = [
  { id: 'oneshot-1', connection: 'oneshot', clients: 1, pinned: false },
  { id: 'persistent-1', connection: 'persistent', clients: 1, pinned: false },
  { id: 'oneshot-1-pinned', connection: 'oneshot', clients: 1, pinned: true },
  { id: 'persistent-1-pinned', connection: 'persistent', clients: 1, pinned: true },
  { id: 'oneshot-64', connection: 'oneshot', clients: 64, pinned: false },
  { id: 'persistent-64', connection: 'persistent', clients: 64, pinned: false },
  { id: 'oneshot-64-pinned', connection: 'oneshot', clients: 64, pinned: true },
  { id: 'persistent-64-pinned', connection: 'persistent', clients: 64, pinned: true },
]

/** The kinds of load that this machine allows. */
export const modes = all.filter(({ pinned }) => !pinned || canPin())

/** What a server is warmed up with. */
export const warmUpModes = modes.filter(({ clients, pinned }) => clients === 1 && !pinned)

function canPin() {
  return process.platform === 'linux' && spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0
}

/** The load clients of a run. Throws where there is no C compiler. */
export class LoadClient {
  #load
  #burst
  #folder
  #requests = 0

  /** @param {import('./workshop.mjs').Workshop} workshop */
  constructor(workshop) {
    const made = ['load', 'burst'].map((name) => workshop.native(name))
    for (const each of made) if ('missing' in each) throw new Error(`${each.missing}, and the load client is written in C`)
    ;[this.#load, this.#burst] = made.map(({ program }) => program)
    this.#folder = workshop.folder
  }

  /**
   * Undefined where the server does not offer the mode.
   *
   * @param {import('./subjects.mjs').Subject} subject
   * @param {Mode} mode
   * @param {number} milliseconds
   * @returns {Promise<Cell | undefined>}
   */
  async cell(subject, mode, milliseconds) {
    const argv = subject.client === undefined ? this.#argv(subject, mode, milliseconds) : subject.client(mode, milliseconds)
    if (argv === undefined) return undefined
    const pids = [subject.pid].flat()
    const cores = mode.pinned ? pin(pids) : undefined
    try {
      const used = () => pids.reduce((sum, pid) => sum + cpuTime(pid), 0)
      const before = used()
      const [program, ...args] = cores === undefined ? argv : ['taskset', '-c', cores.first, ...argv]
      const { stdout } = await run(program, args, { env: subject.env ?? cleanEnvironment() })
      const result = JSON.parse(stdout)
      return { ...result, cpu: (used() - before) / result.requests }
    } finally {
      if (cores !== undefined) for (const pid of pids) allow(pid, cores.all)
    }
  }

  /**
   * Many callers at once, each with one question. A patient one waits for a place in the queue of the server.
   *
   * @param {{ socket: string, framing: import('./subjects.mjs').Framing }} subject
   * @param {number} callers
   * @param {{ request?: string, patient?: boolean }} [options]
   * @returns {Promise<Burst>}
   */
  async burst({ socket, framing }, callers, { request = framing.request('oneshot'), patient = true } = {}) {
    const file = this.#requestFile(request)
    const manner = patient ? 'patient' : 'impatient'
    const args = [socket, String(callers), file, framing.kind, framing.expected ?? '', manner, String(burstSeconds)]
    const { stdout } = await run(this.#burst, args, { env: cleanEnvironment() })
    return JSON.parse(stdout)
  }

  #argv({ socket, framing }, { connection, clients }, milliseconds) {
    const request = framing.request(connection)
    if (request === undefined) return undefined
    const file = this.#requestFile(request)
    return [this.#load, socket, connection, String(clients), String(milliseconds), file, framing.kind, framing.expected ?? '']
  }

  /** The request goes through a file, because it may hold any bytes. */
  #requestFile(request) {
    this.#requests += 1
    const file = path.join(this.#folder, `request-${this.#requests % 64}`)
    fs.writeFileSync(file, request)
    return file
  }
}

/** Puts every thread of the processes on one core; answers that core and the ones they had. */
function pin(pids) {
  const cores = /Cpus_allowed_list:\s*(\S+)/.exec(fs.readFileSync(`/proc/${pids[0]}/status`, 'utf8'))?.[1] ?? '0'
  const first = /\d+/.exec(cores)?.[0] ?? '0'
  for (const pid of pids) allow(pid, first)
  return { all: cores, first }
}

function allow(pid, cores) {
  execFileSync('taskset', ['-a', '-p', '-c', cores, String(pid)], { stdio: 'ignore' })
}
