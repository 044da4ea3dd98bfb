// Whole commands, from start to end, as a shell script waits for them; and what `tokentray token` loads to do its work.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { cleanEnvironment } from '../children.mjs'
import { ghCommand } from '../peers.mjs'
import { median, ratio, shuffled } from '../statistics.mjs'
import { tokenOf } from '../subjects.mjs'
import { fixed, table, times } from '../tables.mjs'
import { hasCommands, PROJECT } from '../tools.mjs'

/** @typedef {{ id: string, argv: readonly string[], env?: NodeJS.ProcessEnv, expect?: string }} Command */

const runsPerRound = 3
const heavy = ['undici', 'fastify', 'zod', 'commander']

export class Commands {
  title = 'whole commands'
  /** @type {Command[]} */
  #commands = []
  /** @type {Map<string, number[]>} */
  #times = new Map()
  /** The packages that `tokentray token` loads. @type {string[]} */
  #packages = []
  #workshop

  /** @param {import('../workshop.mjs').Workshop} workshop */
  constructor(workshop) {
    this.#workshop = workshop
  }

  async start() {
    const workshop = this.#workshop
    const { socket, home } = await workshop.headless()
    const token = await tokenOf(socket)
    const env = { TOKENTRAY_HOME: home, TOKENTRAY_SOCKET: socket }
    const tokentray = (out) => [process.execPath, path.join(out, 'node/tokentray.js'), 'token', 'practice']
    const own = { id: 'tokentray token', argv: tokentray(path.join(PROJECT, 'out')), env, expect: token }
    this.#commands.push({ id: 'node -e 0', argv: [process.execPath, '-e', '0'] }, own)
    for (const { name, out } of workshop.options.otherBuilds)
      this.#commands.push({ ...own, id: `tokentray token, ${name}`, argv: tokentray(out) })
    const agent = await workshop.oidcAgent()
    if (agent !== undefined) this.#commands.push({ id: 'oidc-token', argv: ['oidc-token', 'perf'], env: agent.agent.env })
    const gh = await workshop.attempt('gh auth token', () => ghCommand(workshop, token))
    if (gh !== undefined) this.#commands.push(gh)
    if (hasCommands(['curl'])) {
      const argv = ['curl', '-sS', '--unix-socket', socket, '-H', 'Accept: text/plain', 'http://localhost/v1/token/practice']
      this.#commands.push({ id: 'curl --unix-socket', argv, expect: token })
    } else workshop.skip('curl --unix-socket: curl is not installed')
    this.#packages = loadedPackages(own, path.join(workshop.folder, 'coverage'))
    // The first run of a command fills the caches of the disk.
    for (const command of this.#commands) timeOf(command)
  }

  async round() {
    for (let run = 0; run < runsPerRound; run += 1) {
      for (const command of shuffled(this.#commands)) {
        this.#times.set(command.id, [...(this.#times.get(command.id) ?? []), timeOf(command)])
      }
    }
  }

  report() {
    const values = (id) => this.#times.get(id) ?? []
    const compared = (id, reference) => ratio(values(id), values(reference))
    const rows = this.#commands.map(({ id }) => [
      `\`${id}\``,
      fixed(median(values(id)), 1),
      fixed(Math.min(...values(id)), 1),
      times(compared(id, 'node -e 0')),
      times(compared(id, 'oidc-token')),
    ])
    const loaded = this.#packages.filter((name) => heavy.includes(name))
    const header = ['command', 'median ms', 'fastest', '× node -e 0', '× oidc-token']
    const own = compared('tokentray token', 'node -e 0').median
    const gh = compared('tokentray token', 'gh auth token').median
    return {
      tables: [`## Whole commands\nFrom start to end, as a shell script waits for them.\n\n${table(header, rows)}`],
      goals: [
        { name: 'tokentray token, wall time', limit: 1.35, measured: own, unit: '× node -e 0' },
        ...(Number.isNaN(gh) ? [] : [{ name: 'tokentray token, wall time', limit: 1, measured: gh, unit: '× gh auth token' }]),
        { name: `tokentray token: of ${heavy.join(', ')}`, limit: 0, measured: loaded.length, unit: 'loaded' },
      ],
      reading: [
        `\`tokentray token\` takes ${own.toFixed(2)} × the time of a Node that does nothing; what it adds is loading its own code and one ` +
          `request. It loads ${this.#packages.length === 0 ? 'no package at all' : `these packages: ${this.#packages.join(', ')}`}. ` +
          'The rest is the start of Node, which no code of ours can shorten: a script that needs tokens often is better off with curl, or with ' +
          'a connection that it keeps.',
      ],
    }
  }
}

/** The wall time of a whole command. @param {Command} command */
function timeOf({ id, argv, env, expect }) {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1), { env: { ...cleanEnvironment(), ...env } })
  const time = performance.now() - start
  if (status !== 0 || (expect !== undefined && stdout.toString().trim() !== expect)) throw new Error(`${id} failed: ${stderr}`)
  return time
}

/** V8 writes down every script of a process when it is asked for the coverage. @param {Command} command @param {string} folder */
function loadedPackages({ argv, env }, folder) {
  spawnSync(argv[0], argv.slice(1), { env: { ...cleanEnvironment(), ...env, NODE_V8_COVERAGE: folder } })
  const urls = fs
    .readdirSync(folder)
    .flatMap((name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')).result.map(({ url }) => url))
  if (!urls.some((url) => url.endsWith('/tokentray.js'))) throw new Error('the coverage names no script of tokentray')
  const packages = urls.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]).filter((name) => name !== undefined)
  return [...new Set(packages)].sort()
}
