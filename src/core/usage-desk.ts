import type { AccountUsage } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { Accounts } from './accounts.ts'
import { type Clock, toEpochSeconds } from './clock.ts'
import type { Usage } from './usage.ts'

/** Nobody is asked more often than this. Milliseconds. */
const pollEvery = 300_000

/** How long a provider that asked to be left alone is left alone at least, and at most. Milliseconds. */
const shortestRest = 300_000
const longestRest = 21_600_000

/** What is known of one account. Times are milliseconds. */
interface Figures {
  readonly usage?: Usage
  readonly fetchedAt?: number
  /** When it may be asked again. */
  readonly nextAt: number
  readonly error?: AccountUsage['error']
}

/**
 * How much of each plan is used. It is asked of the provider only while somebody looks, so that nothing happens here by itself; what came
 * is kept for five minutes. Figures that could not be renewed are shown as old, and none is ever made up.
 */
export class UsageDesk {
  readonly #clock: Clock
  readonly #accounts: Accounts
  readonly #figures = new Map<string, Figures>()
  /** Requests under way, so that ten who look at once ask once. */
  readonly #asking = new Map<string, Promise<void>>()

  constructor(clock: Clock, accounts: Accounts) {
    this.#clock = clock
    this.#accounts = accounts
  }

  /** The figures of these accounts, asked anew where that is due. Never rejects. */
  async look(sessions: readonly AccountSession[]): Promise<readonly AccountUsage[]> {
    const telling = sessions.filter((session) => this.#tells(session))
    await Promise.all(telling.map((session) => this.#renew(session)))
    return telling
      .map((session) => this.#describe(session))
      .filter(({ windows, credits, error }) => {
        return windows.length > 0 || credits !== undefined || error !== undefined
      })
  }

  /** When a limit of the whole account that is used up ends, in milliseconds; undefined when none is known to be. */
  exhaustedUntil(account: string): number | undefined {
    const { usage } = this.#figures.get(account) ?? {}
    const ends = (usage?.windows ?? [])
      .filter((window) => window.used_percent >= 100 && window.resets_at !== undefined && !window.partial)
      .map((window) => (window.resets_at ?? 0) * 1000)
      .filter((end) => end > this.#clock.now())
    return ends.length === 0 ? undefined : Math.max(...ends)
  }

  forget(account: string): void {
    this.#figures.delete(account)
  }

  #tells({ record, mode }: AccountSession): boolean {
    return mode !== 'watched' && this.#accounts.client(record.provider).info.usage
  }

  #renew(session: AccountSession): Promise<void> {
    const { id } = session.record
    const now = this.#clock.now()
    const { nextAt = 0, fetchedAt = 0 } = this.#figures.get(id) ?? {}
    // A clock that was set back must not keep the figures as they are for days.
    if (now < nextAt && now >= fetchedAt && nextAt - now <= longestRest) return this.#asking.get(id) ?? Promise.resolve()
    const asking = this.#asking.get(id) ?? this.#ask(session).finally(() => this.#asking.delete(id))
    this.#asking.set(id, asking)
    return asking
  }

  async #ask(session: AccountSession): Promise<void> {
    const { id, provider, issuer } = session.record
    const known = this.#figures.get(id) ?? { nextAt: 0 }
    const client = this.#accounts.client(provider)
    const grant = issuer === client.issuer ? await session.grantFor({}).catch((error: Error) => error) : undefined
    if (grant === undefined) return
    if (grant instanceof Error) {
      const error = { code: 'no_token', description: grant.message }
      return void this.#figures.set(id, { ...known, nextAt: this.#clock.now(), error })
    }
    const outcome = await client.usage(grant)
    const now = this.#clock.now()
    if (outcome.kind === 'good') {
      return void this.#figures.set(id, { usage: plausible(outcome.value, now), fetchedAt: now, nextAt: now + pollEvery })
    }
    if (outcome.kind === 'none') return
    // Some providers say 0 and mean hours.
    const wished = outcome.kind === 'failed' ? (outcome.retryAfter ?? 0) * 1000 : 0
    const rest = Math.min(longestRest, Math.max(shortestRest, wished))
    const description =
      outcome.detail === undefined ? outcome.error.description : `${outcome.error.description} (${outcome.detail})`
    this.#figures.set(id, { ...known, nextAt: now + rest, error: { ...outcome.error, description } })
  }

  #describe({ record }: AccountSession): AccountUsage {
    const { usage, fetchedAt, error } = this.#figures.get(record.id) ?? {}
    return {
      account: record.id,
      provider: record.provider,
      ...(record.label === undefined ? {} : { label: record.label }),
      windows: [...(usage?.windows ?? [])],
      ...(usage?.credits === undefined ? {} : { credits: usage.credits }),
      ...(fetchedAt === undefined ? {} : { fetched_at: toEpochSeconds(fetchedAt) }),
      stale: error !== undefined && usage !== undefined,
      ...(error === undefined ? {} : { error }),
    }
  }
}

/** No limit resets after a year, and no figure is believed that is no share of anything. Milliseconds. */
const longestWindow = 366 * 86_400_000
const mostPercent = 1_000

/** What a provider says may be anything; a figure that cannot be meant is left out, because none is better than a wrong one. */
function plausible(usage: Usage, now: number): Usage {
  const windows = usage.windows
    .filter(({ used_percent: used }) => used >= 0 && used <= mostPercent)
    .map(({ resets_at: resetsAt, ...window }) => {
      const isTime = resetsAt !== undefined && Math.abs(resetsAt * 1000 - now) <= longestWindow
      return isTime ? { ...window, resets_at: Math.floor(resetsAt) } : window
    })
  return { ...usage, windows: windows.slice(0, 50) }
}
