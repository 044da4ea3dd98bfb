// What TokenTray keeps in memory: idle in the tray and without one, after a million requests, and after its window was open.
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { electronRuntime } from '../../support/electron-runtime.mjs'
import { Child, cleanEnvironment } from '../children.mjs'
import { Figures } from '../figures.mjs'
import { LoadClient } from '../load-cell.mjs'
import { memoryOf, processTree, restingMemoryOf } from '../process-tree.mjs'
import { endBroker, restarted, startApp, startElectron, startHeadless, tokenOf, withoutKeychain } from '../subjects.mjs'
import { signIn } from '../token-socket.mjs'
import { HERE } from '../tools.mjs'
import { memoryGoals, memoryReading, memoryTables } from './memory-report.mjs'

const load = { id: 'persistent-16', connection: 'persistent', clients: 16, pinned: false }
const stops = [0, 10_000, 100_000, 1_000_000]

export class Memory {
  title = 'memory'
  figures = new Figures()
  /** Megabytes after so many requests. @type {Map<number, number>} */
  grown = new Map()
  /** @type {'keychain' | 'memory'} */
  vault = withoutKeychain() === undefined ? 'keychain' : 'memory'
  #workshop
  #load
  /** @type {string} */
  #ownNode
  /** @type {string | undefined} */
  #ownElectron
  #number = 0

  /** @param {import('../workshop.mjs').Workshop} workshop */
  constructor(workshop) {
    if (process.platform !== 'linux') throw new Error('the share of a page (PSS) is known on Linux only')
    this.#workshop = workshop
    this.#load = new LoadClient(workshop)
    this.#ownNode = path.join(workshop.folder, 'node')
  }

  /**
   * Pages of one file are shared by all who run it: the benchmark runs the same Node, and somebody may run the same Electron. Copies
   * show what a daemon and an app cost that are alone.
   */
  async start() {
    fs.copyFileSync(process.execPath, this.#ownNode)
    fs.chmodSync(this.#ownNode, 0o755)
    if (!this.#workshop.options.app) return
    const { dist, executable } = await electronRuntime({ log: this.#workshop.say })
    const own = path.join(this.#workshop.folder, 'electron-copy')
    fs.cpSync(dist, own, { recursive: true, verbatimSymlinks: true })
    this.#ownElectron = path.join(own, path.relative(dist, executable))
    // The first program of GTK on a display looks at its graphics, with 40 MB of Mesa, and leaves what it found to all that follow.
    await this.#workshop.attempt('memory of the app', () => this.#blank())
  }

  async round() {
    await this.#node()
    await this.#headless()
    if (!this.#workshop.options.app) return
    const app = await this.#workshop.attempt('memory of the app', () => this.#app())
    if (app !== undefined) this.figures.add('blank', 'idle', { megabytes: await this.#blank() })
  }

  async end() {
    if (this.figures.has('blank', 'idle')) {
      for (const addition of ['tray', 'worker']) this.figures.add('blank', addition, { megabytes: await this.#blank(addition) })
    }
    await this.#million()
  }

  async #million() {
    const requests = this.#workshop.options.quick ? stops.slice(0, 2) : stops
    this.#workshop.say(`asking for ${requests.at(-1).toLocaleString('en')} tokens`)
    const { authority, ...options } = await this.#options('million')
    const subject = await startHeadless(this.#workshop, {
      ...options,
      authority,
      title: 'TokenTray headless',
      node: this.#ownNode,
    })
    let asked = 0
    for (const stop of requests) {
      while (asked < stop) asked += (await this.#load.cell(subject, load, stop - asked > 50_000 ? 2_000 : 100)).requests
      this.grown.set(stop, await restingMemoryOf(subject.pid))
    }
    await endBroker(subject)
  }

  report() {
    return { tables: memoryTables(this), goals: memoryGoals(this), reading: memoryReading(this) }
  }

  /**
   * With an account, because a broker without one has nothing to do: as it comes up with the computer and hands out its first token,
   * and as a sign-in leaves it, which is what a refresh leaves behind as well.
   */
  async #headless() {
    const options = await this.#options('headless')
    const subject = await startHeadless(this.#workshop, {
      ...options,
      people: [],
      title: 'TokenTray headless',
      node: this.#ownNode,
      twice: true,
    })
    await signIn(subject.socket, options.authority)
    await this.#alone(subject.pid, 'signed in')
    // Without a keychain there is nothing that a second start could know.
    const last = options.vault === 'memory' ? subject : await restarted(subject)
    if (last !== subject) {
      await tokenOf(last.socket)
      await this.#alone(last.pid, 'started')
    }
    await endBroker(last)
  }

  /** A daemon by itself and beside another program of the same Node. */
  async #alone(pid, kind) {
    this.figures.add('headless', kind, { megabytes: await restingMemoryOf(pid) })
    const other = await this.#idleNode()
    await sleep(300)
    this.figures.add('headless', `${kind}, beside`, { megabytes: memoryOf(pid) })
    await other.stop()
  }

  /** A Node that does nothing, when no other program runs it: the least that a daemon can take. */
  async #node() {
    const idle = await this.#idleNode()
    this.figures.add('node', 'alone', { megabytes: await restingMemoryOf(idle.pid) })
    await idle.stop()
  }

  async #idleNode() {
    const idle = new Child([this.#ownNode, '-e', "console.log('runs'); setInterval(() => {}, 1_000)"], cleanEnvironment())
    await idle.line()
    return idle
  }

  async #app() {
    const subject = await startApp(this.#workshop, { ...(await this.#options('app')), electron: this.#ownElectron })
    const look = async (kind) => {
      this.figures.add('app', kind, { megabytes: await restingMemoryOf(subject.pid), processes: processTree(subject.pid).length })
    }
    const click = async () => {
      subject.child.write('click')
      await subject.child.line()
      await sleep(1_000)
    }
    await look('idle')
    const processes = processTree(subject.pid).length
    await click()
    if (processTree(subject.pid).length <= processes) throw new Error('the window did not open')
    await look('open')
    await click()
    await look('closed')
    await endBroker(subject)
    return subject
  }

  /** @param {string} [addition] see blank-app/main.js */
  async #blank(addition) {
    this.#number += 1
    const data = path.join(this.#workshop.folder, `blank-${this.#number}`)
    fs.mkdirSync(data)
    const env = { ...cleanEnvironment(), BLANK_APP_DATA: data, ...(addition === undefined ? {} : { BLANK_APP_WITH: addition }) }
    const child = await startElectron(this.#workshop, {
      env,
      args: [path.join(HERE, 'blank-app')],
      keychain: false,
      electron: this.#ownElectron,
    })
    const pid = Number(await child.line())
    await sleep(2_000)
    const megabytes = await restingMemoryOf(pid)
    await child.stop()
    return megabytes
  }

  async #options(name) {
    this.#number += 1
    return { id: `memory-${name}-${this.#number}`, authority: await this.#workshop.authority(), vault: this.vault }
  }
}
