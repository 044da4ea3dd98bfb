// What every part of the benchmark works with: the folder of the run, the programs made for it, and the servers that several parts
// measure, each started when the first part wants it.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Authority } from './authority.mjs'
import { startOidcAgent } from './oidc-agent.mjs'
import { startApp, startHeadless } from './subjects.mjs'
import { bundle, compile } from './tools.mjs'

/**
 * @typedef {object} Options
 * @property {number} rounds
 * @property {number} milliseconds of a cell of load
 * @property {boolean} quick
 * @property {boolean} app false leaves Electron out
 * @property {readonly { name: string, out: string }[]} otherBuilds
 */

export class Workshop {
  // Directly below /tmp, whatever TMPDIR says: the path of a socket may have no more than 107 bytes.
  folder = fs.mkdtempSync(path.join(process.platform === 'win32' ? os.tmpdir() : '/tmp', 'tt-bench-'))
  /** What is not measured, and why. @type {Set<string>} */
  skipped = new Set()
  /** @type {Map<string, Promise<any>>} */
  #started = new Map()
  /** @type {((name: string) => string) | undefined} */
  #programs

  /** @param {Options} options @param {(text: string) => void} say */
  constructor(options, say) {
    this.options = options
    this.say = say
    process.on('exit', () => fs.rmSync(this.folder, { recursive: true, force: true }))
  }

  async prepare() {
    this.#programs = await bundle(['authority', 'app', 'many-accounts'], this.folder)
  }

  /** A bundled TypeScript entry of this folder. @param {string} name @returns {string} */
  program(name) {
    if (this.#programs === undefined) throw new Error('the workshop is not prepared')
    return this.#programs(name)
  }

  /** @param {string} name @param {readonly string[]} [libraries] @returns {{ program: string } | { missing: string }} */
  native(name, libraries = []) {
    const made = this.#native.get(name) ?? compile(name, this.folder, libraries)
    this.#native.set(name, made)
    return made
  }
  #native = new Map()

  /** @param {string} reason */
  skip(reason) {
    this.skipped.add(reason)
  }

  /** The value, or undefined with the reason written down. @template T @param {string} what @param {() => T | Promise<T>} make */
  async attempt(what, make) {
    try {
      return await make()
    } catch (error) {
      this.skip(`${what}: ${error instanceof Error ? error.message : error}`)
      return undefined
    }
  }

  /** The authorization server whose tokens outlive the benchmark: what is measured there is the token that is held already. */
  authority() {
    return this.#once('authority', () => Authority.start((name) => this.program(name)))
  }

  /** A broker of this build with one account, which holds nothing on the disk. */
  headless() {
    return this.#once('headless', async () =>
      startHeadless(this, { id: 'headless', title: 'TokenTray headless', authority: await this.authority() }),
    )
  }

  /** The app with one account; undefined where it cannot be started. */
  app() {
    return this.#once('app', () =>
      this.attempt('TokenTray in Electron', async () => {
        if (!this.options.app) throw new Error('left out by --no-app')
        return startApp(this, { id: 'electron', authority: await this.authority() })
      }),
    )
  }

  /** oidc-agent with an account `perf`; undefined where it cannot be had. */
  oidcAgent() {
    return this.#once('oidc-agent', () => this.attempt('oidc-agent', async () => startOidcAgent(this, await this.authority())))
  }

  /** @template T @param {string} name @param {() => Promise<T>} start @returns {Promise<T>} */
  #once(name, start) {
    const started = this.#started.get(name) ?? start()
    this.#started.set(name, started)
    return started
  }
}
