// The broker that is killed: `tokentray daemon` on one home, again and again.
import { createHash } from 'node:crypto'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Child, cleanEnvironment } from '../children.mjs'
import { call, signIn } from '../token-socket.mjs'
import { PROJECT } from '../tools.mjs'

/** @typedef {import('./chronicle.mjs').Account} Account */

/** How long an account may take to be usable after a start. Milliseconds. */
const patience = 20_000

export class Broker {
  #env
  #authority
  /** @type {Child | undefined} */
  #child

  /** @param {string} home @param {import('../authority.mjs').Authority} authority */
  constructor(home, authority) {
    this.#authority = authority
    this.socket = path.join(home, 'agent.sock')
    this.#env = {
      ...cleanEnvironment(),
      TOKENTRAY_HOME: home,
      TOKENTRAY_SOCKET: this.socket,
      TOKENTRAY_VAULT: 'keychain',
      TOKENTRAY_UPSTREAM: authority.origin,
    }
  }

  /** Resolves when it answers and its vault is open. */
  async start() {
    const child = new Child([process.execPath, path.join(PROJECT, 'out/node/tokentray.js'), 'daemon'], this.#env)
    this.#child = child
    for (let waited = 0; waited < patience; waited += 10) {
      const status = await call(this.socket, 'GET', '/v1/status').catch(() => undefined)
      if (status?.vault.state.kind === 'ready') return
      if (child.ended) break
      await sleep(10)
    }
    throw new Error(`the broker is not ready: ${child.errors.trim().split('\n').slice(-5).join(' | ')}`)
  }

  async kill() {
    this.#child.signal('SIGKILL')
    await this.#child.status()
  }

  stop() {
    return this.#child.stop()
  }

  /** @param {string} person @returns {Promise<string>} the id of the new account */
  signIn(person) {
    return signIn(this.socket, this.#authority, { person, label: person })
  }

  /** @param {Account} account @param {import('./chronicle.mjs').Chronicle} chronicle */
  async signInAgain(account, chronicle) {
    await signIn(this.socket, this.#authority, { person: account.person, account: account.id })
    chronicle.isBack(account)
    chronicle.handedOut(account, await this.#tokenOf(account))
  }

  /**
   * Callers that have all had the token of an account refused. What they get is noted at once: a token that somebody has must be
   * on the disk by then (S3).
   *
   * @param {readonly Account[]} accounts
   * @param {import('./chronicle.mjs').Chronicle} chronicle
   * @param {number} callers of each account
   * @returns {Promise<void>[]} that never reject
   */
  askAll(accounts, chronicle, callers) {
    return accounts.flatMap((account) =>
      Array.from({ length: callers }, async () => {
        const answer = await call(this.socket, 'GET', tokenPath(account.id, account.token)).catch(() => undefined)
        if (answer !== undefined) chronicle.handedOut(account, fingerprint(answer.access_token))
      }),
    )
  }

  /**
   * Proves of every account that it can still be refreshed. A token that is merely handed out would not: it outlives a refresh token
   * that is lost already. @param {import('./chronicle.mjs').Chronicle} chronicle
   */
  async lookAt(chronicle) {
    await Promise.all(
      chronicle.accounts.map(async (account) => {
        const token = await this.#tokenOf(account, account.token)
        if (token === undefined) chronicle.isLost(account, await this.#stateOf(account))
        else chronicle.handedOut(account, token)
      }),
    )
  }

  /**
   * The fingerprint of a token other than `rejected`, or undefined when there is none.
   *
   * @param {Account} account
   * @param {string} [rejected]
   */
  async #tokenOf({ id }, rejected) {
    for (let waited = 0; waited < patience; waited += 100) {
      const token = await call(this.socket, 'GET', tokenPath(id, rejected)).catch((error) => error)
      if (!(token instanceof Error)) return fingerprint(token.access_token)
      const { kind } = (await this.#stateOf({ id })) ?? {}
      if (kind === 'reauthorization_required' || kind === undefined) return undefined
      await sleep(100)
    }
    return undefined
  }

  async #stateOf({ id }) {
    const { accounts } = await call(this.socket, 'GET', '/v1/status')
    return accounts.find((account) => account.id === id)?.state
  }
}

const tokenPath = (id, rejected) => `/v1/token/${id}${rejected === undefined ? '' : `?rejected=${rejected.slice(0, 32)}`}`

const fingerprint = (token) => createHash('sha256').update(token).digest('hex')
