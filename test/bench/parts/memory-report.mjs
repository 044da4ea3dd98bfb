// The words around the figures of `memory.mjs`.
import { fixed, megabytes, table, times } from '../tables.mjs'

/** @typedef {import('./memory.mjs').Memory} Memory */

/** @param {Memory} memory */
export function memoryTables({ figures, grown }) {
  const rows = [
    ['node', 'alone', 'a Node that does nothing, no other program runs it'],
    [
      'headless',
      'started',
      'headless, idle, started with one account and asked for its token, no other program runs the same Node',
    ],
    ['headless', 'started, beside', 'the same beside one other program of the same Node'],
    ['headless', 'signed in', 'headless, idle, after a sign-in, no other program runs the same Node'],
    ['headless', 'signed in, beside', 'the same beside one other program of the same Node'],
    ['blank', 'idle', 'a blank app on the same Electron'],
    ['blank', 'tray', 'the same with an empty tray icon (measured once)'],
    ['blank', 'worker', 'the same with a thread that waits (measured once)'],
    ['app', 'idle', 'tray, idle, no window opened yet'],
    ['app', 'open', 'tray, its popover open'],
    ['app', 'closed', 'tray, its popover closed again'],
  ]
    .filter(([row, kind]) => figures.has(row, kind))
    .map(([row, kind, title]) => [
      title,
      megabytes(figures.median(row, kind, 'megabytes')),
      row === 'headless' || row === 'node' ? '' : times(figures.ratio(row, 'blank', kind, 'megabytes', 'idle')),
      row === 'app' ? times(figures.ratio(row, row, kind, 'megabytes', 'idle')) : '',
    ])
  const [first] = grown.values()
  const requests = [...grown].map(([number, size]) => [number.toLocaleString('en'), megabytes(size), fixed(size / first, 2)])
  const words =
    'PSS of the whole process tree: a page that several programs use counts for each with its share. One Electron at a time, started ' +
    'anew in each round, and everything measured when it has become quiet.'
  return [
    `## Memory\n${words}\n\n${table(['', 'MB', '× blank app', '× tray idle'], rows)}`,
    `## Memory of the daemon after many requests\nOne daemon, 16 clients on kept connections, measured some seconds after the last answer.\n\n${table(['requests', 'MB', '× before'], requests)}`,
  ]
}

/** @param {Memory} memory @returns {import('../tables.mjs').Goal[]} */
export function memoryGoals({ figures, grown }) {
  const headless = [
    ['started', 'headless idle, no other program runs the same Node'],
    ['started, beside', 'headless idle, beside one other program of the same Node'],
    ['signed in', 'headless idle after a sign-in, no other program runs the same Node'],
    ['signed in, beside', 'headless idle after a sign-in, beside one other program of the same Node'],
  ]
  const goals = headless
    .filter(([kind]) => figures.has('headless', kind))
    .map(([kind, name]) => ({ name, limit: 45, measured: figures.median('headless', kind, 'megabytes'), unit: 'MB' }))
  if (figures.has('app', 'idle')) {
    const against = (kind, row) => figures.ratio('app', row, kind, 'megabytes', 'idle').median
    goals.push({ name: 'tray idle without window', limit: 1.1, measured: against('idle', 'blank'), unit: '× blank app' })
    goals.push({ name: 'tray after its popover was closed', limit: 1.2, measured: against('closed', 'app'), unit: '× before it' })
  }
  const [first] = grown.values()
  if (grown.has(1_000_000))
    goals.push({
      name: 'headless after 1,000,000 requests',
      limit: 1.05,
      measured: grown.get(1_000_000) / first,
      unit: '× before',
    })
  return goals
}

/** @param {Memory} memory */
export function memoryReading({ figures, grown }) {
  const kinds = ['started', 'started, beside', 'signed in']
  const [started, beside, signedIn] = kinds.map((kind) => figures.median('headless', kind, 'megabytes'))
  const node = figures.median('node', 'alone', 'megabytes')
  const points = [
    `A Node that does nothing takes ${megabytes(node)} MB when it is alone, most of them pages of its own program, so that a daemon that is alone ` +
      `cannot be far below; TokenTray adds ${megabytes(started - node)} MB. ${megabytes(started - beside)} MB of its ${megabytes(started)} MB cost nothing more on a ` +
      'machine where another program runs the same Node. A sign-in or a refresh brings ' +
      `${megabytes(signedIn - started)} MB: the modules of OAuth, of HTTP and of the routes, which are loaded when they are wanted first.`,
  ]
  if (grown.has(1_000_000)) {
    const [start, warm, , end] = grown.values()
    points.push(
      `From the first request on, V8 compiles what is used and lets its heap grow: ${megabytes(warm - start)} MB with the first ten thousand requests, ` +
        (end > warm
          ? `${megabytes(end - warm)} MB with the ${(1_000_000 - 10_000).toLocaleString('en')} after them. The second figure is the one that would show a leak.`
          : `of which it has given back ${megabytes(warm - end)} MB when a million have been answered. A leak would have made it grow on.`),
    )
  }
  if (figures.has('app', 'idle')) {
    const [blank, tray, worker] = ['idle', 'tray', 'worker'].map((kind) => figures.median('blank', kind, 'megabytes'))
    const [idle, open] = ['idle', 'open'].map((kind) => figures.median('app', kind, 'megabytes'))
    points.push(
      `A blank app takes ${megabytes(blank)} MB before it does anything; TokenTray takes ${megabytes(idle - blank)} MB more. An empty tray icon alone ` +
        `is ${added(tray - blank)} of that and an empty worker thread ${added(worker - blank)}; the rest is the broker in it: zod, ` +
        `pino, the keychain binding and, after the login, fastify, OAuth and HTTP. The graphics in software that a blank app loads and ` +
        `TokenTray leaves out pay for a part of that. The popover costs ${megabytes(open - idle)} MB while it is open and its page ` +
        'is gone when it closes; what stays is what Electron keeps for the next window.',
    )
  }
  return points
}

/** Two starts of one app differ by a few megabytes. */
const added = (difference) => (difference < 5 ? 'nothing that could be told from chance' : `${megabytes(difference)} MB`)
