// What a large collection of accounts costs: ten thousand against ten.
import { createHash } from 'node:crypto'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Child, cleanEnvironment } from '../children.mjs'
import { Figures } from '../figures.mjs'
import { LoadClient } from '../load-cell.mjs'
import { median, shuffled } from '../statistics.mjs'
import { untilSocket } from '../subjects.mjs'
import { micro, table, times } from '../tables.mjs'
import { call, requestText } from '../token-socket.mjs'

const few = 10
const goalLimit = 2
const mode = { id: 'persistent-1', connection: 'persistent', clients: 1, pinned: false }

/** @typedef {{ id: string, count: number, socket: string, pid: number, child: Child, last: string }} Collection */

export class Accounts {
  title = 'many accounts'
  #workshop
  #load
  #figures = new Figures()
  /** @type {Collection[]} */
  #collections = []
  #many

  /** @param {import('../workshop.mjs').Workshop} workshop */
  constructor(workshop) {
    this.#workshop = workshop
    this.#load = new LoadClient(workshop)
    this.#many = 10_000
  }

  async start() {
    for (const count of [few, this.#many]) {
      const socket = path.join(this.#workshop.folder, `accounts-${count}.sock`)
      const child = new Child(
        [process.execPath, this.#workshop.program('many-accounts'), socket, String(count)],
        cleanEnvironment(),
      )
      await child.line()
      await untilSocket(socket, child, `a broker with ${count} accounts`)
      const collection = { id: String(count), count, socket, pid: child.pid, child, last: `person-${count - 1}` }
      this.#collections.push(collection)
      for (const target of Object.values(targets(collection))) await this.#load.cell(subject(collection, target), mode, 300)
      await changes(collection, 50)
    }
  }

  async round() {
    const { milliseconds } = this.#workshop.options
    for (const kind of shuffled(['plain', 'label'])) {
      for (const collection of shuffled(this.#collections)) {
        const cell = await this.#load.cell(subject(collection, targets(collection)[kind]), mode, milliseconds)
        this.#figures.add(collection.id, kind, cell)
      }
    }
    for (const collection of shuffled(this.#collections)) {
      this.#figures.add(collection.id, 'snapshot', { p50: await changes(collection, 30) })
      this.#figures.add(collection.id, 'event', { p50: await eventTime(collection, 15) })
      this.#figures.add(collection.id, 'status', { p50: await statusTime(collection, 5) })
    }
  }

  report() {
    const figures = this.#figures
    const many = String(this.#many)
    const kinds = [
      ['plain', 'token, `GET /v1/token/practice`'],
      ['label', 'token, with the label of the last account'],
      ['snapshot', 'new snapshot after one change, in the broker'],
      ['event', 'refresh of one account until an events reader has it'],
      ['status', 'whole status, `GET /v1/status`'],
    ]
    const rows = kinds.map(([kind, title]) => [
      title,
      micro(figures.median(String(few), kind, 'p50')),
      micro(figures.median(many, kind, 'p50')),
      times(figures.ratio(many, String(few), kind, 'p50')),
    ])
    const goal = (kind, name) => ({
      name: `10,000 accounts: ${name}`,
      limit: goalLimit,
      measured: figures.ratio(many, String(few), kind, 'p50').median,
      unit: '× 10 accounts',
    })
    const words =
      'One broker with ten accounts, all with a label, and one with ten thousand; p50 in µs, tokens on a kept connection. The whole status ' +
      'grows with what it lists, so that no goal is set on it.'
    return {
      tables: [`## 10,000 accounts\n${words}\n\n${table(['', '10 accounts', '10,000 accounts', '×'], rows)}`],
      goals: [goal('plain', 'token'), goal('label', 'token with a label'), goal('snapshot', 'snapshot after one change')],
      reading: [this.#reading(many)],
    }
  }

  /** Only what is missed is explained, so that a broker that has learned it is not accused. */
  #reading(many) {
    const grows = (kind) => this.#figures.ratio(many, String(few), kind, 'p50').median > goalLimit
    const snapshot = this.#figures.median(many, 'snapshot', 'p50') / 1_000
    const reasons = [
      grows('snapshot') &&
        `A change costs ${snapshot.toFixed(1)} ms until the new snapshot stands: the list of rows is built anew, and every deadline is looked at. ` +
          'Whoever asks for a token in that moment waits for it.',
      grows('plain') && 'A request without a label looks at every account for one that has no label.',
      grows('label') && 'A label is looked for among all accounts.',
    ].filter((reason) => reason !== false)
    return reasons.length === 0
      ? 'A broker with ten thousand accounts answers as one with ten does.'
      : `What ten thousand accounts cost is work that looks at each of them. ${reasons.join(' ')}`
  }
}

const targets = ({ last }) => ({ plain: '/v1/token/practice', label: `/v1/token/practice?account=${last}` })

function subject({ id, socket, pid }, target) {
  return { id, title: id, socket, pid, framing: { kind: 'http', request: (connection) => requestText(connection, target) } }
}

/** @param {Collection} collection @param {number} number @returns {Promise<number>} */
async function changes({ child }, number) {
  child.write(String(number))
  return Number(await child.line())
}

/** From the request that makes one account refresh to the event that says it is active again. Microseconds. */
async function eventTime({ socket, last }, number) {
  const target = `/v1/token/practice?account=${last}`
  const taken = []
  const stream = await events(socket)
  for (let each = 0; each < number; each += 1) {
    const { access_token: held } = await call(socket, 'GET', target)
    const rejected = createHash('sha256').update(held).digest('hex').slice(0, 16)
    const start = performance.now()
    const arrived = stream.next((text) => text.includes('"active"'))
    await call(socket, 'GET', `${target}&rejected=${rejected}`)
    const late = sleep(10_000, undefined, { ref: false }).then(() =>
      Promise.reject(new Error('an events reader heard nothing of a refresh')),
    )
    taken.push(((await Promise.race([arrived, late])) - start) * 1_000)
  }
  stream.end()
  return median(taken)
}

async function statusTime({ socket }, number) {
  const taken = []
  for (let each = 0; each < number; each += 1) {
    const start = performance.now()
    await call(socket, 'GET', '/v1/status')
    taken.push((performance.now() - start) * 1_000)
  }
  return median(taken)
}

/** A reader of /v1/events that is past the first, whole snapshot. */
function events(socket) {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath: socket, path: '/v1/events', agent: false }, (response) => {
      let rest = ''
      let waiting = (name) => name === 'snapshot' && resolve({ next, end: () => request.destroy() })
      const next = (wanted) =>
        new Promise((found) => {
          waiting = (_name, text) => wanted(text) && found(performance.now())
        })
      response.setEncoding('utf8').on('data', (chunk) => {
        rest += chunk
        for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
          const event = rest.slice(0, end)
          rest = rest.slice(end + 2)
          waiting(/^event: (\S+)/.exec(event)?.[1], event)
        }
      })
      // The reader ends the connection itself.
      response.on('error', () => {})
    })
    request.on('error', reject)
    request.end()
  })
}
