import { vaultLock } from '../ipc/vault-lock.ts'
import { BrokerError } from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'
import { log } from './log.ts'

/** What the screen does. A desktop may tell the same thing twice. */
export type ScreenEvent = 'locked' | 'unlocked'

/** Calls the listener for every event until the returned function is called. Rejects with what the person should do. */
export type WatchScreen = (listener: (event: ScreenEvent) => void) => Promise<() => void>

/**
 * `open`: the screen is not locked. `wanted`: it is, and the vault is to follow. `held`: this rule locked the vault. `left`: the
 * screen is locked, and the vault is not this rule's: a person locked it before or opened it since, or it cannot be locked.
 */
type Phase = 'open' | 'wanted' | 'held' | 'left'

/**
 * Locks the vault with the screen, and opens what it locked itself when the screen opens; not what a person locked, and not what
 * needs a passphrase.
 */
export class ScreenLock {
  readonly #host: HostLink
  readonly #watch: WatchScreen
  #stopWatching: (() => void) | undefined
  #phase: Phase = 'open'
  #asking = false

  constructor(host: HostLink, watch: WatchScreen) {
    this.#host = host
    this.#watch = watch
    host.onChange(() => void this.#settle())
  }

  /** Begins or ends to follow the screen; rejects when nothing here tells of it. */
  async follow(on: boolean): Promise<void> {
    if (!on) this.stop()
    else this.#stopWatching ??= await this.#watch((event) => this.#heard(event))
  }

  stop(): void {
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#phase = 'open'
  }

  #heard(event: ScreenEvent): void {
    if (event === 'locked') {
      if (this.#phase !== 'held') this.#phase = 'wanted'
      void this.#settle()
      return
    }
    const held = this.#phase === 'held'
    this.#phase = 'open'
    if (held) void this.#unlock()
  }

  /** Does what the phase wants and the newest snapshot allows. Runs again with every change, also after a lock that was refused. */
  async #settle(): Promise<void> {
    if (this.#asking) return
    const vault = this.#host.snapshot()?.vault
    // A host that starts again opens its vault, whatever the one before it did.
    if (vault === undefined) {
      if (this.#phase === 'held') this.#phase = 'wanted'
      return
    }
    if (this.#phase === 'held' && vault.state.kind === 'ready') this.#phase = 'left'
    if (this.#phase !== 'wanted') return
    if (vaultLock(vault) === undefined) await this.#lock()
    else this.#phase = 'left'
  }

  async #lock(): Promise<void> {
    const outcome = await this.#ask(() => this.#host.ask('lock', undefined))
    if (outcome !== 'done') {
      // A login that is not stored yet is, after a change; a vault in memory never can be locked.
      if (outcome === 'invalid_request' && this.#phase === 'wanted') this.#phase = 'left'
    } else if (this.#phase === 'wanted') this.#phase = 'held'
    // The screen was opened meanwhile.
    else await this.#unlock()
  }

  async #unlock(): Promise<void> {
    const vault = this.#host.snapshot()?.vault
    if (vault !== undefined && vaultLock(vault) === 'press') await this.#ask(() => this.#host.ask('unlock', {}))
    await this.#settle()
  }

  /** One question at a time, so that an answer is never read against the snapshot of another one. */
  async #ask(question: () => Promise<unknown>): Promise<'done' | BrokerError['code']> {
    this.#asking = true
    try {
      await question()
      return 'done'
    } catch (error) {
      const code = error instanceof BrokerError ? error.code : 'internal_error'
      log(`the vault did not follow the screen: ${code}.`)
      return code
    } finally {
      this.#asking = false
    }
  }
}
