// One cell of the tables: one server under one kind of load for a moment.
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { cpuTime } from './subjects.mjs'
import { requestText } from './token-socket.mjs'

const run = promisify(execFile)

/**
 * @typedef {{ id: string, connection: 'oneshot' | 'persistent', clients: number, pinned: boolean }} Mode
 * `pinned` puts client and server on one core. What a lone caller waits for is mostly a sleeping core that has to wake up, and
 * that depends on what else runs; on one core nothing has to wake up, and what is left is the work of the server.
 * @typedef {{ p50: number, p99: number, max: number, perSecond: number, requests: number, failures: number, cpu: number }} Cell
 * Times in microseconds; `cpu` is the CPU time of the server for one request.
 */

/** @type {readonly Mode[]} */
const all = [
  { id: 'oneshot-1', connection: 'oneshot', clients: 1, pinned: false },
  { id: 'persistent-1', connection: 'persistent', clients: 1, pinned: false },
  { id: 'oneshot-1-pinned', connection: 'oneshot', clients: 1, pinned: true },
  { id: 'persistent-1-pinned', connection: 'persistent', clients: 1, pinned: true },
  { id: 'oneshot-64', connection: 'oneshot', clients: 64, pinned: false },
  { id: 'persistent-64', connection: 'persistent', clients: 64, pinned: false },
]

/** The kinds of load that this machine allows. */
export const modes = all.filter(({ pinned }) => !pinned || canPin())

/** What a server is warmed up with. */
export const warmUpModes = modes.filter(({ clients, pinned }) => clients === 1 && !pinned)

function canPin() {
  return process.platform === 'linux' && spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0
}

/**
 * Prepares the load client.
 *
 * @param {string} load the compiled client
 * @param {string} folder
 * @returns {(subject: import('./subjects.mjs').Subject, mode: Mode, milliseconds: number) => Promise<Cell>}
 */
export function loadClient(load, folder) {
  const request = (connection) => path.join(folder, `${connection}.request`)
  for (const { connection } of modes) fs.writeFileSync(request(connection), requestText(connection))
  return async ({ socket, pid }, { connection, clients, pinned }, milliseconds) => {
    const argv = [load, socket, connection, String(clients), String(milliseconds), request(connection)]
    const cores = pinned ? pin(pid) : undefined
    try {
      const before = cpuTime(pid)
      const [program, ...args] = cores === undefined ? argv : ['taskset', '-c', cores.first, ...argv]
      const { stdout } = await run(program, args)
      const result = JSON.parse(stdout)
      return { ...result, cpu: (cpuTime(pid) - before) / result.requests }
    } finally {
      if (cores !== undefined) allow(pid, cores.all)
    }
  }
}

/** Puts every thread of the process on one core; answers that core and the ones it had. */
function pin(pid) {
  const all = /Cpus_allowed_list:\s*(\S+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  const first = /\d+/.exec(all)?.[0] ?? '0'
  allow(pid, first)
  return { all, first }
}

function allow(pid, cores) {
  execFileSync('taskset', ['-a', '-p', '-c', cores, String(pid)], { stdio: 'ignore' })
}
