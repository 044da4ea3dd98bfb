// What a refresh costs: how many requests reach the authorization server when a hundred callers want one, how long one takes until
// it is durable, and what callers of another account notice of one that hangs.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Authority } from '../authority.mjs'
import { Figures } from '../figures.mjs'
import { LoadClient } from '../load-cell.mjs'
import { oidcRequest } from '../oidc-agent.mjs'
import { shuffled } from '../statistics.mjs'
import { startHeadless, tokenFraming, tokenOf, withoutKeychain } from '../subjects.mjs'
import { call, requestText } from '../token-socket.mjs'
import { DirectClient } from './refresh-direct.mjs'
import { refreshGoals, refreshReading, refreshTables } from './refresh-report.mjs'

const callers = 100
/** Seconds. */
const life = 3_600
const shortLife = 2
const hang = 1_000
const forcedPerRound = 3
const mode = { id: 'oneshot-1', connection: 'oneshot', clients: 1, pinned: false }
const people = ['person-0', 'person-1']

export class Refresh {
  title = 'refreshes'
  callers = callers
  figures = new Figures()
  /** What keeps the rotated tokens of the broker. @type {'keychain' | 'memory'} */
  vault = 'keychain'
  #workshop
  #load
  /** @type {{ held: Authority, short: Authority }} */
  #authorities
  #holder
  #expirer
  #direct
  #oidc
  /** The id of the account whose refreshes are counted, when the broker has a route that refreshes it. @type {string | undefined} */
  #route

  /** @param {import('../workshop.mjs').Workshop} workshop */
  constructor(workshop) {
    this.#workshop = workshop
    this.#load = new LoadClient(workshop)
  }

  async start() {
    const workshop = this.#workshop
    const reason = withoutKeychain()
    if (reason !== undefined) {
      this.vault = 'memory'
      workshop.skip(`the durable write of a refresh: ${reason}`)
    }
    const program = (name) => workshop.program(name)
    const held = await Authority.start(program, { life, people: 3 })
    const short = await Authority.start(program, { life: shortLife, people: 3 })
    this.#authorities = { held, short }
    const broker = { title: 'TokenTray', vault: this.vault, people, env: { TOKENTRAY_REFRESH: 'ondemand' } }
    this.#holder = await startHeadless(workshop, { ...broker, id: 'refresh', authority: held })
    this.#expirer = await startHeadless(workshop, { ...broker, id: 'expired', authority: short })
    this.#direct = new DirectClient(held.origin, await held.refreshToken())
    this.#oidc = await workshop.oidcAgent()
    await this.#oidc?.agent.add('rotating', held)
    await this.#oidc?.agent.add('short', short)
    await this.#findRoute()
    for (let each = 0; each < 3; each += 1) await this.#forced()
  }

  async round() {
    await this.#expired()
    await this.#together()
    for (let each = 0; each < forcedPerRound; each += 1) await this.#forced(each)
    await this.#hanging()
  }

  /** A hundred rotations of oidc-agent take the better part of a minute, so that it is asked for them once. */
  async end() {
    if (this.#oidc === undefined || this.#workshop.options.quick) return
    this.#workshop.say(`oidc-agent answers ${callers} callers that want a new token, twice; that takes a minute or two`)
    await this.#count('oidc', 'force-new', this.#oidc, 'held', oidcRequest('rotating', -1))
    await this.#count('oidc', 'min-valid', this.#oidc, 'held', oidcRequest('rotating', 2 * life))
  }

  report() {
    return { tables: refreshTables(this), goals: refreshGoals(this), reading: refreshReading(this) }
  }

  /** POST /v1/accounts/{id}/refresh is younger than the benchmark. */
  async #findRoute() {
    const { accounts } = await call(this.#holder.socket, 'GET', '/v1/status')
    const { id } = accounts.find(({ label }) => label === people[0])
    const found = await call(this.#holder.socket, 'POST', `/v1/accounts/${id}/refresh`).then(
      () => true,
      (error) => error,
    )
    if (found === true) this.#route = id
    else this.#workshop.skip(`POST /v1/accounts/{id}/refresh: ${found.message.slice(0, 80)}`)
  }

  async #expired() {
    await sleep((shortLife + 0.3) * 1_000)
    await this.#count(
      'ours',
      'expired',
      this.#expirer,
      'short',
      requestText('oneshot', `/v1/token/practice:${people[0]}?min_valid=0`),
    )
    if (this.#oidc !== undefined) await this.#count('oidc', 'expired', this.#oidc, 'short', oidcRequest('short', 0))
  }

