import { type Clock, toEpochSeconds } from '../core/clock.ts'
import { hasAccount } from '../ipc/account-words.ts'
import type { AccountUsage } from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'

/** How often it is seen to whether new figures are wanted. The providers are not asked more often either. Milliseconds. */
const lookEvery = 300_000

/**
 * The newest figures of how much of each plan is used. They are asked for when somebody looks, and otherwise only while tools get tokens,
 * because nothing is used up where nothing works. What was known stays while there is no host.
 */
export class UsageWatch {
  readonly #host: HostLink
  readonly #clock: Clock
  readonly #listeners = new Set<(usage: readonly AccountUsage[]) => void>()
  #usage: readonly AccountUsage[] = []
  #asking: Promise<void> | undefined
  /** Epoch seconds. */
  #lookedAt = 0
  #stopTimer: (() => void) | undefined
  /** The providers that tell usage. Asked for once, as they are fixed while a host runs. */
  #telling: ReadonlySet<string> | undefined

  constructor(host: HostLink, clock: Clock) {
    this.#host = host
    this.#clock = clock
    host.onChange(() => this.#hostChanged())
  }

  current(): readonly AccountUsage[] {
    return this.#usage
  }

  /** Calls the listener when the figures are other ones; the returned function ends it. */
  onChange(listener: (usage: readonly AccountUsage[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Asks for new figures, once for all who want them meanwhile. Never rejects: without an answer the present ones stay. */
  look(): Promise<void> {
    if (this.#host.snapshot() === undefined) return Promise.resolve()
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<void> {
    const lookedAt = toEpochSeconds(this.#clock.now())
    const usage = await this.#host.ask('usage', undefined).catch(() => undefined)
    if (usage === undefined) return
    this.#lookedAt = lookedAt
    this.#show(usage)
  }

  #hostChanged(): void {
    if (this.#host.snapshot() === undefined) this.#telling = undefined
    else this.#show(this.#usage)
    this.#arrange()
  }

  /** The timer runs while there is a host with accounts: an app at rest should not wake the processor. */
  #arrange(): void {
    const wanted = this.#accounts().length > 0
    if (wanted) this.#stopTimer ??= this.#clock.after(lookEvery, () => void this.#tick())
    if (wanted || this.#stopTimer === undefined) return
    this.#stopTimer()
    this.#stopTimer = undefined
  }

  async #tick(): Promise<void> {
    const rang = this.#stopTimer
    if (await this.#isWanted().catch(() => false)) await this.look()
    // All accounts may have gone and others come meanwhile, and those have a timer already.
    if (this.#stopTimer === rang) this.#stopTimer = undefined
    this.#arrange()
  }

  /** Whether a tool got a token since the figures came, and some provider would tell what that has cost. */
  async #isWanted(): Promise<boolean> {
    const lastHandOut = await this.#host.ask('last_hand_out', undefined)
    // A clock that was set back since must not keep the figures as they are.
    const since = this.#lookedAt > toEpochSeconds(this.#clock.now()) ? 0 : this.#lookedAt
    if (lastHandOut === undefined || lastHandOut < since) return false
    this.#telling ??= await this.#askWhoTells()
    return this.#accounts().some(({ provider }) => this.#telling?.has(provider))
  }

  async #askWhoTells(): Promise<ReadonlySet<string>> {
    const { providers } = await this.#host.ask('providers', undefined)
    return new Set(providers.filter(({ usage }) => usage).map(({ id }) => id))
  }

  #accounts() {
    return this.#host.snapshot()?.accounts.filter(hasAccount) ?? []
  }

  /** Figures of an account that is gone are forgotten. */
  #show(usage: readonly AccountUsage[]): void {
    const known = new Set(this.#accounts().map(({ id }) => id))
    const present = usage.filter(({ account }) => known.has(account))
    if (JSON.stringify(present) === JSON.stringify(this.#usage)) return
    this.#usage = present
    for (const listener of this.#listeners) listener(present)
  }
}
