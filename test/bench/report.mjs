// The figures as Markdown: what is printed is also what `--write` puts into RESULTS.md.
import { goals, reading } from './reading.mjs'
import { median, quantile, ratio } from './statistics.mjs'

/**
 * @typedef {object} Results
 * @property {readonly import('./subjects.mjs').Subject[]} subjects
 * @property {Map<string, import('./load-cell.mjs').Cell[]>} cells of each `subject mode`
 * @property {Map<string, number[]>} commands
 * @property {number} othersShare the share of the processor that other programs used
 * @property {readonly string[]} skipped what is not measured, and why
 * @property {string} machine
 * @property {number} rounds
 * @property {number} milliseconds
 * @property {number} answerBytes
 */

/** One look at the results: medians over the rounds, and medians of the ratios of the rounds. */
export class Figures {
  /** @param {Results} results */
  constructor(results) {
    this.results = results
  }

  has(subject, mode) {
    return this.results.cells.has(`${subject} ${mode}`)
  }

  median(subject, mode, figure) {
    return median(this.#values(subject, mode, figure))
  }

  spread(subject, mode, figure) {
    const values = this.#values(subject, mode, figure)
    return { low: quantile(values, 0.25), high: quantile(values, 0.75) }
  }

  ratio(subject, reference, mode, figure) {
    return ratio(this.#values(subject, mode, figure), this.#values(reference, mode, figure))
  }

  commandRatio(command, reference) {
    return ratio(this.results.commands.get(command) ?? [], this.results.commands.get(reference) ?? [])
  }

  failures() {
    return [...this.results.cells].flatMap(([key, cells]) => {
      const failures = cells.reduce((sum, cell) => sum + cell.failures, 0)
      return failures === 0 ? [] : [`${key}: ${failures} requests failed`]
    })
  }

  #values(subject, mode, figure) {
    return (this.results.cells.get(`${subject} ${mode}`) ?? []).map((cell) => cell[figure])
  }
}

/** @param {Results} results */
export function report(results) {
  const figures = new Figures(results)
  const { rounds, milliseconds, skipped, machine, othersShare, answerBytes } = results
  return [
    '# What a cached token costs',
    `Made by \`npm run bench -- --write\`. Everything ran side by side in one run: ${rounds} rounds, each row ${milliseconds} ms per round, ` +
      'the kinds of load shuffled in each round and the rows shuffled in each kind of load. Figures are medians over the rounds; × is the ' +
      `median of the ratios within a round, with their middle half in brackets. The answer has ${answerBytes} bytes, of which the token is ` +
      '2,000; the fixed-answer servers send the same bytes. The load client and the C server are the two small C files in this folder.',
    `Machine: ${machine}. Other programs used ${percent(othersShare)} of the processor meanwhile. ${new Date().toISOString().slice(0, 10)}.`,
    skipped.length === 0 ? '' : `Not measured:\n${skipped.map((line) => `- ${line}`).join('\n')}`,
    ...(results.cells.size === 0 ? [] : [...singleTables(figures), crowdTable(figures)]),
    results.commands.size === 0 ? '' : commandTable(figures),
    goals(figures),
    reading(figures),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

function singleTables(figures) {
  return [
    [
      '## One client',
      '',
      'What a caller sees: client and server are on whatever core is free, and a sleeping core has to wake up.',
    ],
    [
      '## One client, on one core with the server',
      '-pinned',
      'The work alone: nothing has to wake up, so that the order is stable.',
    ],
  ].flatMap(([heading, suffix, words]) => {
    const [once, kept] = [`oneshot-1${suffix}`, `persistent-1${suffix}`]
    if (!figures.has('net', once)) return []
    const header = [
      'p50 and p99 in µs',
      'one-shot p50',
      'p99',
      '× node:net',
      'persistent p50',
      'p99',
      '× node:net',
      'CPU µs/request',
    ]
    const rows = figures.results.subjects.map(({ id, title }) => [
      title,
      micro(figures.median(id, once, 'p50')),
      micro(figures.median(id, once, 'p99')),
      times(figures.ratio(id, 'net', once, 'p50')),
      micro(figures.median(id, kept, 'p50')),
      micro(figures.median(id, kept, 'p99')),
      times(figures.ratio(id, 'net', kept, 'p50')),
      `${micro(figures.median(id, once, 'cpu'))} / ${micro(figures.median(id, kept, 'cpu'))}`,
    ])
    return [`${heading}\n${words}\n\n${table(header, rows)}`]
  })
}

function crowdTable(figures) {
  const [once, kept] = ['oneshot-64', 'persistent-64']
  const header = [
    '64 clients',
    'one-shot/s',
    'p50 ms',
    'p99 ms',
    '× node:net',
    'persistent/s',
    'p50 ms',
    'p99 ms',
    '× node:net',
    'CPU µs/request',
  ]
  const rows = figures.results.subjects.map(({ id, title }) => [
    title,
    ...[once, kept].flatMap((mode) => [
      whole(figures.median(id, mode, 'perSecond')),
      (figures.median(id, mode, 'p50') / 1_000).toFixed(2),
      (figures.median(id, mode, 'p99') / 1_000).toFixed(2),
      times(figures.ratio(id, 'net', mode, 'perSecond')),
    ]),
    `${micro(figures.median(id, once, 'cpu'))} / ${micro(figures.median(id, kept, 'cpu'))}`,
  ])
  return `## 64 clients at once\nThe clients take their share of the same cores.\n\n${table(header, rows)}`
}

function commandTable(figures) {
  const rows = [...figures.results.commands].map(([id, values]) => [
    `\`${id}\``,
    median(values).toFixed(1),
    Math.min(...values).toFixed(1),
    times(figures.commandRatio(id, 'node -e 0')),
  ])
  return `## Whole commands\nFrom start to end, as a shell script waits for them.\n\n${table(['command', 'median ms', 'fastest', '× node -e 0'], rows)}`
}

/** Columns are padded, because most people read the table in a terminal. */
export function table(header, rows) {
  const width = header.map((name, column) => Math.max(3, name.length, ...rows.map((row) => row[column].length)))
  const pad = (text, column) => (column === 0 ? text.padEnd(width[column]) : text.padStart(width[column]))
  const line = (values) => `| ${values.map(pad).join(' | ')} |`
  const rule = width.map((size, column) => (column === 0 ? '-'.repeat(size) : `${'-'.repeat(size - 1)}:`))
  return [line(header), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}

export const percent = (share) => `${Math.round(share * 100)} %`
const micro = (value) => (Number.isNaN(value) ? '–' : value.toFixed(1))
const whole = (value) => Math.round(value).toLocaleString('en')
const times = ({ median: middle, low, high }) => `${middle.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
