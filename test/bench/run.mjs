// `npm run bench`: what TokenTray costs, side by side in one run with its peers and with what it could cost at best.
//
//   npm run bench                       measures and prints, about twelve minutes
//   npm run bench -- --write            and writes test/bench/RESULTS.md
//     --only PARTS        of memory, sockets, commands, refresh, isolation, accounts, window; with commas between them
//     --rounds N          7 or more are needed to write; 7 by default
//     --quick             one short round, to see that everything works; its figures mean nothing
//     --no-build          measures what is in out/
//     --no-app            leaves Electron out
//     --build FOLDER      measures the daemon of another build as well, to compare a change with what it replaces; FOLDER is an
//                         `out/` beside a `node_modules/`, and its name in the tables is that of the folder around it; repeatable
//
// Peers that are missing are installed from Debian's packages when that needs no password; otherwise they are left out.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { stopAll } from './children.mjs'
import { describeMachine, othersShare } from './machine.mjs'
import { Accounts } from './parts/accounts.mjs'
import { Commands } from './parts/commands.mjs'
import { Isolation } from './parts/isolation.mjs'
import { Memory } from './parts/memory.mjs'
import { Refresh } from './parts/refresh.mjs'
import { Sockets } from './parts/sockets.mjs'
import { Window } from './parts/window.mjs'
import { report } from './report.mjs'
import { buildProject, HERE } from './tools.mjs'
import { Workshop } from './workshop.mjs'

const fewestRounds = 7

/** In the order of the report. */
const allParts = {
  sockets: Sockets,
  refresh: Refresh,
  isolation: Isolation,
  commands: Commands,
  memory: Memory,
  accounts: Accounts,
  window: Window,
}

const { values: options } = parseArgs({
  options: {
    write: { type: 'boolean' },
    only: { type: 'string', default: Object.keys(allParts).join() },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    'no-build': { type: 'boolean' },
    'no-app': { type: 'boolean', default: false },
    build: { type: 'string', multiple: true, default: [] },
  },
})
const rounds = Number(options.rounds ?? (options.quick ? 1 : fewestRounds))
const wanted = options.only.split(',')
const unknown = wanted.filter((name) => !(name in allParts))
const fewest = options.write ? fewestRounds : 1
if (unknown.length > 0) refuse(`--only ${unknown.join()}: the parts are ${Object.keys(allParts).join(', ')}.`)
if (!Number.isInteger(rounds) || rounds < fewest) {
  refuse(`--rounds ${rounds}: ${fewest} rounds or more are needed${options.write ? ' to write figures down' : ''}.`)
}

const say = (text) => process.stderr.write(`bench: ${text}\n`)
const workshop = new Workshop(
  {
    rounds,
    quick: options.quick,
    milliseconds: options.quick ? 100 : 200,
    app: !options['no-app'],
    otherBuilds: options.build.map((out) => ({ name: path.basename(path.dirname(path.resolve(out))), out: path.resolve(out) })),
  },
  say,
)
try {
  await bench()
} finally {
  await stopAll()
}
// The display is a process of the shared test support, which keeps this one alive until it is ended.
process.exit(process.exitCode)

async function bench() {
  if (!options['no-build']) buildProject()
  await workshop.prepare()
  /** @type {Map<string, import('./report.mjs').Part>} */
  const parts = new Map()
  for (const [name, Part] of Object.entries(allParts)) {
    const part = wanted.includes(name) ? await workshop.attempt(name, () => new Part(workshop)) : undefined
    if (part !== undefined) parts.set(name, part)
  }
  // Memory comes first and alone: pages that several Electrons share would be counted in parts.
  const { memory, ...others } = Object.fromEntries(parts)
  const first = memory === undefined ? { busy: [], whole: [] } : await measure([memory])
  const then = await measure(Object.values(others))
  const busy = [...first.busy, ...then.busy]
  const share = busy.reduce((sum, each) => sum + each, 0) / Math.max(1, busy.length)
  const left = Object.keys(allParts).filter((name) => !wanted.includes(name))
  const { milliseconds } = workshop.options
  const setting = { machine: describeMachine(), rounds, milliseconds, othersShare: share, skipped: workshop.skipped, left }
  const whole = new Set([...first.whole, ...then.whole])
  const text = report(
    setting,
    [...parts.values()].filter((part) => whole.has(part)),
  )
  process.stdout.write(`\n${text}`)
  if (options.write) fs.writeFileSync(path.join(HERE, 'RESULTS.md'), text)
  // A part that broke is named in the report, and the other figures stand; but the run has not done what it was asked for.
  if (whole.size < parts.size) process.exitCode = 1
}

/**
 * All parts once in each round, so that a disturbance of the machine does not fall on one of them. Answers the parts that came to
 * their end, and how busy the machine was.
 *
 * @param {readonly import('./report.mjs').Part[]} parts
 */
async function measure(parts) {
  const busy = []
  const whole = new Set(parts)
  const attempt = async (part, work) => {
    const done = whole.has(part) && (await workshop.attempt(part.title, () => work().then(() => true)))
    if (done !== true) whole.delete(part)
  }
  for (const part of parts) {
    say(`preparing ${part.title}`)
    await attempt(part, () => part.start())
  }
  for (let round = 1; whole.size > 0 && round <= rounds; round += 1) {
    busy.push(await othersShare())
    for (const part of [...whole]) {
      const start = performance.now()
      await attempt(part, () => part.round(round))
      say(`round ${round} of ${rounds}: ${part.title}, ${((performance.now() - start) / 1_000).toFixed(1)} s`)
    }
  }
  for (const part of [...whole]) await attempt(part, async () => part.end?.())
  return { busy, whole: [...whole] }
}

/** @param {string} reason */
function refuse(reason) {
  console.error(reason)
  process.exit(64)
}
