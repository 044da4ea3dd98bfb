// The words around the figures of `sockets.mjs`.
import { median } from '../statistics.mjs'
import { micro, milli, percent, table, times, whole } from '../tables.mjs'

/** @typedef {import('./sockets.mjs').Sockets} Sockets */

const alone = {
  heading: '## One client',
  suffix: '',
  words: 'What a caller sees: client and server are on whatever core is free, and a sleeping core has to wake up.',
}
const pinned = {
  heading: '## One client, on one core with the server',
  suffix: '-pinned',
  words: 'The work alone: nothing has to wake up, so that the order is stable.',
}
const crowd = { heading: '## 64 clients at once', suffix: '', words: 'The clients take their share of the same cores.' }
const pinnedCrowd = {
  heading: '## 64 clients at once, on one core with the server',
  suffix: '-pinned',
  words: 'Server and clients share one core.',
}

/** @param {Sockets} sockets @param {number} rush */
export function connectionTables(sockets, rush) {
  return [
    ...[alone, pinned].flatMap((kind) => singleTable(sockets, kind)),
    ...[crowd, pinnedCrowd].flatMap((kind) => crowdTable(sockets, kind)),
    rushTable(sockets, rush),
  ]
}

function singleTable({ subjects, figures }, { heading, suffix, words }) {
  const [once, kept] = [`oneshot-1${suffix}`, `persistent-1${suffix}`]
  if (!figures.has('net', once)) return []
  const header = [
    'p50 and p99 in µs',
    'one-shot p50',
    'p99',
    '× oidc',
    '× node:net',
    'persistent p50',
    'p99',
    '× node:net',
    'CPU µs/request',
  ]
  const rows = subjects.map(({ id, title }) => [
    title,
    micro(figures.median(id, once, 'p50')),
    micro(figures.median(id, once, 'p99')),
    times(figures.ratio(id, 'oidc', once, 'p50')),
    times(figures.ratio(id, 'net', once, 'p50')),
    micro(figures.median(id, kept, 'p50')),
    micro(figures.median(id, kept, 'p99')),
    times(figures.ratio(id, 'net', kept, 'p50')),
    both(micro(figures.median(id, once, 'cpu')), micro(figures.median(id, kept, 'cpu'))),
  ])
  return [`${heading}\n${words} × oidc is oidc-agent with its plaintext protocol.\n\n${table(header, rows)}`]
}

function crowdTable({ subjects, figures }, { heading, suffix, words }) {
  const [once, kept] = [`oneshot-64${suffix}`, `persistent-64${suffix}`]
  if (!figures.has('net', once)) return []
  const columns = ['p50 ms', 'p99 ms', '× oidc']
  const header = ['64 clients', 'one-shot/s', ...columns, 'persistent/s', ...columns, 'CPU µs/request']
  const rows = subjects.map(({ id, title }) => [
    title,
    ...[once, kept].flatMap((mode) => [
      whole(figures.median(id, mode, 'perSecond')),
      milli(figures.median(id, mode, 'p50')),
      milli(figures.median(id, mode, 'p99')),
      times(figures.ratio(id, 'oidc', mode, 'perSecond', once)),
    ]),
    both(micro(figures.median(id, once, 'cpu')), micro(figures.median(id, kept, 'cpu'))),
  ])
  return [
    `${heading}\n${words} × oidc compares with the one-shot callers of oidc-agent, which has no others.\n\n${table(header, rows)}`,
  ]
}

function rushTable({ subjects, rushes }, rush) {
  const rows = subjects
    .filter(({ id }) => rushes.has(id))
    .map(({ id, title }) => {
      const all = rushes.get(id)
      const sum = (member) => all.reduce((total, each) => total + each[member], 0)
      return [
        title,
        whole(sum('refused')),
        whole(sum('failed')),
        whole(sum('answered')),
        milli(1_000 * median(all.map(({ milliseconds }) => milliseconds))),
      ]
    })
  const words =
    `${rush} callers connect in the same moment and do not wait for a place in the queue of the server, as a program with an event loop ` +
    'does not. Counts of all rounds; the time is from the first connect to the last answer.'
  return `## ${rush} connects at once\n${words}\n\n${table(['', 'connects refused', 'without answer', 'answered', 'ms'], rows)}`
}

const both = (once, kept) => [once, kept].filter((text) => text !== '').join(' / ')
const brokers = ({ subjects }) => subjects.filter(({ home }) => home !== undefined)

