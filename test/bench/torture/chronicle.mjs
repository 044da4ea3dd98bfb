// What happened to each login: what its callers got, what the server gave out, and where the kill fell between the two.

/**
 * @typedef {object} Account
 * @property {string} id
 * @property {string} person
 * @property {string} [token] the fingerprint of the newest token that somebody has
 * @property {string} [before] the same when the flights of this life began
 * @property {boolean} lost
 * @property {{ kind: string, cause?: string, error?: { code: string, cause?: string } }} [state] how the broker explains the loss
 *
 * @typedef {import('../front.ts').Seen} Seen
 * @typedef {{ asked: number, killed: number, restarted: number, chosen: readonly Account[] }} Kill milliseconds of the wall clock
 */

/** Where a kill can fall in the flight of one account. */
export const stages = {
  unsent: 'before the request reached the server',
  server: 'while the request was at the server',
  answer: 'while the answer was under way',
  write: 'after the answer, before a caller had the token',
  done: 'after a caller had the token',
}

/** A broker that has had the answer this long and has not stored it is to blame. Milliseconds. */
const longestWrite = 1_000

export class Chronicle {
  /** @type {Account[]} */
  accounts = []
  refreshes = 0
  refused = 0
  kills = 0
  looks = 0
  /** Flights that a kill met, by stage. @type {Map<string, { flights: number, alive: number, named: number, unnamed: number }>} */
  byStage = new Map(Object.keys(stages).map((stage) => [stage, { flights: 0, alive: 0, named: 0, unnamed: 0 }]))
  /** Losses that cannot be excused, in words. @type {string[]} */
  unexplained = []
  /** The account that each access token and each refresh token belongs to, by fingerprint. @type {Map<string, Account>} */
  #owners = new Map()
  /** When somebody was first given a token, by fingerprint. @type {Map<string, number>} */
  #handedOut = new Map()
  #said = 0

  /** @param {string} id @param {string} person */
  addAccount(id, person) {
    this.accounts.push({ id, person, lost: false })
  }

  /** @param {Account} account @param {string | undefined} token */
  handedOut(account, token) {
    if (token === undefined) return
    account.token = token
    this.#owners.set(token, account)
    if (!this.#handedOut.has(token)) this.#handedOut.set(token, Date.now())
  }

  /** @param {Account} account @param {Account['state']} state */
  isLost(account, state) {
    account.lost = true
    account.state = state
  }

  /** @param {Account} account */
  isBack(account) {
    account.lost = false
    delete account.state
    delete account.token
  }

  /** Settles what a kill did. @param {readonly Seen[]} exchanges of the life that it ended and of the start after it @param {Kill} kill */
  judge(exchanges, kill) {
    this.kills += 1
    this.looks += this.accounts.length
    const refreshes = exchanges.filter(({ kind }) => kind === 'refresh')
    this.refreshes += refreshes.length
    this.refused += refreshes.filter(({ status }) => status !== 200).length
    this.#follow(exchanges)
    for (const account of this.accounts) this.#judge(account, refreshes, kill)
  }

  /** The tokens of one family belong to one account, also those that nobody was given. @param {readonly Seen[]} exchanges */
  #follow(exchanges) {
    for (const { sent, issuedAccessToken, issuedRefreshToken } of exchanges) {
      const owner = this.#owners.get(sent) ?? this.#owners.get(issuedAccessToken)
      if (owner === undefined || issuedRefreshToken === undefined) continue
      this.#owners.set(issuedRefreshToken, owner)
      this.#owners.set(issuedAccessToken, owner)
    }
  }

  /** @param {Account} account @param {readonly Seen[]} refreshes @param {Kill} kill */
  #judge(account, refreshes, { asked, killed, restarted, chosen }) {
    const own = refreshes.filter(({ sent }) => this.#owners.get(sent) === account)
    // A request that was on its way when the process died arrives after the kill; before the next start it can be of no other.
    const flight = own.findLast(({ arrived }) => arrived >= asked && arrived < restarted)
    const met = flight !== undefined || chosen.includes(account)
    const stage = this.#stageOf(flight, killed, restarted)
    const row = this.byStage.get(stage)
    if (met) row.flights += 1
    if (!account.lost) {
      if (met) row.alive += 1
      return
    }
    const excuse = this.#excuse(flight, stage, killed)
    if (excuse === undefined) {
      const sent = own.map(({ arrived, decided, status, delivered }) => ({
        arrived: arrived - killed,
        decided: decided - killed,
        status,
        delivered: delivered && delivered - killed,
      }))
      this.unexplained.push(
        `${account.id}, ${stages[stage]}: ${JSON.stringify(account.state)}; refreshes in ms from the kill: ${JSON.stringify(sent)}`,
      )
      return
    }
    const { state } = account
    if ((state?.cause ?? state?.error?.cause ?? state?.error?.code) === 'lost_answer') row.named += 1
    else row.unnamed += 1
  }

  #stageOf(flight, killed, restarted) {
    if (flight === undefined) return 'unsent'
    // What the broker hands out after its next start proves that it was stored, not that a caller had it before.
    if ((this.#handedOut.get(flight.issuedAccessToken) ?? Number.POSITIVE_INFINITY) <= restarted) return 'done'
    if (flight.decided === undefined || flight.decided > killed) return 'server'
    return flight.delivered === undefined || flight.delivered > killed ? 'answer' : 'write'
  }

  /** Why nobody is to blame: the server rotated, and the process died before the new token could be on the disk. */
  #excuse(flight, stage, killed) {
    if (flight?.status !== 200 || stage === 'done') return undefined
    if (stage === 'write' && killed - flight.delivered > longestWrite) return undefined
    return stage
  }

  /** @param {number} wanted */
  sayProgress(wanted) {
    if (this.refreshes - this.#said < 100) return
    this.#said = this.refreshes
    console.error(
      `torture: ${this.refreshes} of ${wanted} refreshes, ${this.kills} kills, ${this.unexplained.length} losses without excuse`,
    )
  }
}
