// The measurement: every server under every kind of load and every command, once in each round, in an order that changes.
import { spawnSync } from 'node:child_process'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { cleanEnvironment } from './children.mjs'
import { modes, warmUpModes } from './load-cell.mjs'
import { shuffled } from './statistics.mjs'

/**
 * @typedef {import('./load-cell.mjs').Cell} Cell
 * @typedef {{ id: string, argv: readonly string[], env?: NodeJS.ProcessEnv, expect?: string }} Command
 */

const commandsPerRound = 3

/**
 * @param {readonly import('./subjects.mjs').Subject[]} subjects
 * @param {readonly Command[]} commands
 * @param {ReturnType<typeof import('./load-cell.mjs').loadClient> | undefined} cell undefined without a load client
 * @param {{ rounds: number, milliseconds: number, say: (text: string) => void }} options
 * @returns {Promise<{ cells: Map<string, Cell[]>, commands: Map<string, number[]>, othersShare: number }>} the rounds of each
 * `subject mode`, the wall times of each command in milliseconds, and the share of the processor that other programs used
 */
export async function measure(subjects, commands, cell, { rounds, milliseconds, say }) {
  const cells = new Map()
  const times = new Map(commands.map(({ id }) => [id, []]))
  /** @type {number[]} */
  const busy = []
  say('warming up')
  if (cell !== undefined) {
    for (const mode of warmUpModes) for (const subject of subjects) await warmUp(() => cell(subject, mode, 500))
  }
  // The first run of a command fills the caches of the disk.
  for (const command of commands) timeOf(command)
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`)
    busy.push(await othersShare())
    // The rows of one kind of load follow each other directly, so that their ratio is taken under one state of the machine.
    for (const mode of cell === undefined ? [] : shuffled(modes)) {
      for (const subject of shuffled(subjects)) {
        const key = `${subject.id} ${mode.id}`
        cells.set(key, [...(cells.get(key) ?? []), await answered(() => cell(subject, mode, milliseconds), key)])
      }
    }
    for (let run = 0; run < commandsPerRound; run += 1) {
      for (const command of shuffled(commands)) times.get(command.id)?.push(timeOf(command))
    }
  }
  return { cells, commands: times, othersShare: busy.reduce((sum, share) => sum + share, 0) / busy.length }
}

/**
 * Compiled code is what people have after a minute; the first second of a server is not of interest here. Counted in requests,
 * because on a busy machine a second may be a few hundred of them.
 *
 * @param {() => Promise<Cell>} once
 */
async function warmUp(once) {
  let requests = 0
  for (let tries = 0; tries < 8 && requests < 10_000; tries += 1) requests += (await once()).requests
}

/**
 * On a machine that others keep busy, a server may get no time at all in a cell; nothing can be said about it then.
 *
 * @param {() => Promise<Cell>} once
 * @param {string} key
 */
async function answered(once, key) {
  for (let tries = 0; tries < 5; tries += 1) {
    const result = await once()
    if (result.p50 > 0) return result
  }
  throw new Error(`${key}: no request was answered in five tries`)
}

/** The wall time of a whole command. @param {Command} command */
function timeOf({ id, argv, env, expect }) {
  const start = performance.now()
  const { status, stdout } = spawnSync(argv[0], argv.slice(1), { env: { ...cleanEnvironment(), ...env } })
  const time = performance.now() - start
  if (status !== 0 || (expect !== undefined && stdout.toString().trim() !== expect)) throw new Error(`${id} failed`)
  return time
}

/** What the processor does while the benchmark does nothing: how much the figures are those of a busy machine. */
async function othersShare() {
  const before = processorTimes()
  await sleep(300)
  const after = processorTimes()
  return (after.busy - before.busy) / (after.all - before.all)
}

function processorTimes() {
  const times = os.cpus().map((cpu) => cpu.times)
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) }
}
