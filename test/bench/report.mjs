// The figures as Markdown: what is printed is also what `--write` puts into RESULTS.md. Each part brings its tables, its goals and
// the sentences that say what its figures mean, so that RESULTS.md cannot say one thing in its table and another below it.
import { goalRow, isMet, percent, table } from './tables.mjs'

/**
 * @typedef {object} Part
 * @property {string} title
 * @property {() => Promise<void>} start starts what it measures
 * @property {(round: number) => Promise<void>} round measures everything once
 * @property {() => Promise<void>} [end] what is measured once
 * @property {() => PartReport} report
 *
 * @typedef {{ tables: string[], goals: import('./tables.mjs').Goal[], reading: string[] }} PartReport
 *
 * @typedef {object} Setting
 * @property {string} machine
 * @property {number} rounds
 * @property {number} milliseconds
 * @property {number} othersShare the share of the processor that other programs used
 * @property {Iterable<string>} skipped what is not measured, and why
 * @property {readonly string[]} left the parts that were left out
 */

/** @param {Setting} setting @param {readonly Part[]} parts */
export function report(setting, parts) {
  const reports = parts.map((part) => part.report())
  const goals = reports.flatMap((each) => each.goals)
  const met = goals.filter(isMet).length
  return [
    '# What TokenTray costs',
    head(setting),
    missing(setting),
    ...reports.flatMap((each) => each.tables),
    goals.length === 0
      ? ''
      : `## Goals\n${met} of ${goals.length} are met.\n\n${table(['goal', 'limit', 'measured', ''], goals.map(goalRow))}`,
    `## Reading\n${[...reports.flatMap((each) => each.reading), ...busy(setting)].map((point) => `- ${point}`).join('\n')}`,
  ]
    .filter((text) => text !== '')
    .join('\n\n')
    .concat('\n')
}

function head({ rounds, milliseconds, machine, othersShare }) {
  return (
    `Made by \`npm run bench -- --write\`. Everything ran side by side in one run: ${rounds} rounds, each cell of load ${milliseconds} ms per ` +
    'round, the kinds of load shuffled in each round and the rows shuffled in each kind of load. Figures are medians over the rounds; × is ' +
    'the median of the ratios within a round, with their middle half in brackets. The token has 2,000 bytes everywhere; the fixed-answer ' +
    'servers send the bytes of a whole answer of TokenTray. The load clients and the C server are the small C files in this folder. What is ' +
    'empty is not offered by the row.\n\n' +
    `Machine: ${machine}. Other programs used ${percent(othersShare)} of the processor meanwhile. ${new Date().toISOString().slice(0, 10)}.`
  )
}

function missing({ skipped, left }) {
  const lines = [...skipped, ...left.map((title) => `${title}: left out by --only`)]
  return lines.length === 0 ? '' : `Not measured:\n${lines.map((line) => `- ${line}`).join('\n')}`
}

function busy({ othersShare }) {
  if (othersShare < 0.1) return []
  return [
    `The machine was not idle: other programs used ${percent(othersShare)} of it. The times, and above all each p99, are those of a busy ` +
      'machine; the ratios suffer less, and only they can be compared with another run.',
  ]
}