  async #together() {
    const ours = (kind, request) => this.#count('ours', kind, this.#holder, 'held', request)
    await ours('force-new', await this.#rejecting())
    await ours('min-valid', requestText('oneshot', `/v1/token/practice:${people[0]}?min_valid=${2 * life}`))
    if (this.#route !== undefined) await ours('route', requestText('oneshot', `/v1/accounts/${this.#route}/refresh`, 'POST'))
  }

  /** How many refreshes reach the authorization server when all callers ask at once. */
  async #count(row, kind, subject, authority, request) {
    await this.#authorities[authority].refreshes(true)
    const burst = await this.#load.burst(subject, callers, { request })
    const refreshes = await this.#authorities[authority].refreshes(true)
    const { answered, milliseconds } = burst
    this.figures.add(row, kind, { requests: refreshes.length, answered, milliseconds, failures: callers - answered })
  }

  /** One refresh with rotation, from the question to the answer, as one caller waits for it. */
  async #forced() {
    const kinds = [
      ['ours', async () => this.#load.burst({ ...this.#holder, framing: tokenFraming }, 1, { request: await this.#rejecting() })],
      ['direct', () => this.#direct.refresh()],
      ...(this.#oidc === undefined
        ? []
        : [['oidc', () => this.#load.burst(this.#oidc, 1, { request: oidcRequest('rotating', -1) })]]),
    ]
    for (const [row, refresh] of shuffled(kinds)) {
      await this.#authorities.held.refreshes(true)
      const { answered, milliseconds } = await refresh()
      const ended = Date.now()
      const seen = await this.#authorities.held.refreshes(true)
      if (answered !== 1 || seen.length !== 1 || seen[0].status !== 200) {
        throw new Error(`a forced refresh of ${row} was answered ${answered} times and sent ${seen.length} times`)
      }
      this.figures.add(row, 'forced', { milliseconds, after: ended - seen[0].delivered })
    }
  }

  /** Cached tokens of one account while the refresh of another one waits a second for the server, and while none does. */
  async #hanging() {
    const ours = {
      ...this.#holder,
      framing: { ...tokenFraming, request: (kept) => requestText(kept, `/v1/token/practice:${people[1]}`) },
    }
    const rows = [['ours', ours, () => this.#rejecting()]]
    if (this.#oidc !== undefined) rows.push(['oidc', this.#oidc, async () => oidcRequest('rotating', -1)])
    for (const [row, subject, request] of shuffled(rows)) {
      this.figures.add(row, 'idle', await this.#load.cell(subject, mode, 600))
      const forced = await request()
      await this.#authorities.held.delay(hang)
      const refresh = this.#load.burst(subject, 1, { request: forced })
      await sleep(50)
      this.figures.add(row, 'hanging', await this.#load.cell(subject, mode, 600))
      const { milliseconds } = await refresh
      if (milliseconds < hang) throw new Error(`the refresh of ${row} took ${milliseconds} ms and did not hang`)
      await this.#authorities.held.delay(0)
    }
  }

  /** The request of a caller whose token an API has refused. */
  async #rejecting() {
    const { socket } = this.#holder
    const held = await tokenOf(socket, `practice:${people[0]}`)
    const rejected = createHash('sha256').update(held).digest('hex').slice(0, 16)
    return requestText('oneshot', `/v1/token/practice:${people[0]}?rejected=${rejected}`)
  }
}
