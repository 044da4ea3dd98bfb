// What the figures mean. The sentences are here and the numbers come from the run, so that RESULTS.md cannot say one thing in its
// table and another below it.
import { percent, table } from './report.mjs'

/** The goals that this benchmark can judge, each as a ratio with its limit. */
const limits = [
  { name: 'persistent connection, p50, free cores', mode: 'persistent-1', limit: 1.8 },
  { name: 'persistent connection, p50, one core', mode: 'persistent-1-pinned', limit: 1.8 },
]
const commandLimit = 1.35

/** @param {import('./report.mjs').Figures} figures */
export function goals(figures) {
  const rows = brokers(figures).flatMap(({ id, title }) =>
    limits
      .filter(({ mode }) => figures.has(id, mode))
      .map(({ name, mode, limit }) =>
        goalRow(`${title}: ${name}`, `${limit} × node:net`, figures.ratio(id, 'net', mode, 'p50'), limit),
      ),
  )
  if (figures.results.commands.has('tokentray token')) {
    const measured = figures.commandRatio('tokentray token', 'node -e 0')
    rows.push(goalRow('tokentray token, wall time', `${commandLimit} × node -e 0`, measured, commandLimit))
  }
  return rows.length === 0 ? '' : `## Goals\n${table(['goal', 'limit', 'measured', ''], rows)}`
}

function goalRow(name, limit, { median }, bound) {
  const verdict = median <= bound ? 'met' : `missed by ${Math.ceil((median / bound - 1) * 100)} %`
  return [name, limit, `${median.toFixed(2)} ×`, verdict]
}

/** @param {import('./report.mjs').Figures} figures */
export function reading(figures) {
  if (!figures.has('headless', 'persistent-1')) return ''
  const points = [whereTheTimeGoes(figures), whatElectronAdds(figures), whatACrowdSees(figures), whatACommandCosts(figures)]
  const failures = figures.failures()
  points.push(
    failures.length === 0
      ? 'No request failed in any round.'
      : `Requests failed, which is a fault and not a figure: ${failures.join('; ')}.`,
    ...busy(figures),
    'A lone caller with free cores waits mostly for a core to wake up. The rows of that table lie closer together than the work behind ' +
      'them, and they move with whatever else the machine does; to compare two builds, use the table of one core and the CPU time.',
  )
  return `## Reading\n${points
    .filter((point) => point !== '')
    .map((point) => `- ${point}`)
    .join('\n')}`
}

function busy({ results: { othersShare } }) {
  if (othersShare < 0.1) return []
  return [
    `The machine was not idle: other programs used ${percent(othersShare)} of it. The times, and above all each p99, are those of a busy ` +
      'machine; the ratios suffer less, and only they can be compared with another run.',
  ]
}

function whereTheTimeGoes(figures) {
  const mode = figures.has('headless', 'persistent-1-pinned') ? 'persistent-1-pinned' : 'persistent-1'
  const [ours, http, net] = ['headless', 'http', 'net'].map((id) => figures.median(id, mode, 'cpu'))
  if ([ours, http, net].some(Number.isNaN)) return ''
  return (
    `Above the limit: on a kept connection the broker spends ${us(ours)} of CPU on a token where bare node:net spends ${us(net)}. ` +
    `${us(http - net)} of the difference is HTTP as node:http parses and writes it. The other ${us(ours - http)} are ours: routing and ` +
    'hooks of the web framework, the check of Host, Origin and query, finding the account and its token, and the answer. That is the ' +
    'price of a socket that curl can use and of checks that refuse what must be refused; a fixed answer does neither.'
  )
}

function whatElectronAdds(figures) {
  if (!figures.has('electron', 'persistent-1')) return ''
  const suffix = figures.has('electron', 'persistent-1-pinned') ? '-pinned' : ''
  const [once, kept] = [`oneshot-1${suffix}`, `persistent-1${suffix}`].map(
    (mode) => figures.ratio('electron', 'headless', mode, 'p50').median,
  )
  return (
    `The app answers at ${once.toFixed(2)} × the p50 of the daemon for a one-shot caller and at ${kept.toFixed(2)} × on a kept connection. ` +
    'It is the same code in a worker thread, so that what differs are the two runtimes: Electron has a Node and a V8 of its own.'
  )
}

function whatACrowdSees(figures) {
  const [once, kept] = ['oneshot-64', 'persistent-64'].map((mode) => figures.median('headless', mode, 'cpu'))
  const accepting = Number.isNaN(once)
    ? ''
    : ` A one-shot caller costs ${(once / kept).toFixed(1)} × the CPU of a kept connection: the rest is accepting and closing.`
  const rate = (id, mode) => Math.round(figures.median(id, mode, 'perSecond')).toLocaleString('en')
  const worst = (figures.median('headless', 'oneshot-64', 'p99') / 1_000).toFixed(1)
  return (
    `With 64 clients at once the daemon hands out ${rate('headless', 'oneshot-64')} tokens a second to one-shot callers (p99 ${worst} ms) ` +
    `and ${rate('headless', 'persistent-64')} on kept connections. One thread answers, so that a crowd is a queue.${accepting}`
  )
}

function whatACommandCosts(figures) {
  const { commands } = figures.results
  if (!commands.has('tokentray token')) return ''
  const own = figures.commandRatio('tokentray token', 'node -e 0').median
  return (
    `\`tokentray token\` takes ${own.toFixed(2)} × the time of a Node that does nothing; what it adds is loading its own code and one ` +
    'request. A script that needs tokens often is better off with curl, or with a connection that it keeps.'
  )
}

const us = (value) => `${value.toFixed(1)} µs`
const brokers = (figures) => figures.results.subjects.filter(({ home }) => home !== undefined)
