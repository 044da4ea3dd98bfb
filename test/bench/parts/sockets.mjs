// What a cached token costs over the socket: alone, on one core with the server, and in a crowd; and a rush of connections.
import { Figures } from '../figures.mjs'
import { LoadClient, modes, warmUpModes } from '../load-cell.mjs'
import { startPeers } from '../peers.mjs'
import { shuffled } from '../statistics.mjs'
import { startHeadless, startLimits, tokenOf } from '../subjects.mjs'
import { connectionGoals, connectionReading, connectionTables } from './sockets-report.mjs'

const rush = 256

/** @typedef {import('../subjects.mjs').Subject} Subject */

export class Sockets {
  title = 'cached tokens over the socket'
  /** @type {readonly Subject[]} */
  subjects = []
  figures = new Figures()
  /** The rushes of each subject. @type {Map<string, import('../load-cell.mjs').Burst[]>} */
  rushes = new Map()
  /** How many refreshes the authorization server saw during the rounds. */
  refreshes = 0
  #workshop
  #load

  /** @param {import('../workshop.mjs').Workshop} workshop */
  constructor(workshop) {
    this.#workshop = workshop
    this.#load = new LoadClient(workshop)
  }

  async start() {
    const workshop = this.#workshop
    const headless = await workshop.headless()
    const others = []
    for (const { name, out } of workshop.options.otherBuilds) {
      const options = { id: name, title: `TokenTray headless, ${name}`, out, authority: await workshop.authority() }
      others.push(await startHeadless(workshop, options))
    }
    const app = await workshop.app()
    const peers = await startPeers(workshop, await tokenOf(headless.socket))
    const ours = [headless, ...others, ...(app === undefined ? [] : [app])]
    this.subjects = [...ours, ...peers, ...(await startLimits(workshop, headless))]
    for (const mode of warmUpModes) for (const subject of this.subjects) await this.#warmUp(subject, mode)
    await (await workshop.authority()).refreshes(true)
  }

  async round() {
    const { milliseconds } = this.#workshop.options
    // The rows of one kind of load follow each other directly, so that their ratio is taken under one state of the machine.
    for (const mode of shuffled(modes)) {
      for (const subject of shuffled(this.subjects)) {
        const cell = await this.#answered(subject, mode, milliseconds)
        if (cell !== undefined) this.figures.add(subject.id, mode.id, cell)
      }
    }
    for (const subject of shuffled(this.subjects.filter(({ client }) => client === undefined))) {
      const burst = await this.#load.burst(subject, rush, { patient: false })
      this.rushes.set(subject.id, [...(this.rushes.get(subject.id) ?? []), burst])
    }
  }

  /** A token that was fetched is not one that was held. */
  async end() {
    this.refreshes = (await (await this.#workshop.authority()).refreshes()).length
  }

  report() {
    return { tables: connectionTables(this, rush), goals: connectionGoals(this), reading: connectionReading(this) }
  }

  /**
   * Compiled code is what people have after a minute; the first second of a server is not of interest here. Counted in requests,
   * because on a busy machine a second may be a few hundred of them.
   */
  async #warmUp(subject, mode) {
    const { quick } = this.#workshop.options
    for (let tries = 0, requests = 0; tries < (quick ? 1 : 8) && requests < 10_000; tries += 1) {
      const cell = await this.#load.cell(subject, mode, quick ? 100 : 500)
      if (cell === undefined) return
      requests += cell.requests
    }
  }

  /** On a machine that others keep busy, a server may get no time at all in a cell; nothing can be said about it then. */
  async #answered(subject, mode, milliseconds) {
    for (let tries = 0; tries < 5; tries += 1) {
      const cell = await this.#load.cell(subject, mode, milliseconds)
      if (cell === undefined || cell.p50 > 0) return cell
    }
    this.#workshop.skip(`${subject.title}, ${mode.id}: no request was answered in five tries`)
    return undefined
  }
}
