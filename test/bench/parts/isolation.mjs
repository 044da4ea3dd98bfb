// What a busy app costs a caller: the main thread of Electron works for 30 ms in every 200, and tokens are asked for meanwhile.
import { setTimeout as sleep } from 'node:timers/promises'
import { Figures } from '../figures.mjs'
import { LoadClient } from '../load-cell.mjs'
import { cpuTime } from '../process-tree.mjs'
import { shuffled } from '../statistics.mjs'
import { fixed, micro, milli, table } from '../tables.mjs'

const mode = { id: 'oneshot-1', connection: 'oneshot', clients: 1, pinned: false }

export class Isolation {
  title = 'a busy main thread'
  #workshop
  #load
  #figures = new Figures()
  /** @type {import('../subjects.mjs').Subject | undefined} */
  #app

  /** @param {import('../workshop.mjs').Workshop} workshop */
  constructor(workshop) {
    this.#workshop = workshop
    this.#load = new LoadClient(workshop)
  }

  async start() {
    this.#app = await this.#workshop.app()
    if (this.#app === undefined) return
    await this.#load.cell(this.#app, mode, 1_000)
    await this.#requireStall(this.#app.pid)
  }

  /** A main thread that does not listen to the signal would pass every test. */
  async #requireStall(pid) {
    process.kill(pid, 'SIGUSR2')
    await sleep(250)
    const before = cpuTime(pid)
    await sleep(1_000)
    const share = (cpuTime(pid) - before) / 1_000_000
    process.kill(pid, 'SIGUSR2')
    // Fifteen percent on a machine that does nothing else; the thirty milliseconds are those of the clock on the wall.
    if (share < 0.03) throw new Error(`the main thread was not stalled: it used ${Math.round(share * 100)} % of a core`)
  }

  async round() {
    const app = this.#app
    if (app === undefined) return
    const milliseconds = this.#workshop.options.quick ? 400 : 1_500
    for (const stalled of shuffled([true, false])) {
      if (stalled) process.kill(app.pid, 'SIGUSR2')
      await sleep(250)
      const cell = await this.#load.cell(app, mode, milliseconds)
      if (stalled) process.kill(app.pid, 'SIGUSR2')
      await sleep(50)
      this.#figures.add('app', stalled ? 'stalled' : 'idle', cell)
    }
  }

  report() {
    if (this.#app === undefined) return { tables: [], goals: [], reading: [] }
    const figures = this.#figures
    const worst = (kind) => Math.max(...figures.values('app', kind, 'max')) / 1_000
    const row = (title, kind) => [
      title,
      micro(figures.median('app', kind, 'p50')),
      micro(figures.median('app', kind, 'p99')),
      milli(figures.median('app', kind, 'max')),
      fixed(worst(kind), 2),
      micro(figures.median('app', kind, 'cpu')),
    ]
    const header = ['one-shot, one client', 'p50 µs', 'p99 µs', 'worst of a round, ms', 'worst of all, ms', 'CPU µs/request']
    const rows = [row('main thread idle', 'idle'), row('main thread busy 30 ms in every 200', 'stalled')]
    return {
      tables: [`## A busy main thread\n${this.#app.title}. A round is a second and a half.\n\n${table(header, rows)}`],
      goals: [
        {
          name: 'main thread busy, worst one-shot answer, median of the rounds',
          limit: 15,
          measured: figures.median('app', 'stalled', 'max') / 1_000,
          unit: 'ms',
        },
      ],
      reading: [
        'The broker of the app is in a thread of its own, so that a main thread that is busy for 30 ms is not what its callers wait for ' +
          `(p50 ${micro(figures.median('app', 'stalled', 'p50'))} µs, idle ${micro(figures.median('app', 'idle', 'p50'))} µs). What they do share ` +
          'are the cores of the machine: with two, the busy thread takes one from the client and the broker, and the worst answers of both ' +
          'rows are those in which the system gave the time to another thread. The CPU figure contains the work of the main thread.',
      ],
    }
  }
}
