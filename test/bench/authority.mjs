// The benchmark's side of `authority.ts`.
import { Child, cleanEnvironment } from './children.mjs'

/** @typedef {import('./front.ts').Seen} Seen */

export class Authority {
  #child
  #tail = Promise.resolve()
  /** The origin that brokers and peers are given. */
  origin = ''

  /** @param {Child} child */
  constructor(child) {
    this.#child = child
  }

  /**
   * @param {(name: string) => string} program
   * @param {{ life?: number, bits?: number, people?: number }} [options] seconds of an access token, its random bits, and how many
   * made-up people there are
   */
  static async start(program, options = {}) {
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
    const authority = new Authority(new Child([process.execPath, program('authority'), ...args], cleanEnvironment()))
    authority.origin = await authority.#child.line()
    return authority
  }

  /** The redirect that the login ends on. @param {string} url @param {string} [person] @returns {Promise<string>} */
  async approve(url, person) {
    return (await this.#ask({ do: 'approve', url, person })).url
  }

  /** @returns {Promise<string>} */
  async refreshToken() {
    return (await this.#ask({ do: 'refresh_token' })).refresh_token
  }

  /** How long the answer to a refresh is kept back, in milliseconds. @param {number} least @param {number} [most] */
  async delay(least, most = least) {
    await this.#ask({ do: 'delay', least, most })
  }

  /** The refreshes that arrived since they were forgotten. @param {boolean} [forget] */
  async refreshes(forget = false) {
    return (await this.exchanges(forget)).filter(({ kind }) => kind === 'refresh')
  }

  /** The same with the logins. @param {boolean} [forget] @returns {Promise<Seen[]>} */
  async exchanges(forget = false) {
    return (await this.#ask({ do: 'exchanges', forget })).exchanges
  }

  /** @returns {Promise<import('../../src/practice/statistics.ts').PracticeStatistics>} */
  statistics() {
    return this.#ask({ do: 'statistics' })
  }

  stop() {
    return this.#child.stop()
  }

  /** One question at a time, because the answers have no names. @returns {Promise<any>} */
  #ask(question) {
    const answer = this.#tail.then(async () => {
      this.#child.write(JSON.stringify(question))
      return JSON.parse(await this.#child.line())
    })
    this.#tail = answer.catch(() => undefined)
    return answer
  }
}