/** @param {Sockets} sockets @returns {import('../tables.mjs').Goal[]} */
export function connectionGoals(sockets) {
  const { figures, rushes } = sockets
  return brokers(sockets).flatMap(({ id, title }) => {
    const goals = []
    const add = (name, limit, unit, measured, least) => {
      if (!Number.isNaN(measured)) goals.push({ name: `${title}: ${name}`, limit, unit, measured, ...(least ? { least } : {}) })
    }
    for (const [suffix, where] of [
      ['', 'free cores'],
      ['-pinned', 'one core'],
    ]) {
      const [once, kept] = [`oneshot-1${suffix}`, `persistent-1${suffix}`]
      const p50 = (reference, mode, other) => figures.ratio(id, reference, mode, 'p50', other).median
      add(`one-shot p50, ${where}`, 1, '× oidc-agent', p50('oidc', once))
      add(`one-shot p50, ${where}, stretch`, 0.8, '× oidc-agent', p50('oidc', once))
      add(`one-shot p50, ${where}`, 0.35, '× its library', p50('oidc-library', once))
      add(`persistent p50, ${where}`, 0.5, '× oidc-agent one-shot', p50('oidc', kept, once))
      add(`persistent p50, ${where}`, 1.8, '× node:net', p50('net', kept))
      const [many, manyKept] = [`oneshot-64${suffix}`, `persistent-64${suffix}`]
      const rate = (mode) => figures.ratio(id, 'oidc', mode, 'perSecond', many).median
      add(`64 clients, persistent, throughput, ${where}`, 3, '× oidc-agent', rate(manyKept), true)
      add(`64 clients, one-shot, throughput, ${where}`, 1, '× oidc-agent', rate(many), true)
      add(`64 clients, one-shot, p99, ${where}`, 0.7, '× oidc-agent', figures.ratio(id, 'oidc', many, 'p99').median)
    }
    const failed = (rushes.get(id) ?? []).reduce((sum, { refused, failed: lost }) => sum + refused + lost, 0)
    add('256 connects at once, all rounds', 0, 'failed', failed)
    return goals
  })
}

/** @param {Sockets} sockets */
export function connectionReading(sockets) {
  const { figures, refreshes } = sockets
  const failures = figures.failures()
  return [
    whereTheTimeGoes(figures),
    whatElectronAdds(figures),
    whatACrowdSees(figures),
    whatThePeersDo(figures),
    failures.length === 0
      ? `No request failed in any round, and the authorization server was asked for ${refreshes === 0 ? 'none' : refreshes} of these tokens.`
      : `Requests failed, which is a fault and not a figure: ${failures.join('; ')}.`,
    'A lone caller with free cores waits mostly for a core to wake up. The rows of that table lie closer together than the work behind ' +
      'them, and they move with whatever else the machine does; to compare two builds, use the table of one core and the CPU time.',
  ].filter((point) => point !== '')
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
  const ceiling = ['oneshot-64', 'persistent-64'].map(
    (mode) => figures.ratio('http', 'oidc', mode, 'perSecond', 'oneshot-64').median,
  )
  const bound = ceiling.some(Number.isNaN)
    ? ''
    : ` node:http with a fixed answer, which no server over it can pass, reaches ${ceiling[0].toFixed(2)} × oidc-agent with one-shot callers and ` +
      `${ceiling[1].toFixed(2)} × on kept connections.`
  return (
    `With 64 clients at once the daemon hands out ${whole(figures.median('headless', 'oneshot-64', 'perSecond'))} tokens a second to one-shot ` +
    `callers (p99 ${milli(figures.median('headless', 'oneshot-64', 'p99'))} ms) and ${whole(figures.median('headless', 'persistent-64', 'perSecond'))} ` +
    `on kept connections. One thread answers, so that a crowd is a queue.${accepting}${bound}`
  )
}

/** A lone caller of a C program and of Node: the share of the work that no code of ours can save. */
function whatThePeersDo(figures) {
  const mode = figures.has('oidc', 'oneshot-1-pinned') ? 'oneshot-1-pinned' : 'oneshot-1'
  const [ours, oidc, http] = ['headless', 'oidc', 'http'].map((id) => figures.median(id, mode, 'p50'))
  if ([ours, oidc, http].some(Number.isNaN)) return ''
  return (
    `oidc-agent is a C program that asks a second process of its own for each token: ${us(oidc)} for a one-shot caller${mode.endsWith('pinned') ? ' on one core' : ''}, ` +
    `where node:http with a fixed answer needs ${us(http)} (${percent(http / oidc)}) and the daemon ${us(ours)}. A one-shot caller makes Node ` +
    'accept, parse and close; that alone is most of what there is to spend. oidc-agent checks no caller and keeps no connection; its ' +
    'library encrypts every request, which is why it is slower than its plaintext, and ssh-agent and git credential-cache do less than either.'
  )
}

const us = (value) => `${value.toFixed(1)} µs`
