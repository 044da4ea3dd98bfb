// What TokenTray keeps in memory: idle in the tray and without one, after a million requests, and after its window was open.
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cleanEnvironment } from '../children.mjs'
import { Figures } from '../figures.mjs'
import { LoadClient } from '../load-cell.mjs'
import { memoryOf, processTree, untilQuiet } from '../process-tree.mjs'
import { endBroker, startApp, startElectron, startHeadless, withoutKeychain } from '../subjects.mjs'
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
  #number = 0

  /** @param {import('../workshop.mjs').Workshop} workshop */
  constructor(workshop) {
    if (process.platform !== 'linux') throw new Error('the share of a page (PSS) is known on Linux only')
    this.#workshop = workshop
    this.#load = new LoadClient(workshop)
    this.#ownNode = path.join(workshop.folder, 'node')
  }

  /** Pages of one file are shared by all who run it, the benchmark too. A copy of Node shows what a daemon costs that is alone. */
  async start() {
    fs.copyFileSync(process.execPath, this.#ownNode)
    fs.chmodSync(this.#ownNode, 0o755)
  }

  async round() {
    this.figures.add('headless', 'idle', { megabytes: await this.#headless(this.#ownNode) })
    this.figures.add('headless', 'beside', { megabytes: await this.#headless(process.execPath) })
    if (!this.#workshop.options.app) return
    const app = await this.#workshop.attempt('memory of the app', () => this.#app())
    if (app !== undefined) this.figures.add('blank', 'idle', { megabytes: await this.#blank() })
  }

  async end() {
    const requests = this.#workshop.options.quick ? stops.slice(0, 2) : stops
    this.#workshop.say(`asking for ${requests.at(-1).toLocaleString('en')} tokens`)
    const subject = await this.#start(this.#ownNode)
    let asked = 0
    for (const stop of requests) {
      while (asked < stop) asked += (await this.#load.cell(subject, load, stop - asked > 50_000 ? 2_000 : 100)).requests
      await this.#settle(subject.pid, 3_000)
      this.grown.set(stop, memoryOf(subject.pid))
    }
    await endBroker(subject)
  }

  report() {
    return { tables: memoryTables(this), goals: memoryGoals(this), reading: memoryReading(this) }
  }

  async #headless(node) {
    const subject = await this.#start(node)
    await this.#settle(subject.pid, 1_000)
    const megabytes = memoryOf(subject.pid)
    await endBroker(subject)
    return megabytes
  }

  async #app() {
    const subject = await startApp(this.#workshop, { ...(await this.#options()), id: `memory-${this.#number}` })
    await this.#settle(subject.pid, 2_000)
    const idle = memoryOf(subject.pid)
    const processes = processTree(subject.pid).length
    const click = async () => {
      subject.child.write('click')
      await subject.child.line()
    }
    await click()
    await sleep(2_000)
    await this.#settle(subject.pid, 1_000)
    if (processTree(subject.pid).length <= processes) throw new Error('the window did not open')
    const open = memoryOf(subject.pid)
    await click()
    await this.#settle(subject.pid, 4_000)
    const closed = memoryOf(subject.pid)
    this.figures.add('app', 'idle', { megabytes: idle, processes })
    this.figures.add('app', 'open', { megabytes: open })
    this.figures.add('app', 'closed', { megabytes: closed, processes: processTree(subject.pid).length })
    await endBroker(subject)
    return subject
  }

  async #blank() {
    this.#number += 1
    const data = path.join(this.#workshop.folder, `blank-${this.#number}`)
    fs.mkdirSync(data)
    const env = { ...cleanEnvironment(), BLANK_APP_DATA: data }
    const child = await startElectron(this.#workshop, env, [path.join(HERE, 'blank-app')], false)
    const pid = Number(await child.line())
    await sleep(1_500)
    await this.#settle(pid, 2_000)
    const megabytes = memoryOf(pid)
    await child.stop()
    return megabytes
  }

  async #start(node) {
    const options = await this.#options()
    return startHeadless(this.#workshop, { ...options, id: `memory-${this.#number}`, title: 'TokenTray headless', node })
  }

  async #options() {
    this.#number += 1
    return { authority: await this.#workshop.authority(), vault: this.vault }
  }

  async #settle(pid, milliseconds) {
    await untilQuiet(pid)
    await sleep(this.#workshop.options.quick ? 300 : milliseconds)
  }
}
