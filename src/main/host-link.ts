import type { Asker, Clock } from '../core/index.ts'
import type { HostCommandName, HostCommands, HostHandle, Stopped } from '../host/handle.ts'
import type { Problem } from '../ipc/channels.ts'
import { BrokerError, type BrokerSnapshot } from '../protocol/index.ts'
import { log } from './log.ts'
import { problemFrom } from './problem.ts'

/** Milliseconds before the host is started again after it ended by itself, by how often that has happened in a row. */
const restartDelays = [500, 2_000, 10_000, 60_000] as const

/** A host that ran this long has recovered, so that its next end is treated as the first one. Milliseconds. */
const recoveredAfter = 300_000

/** The app's hold on its host: there is at most one, it is started again when it ends by itself, and it may be absent. */
export class HostLink {
  readonly #startHost: () => Promise<HostHandle>
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  #handle: HostHandle | undefined
  #problem: Problem | undefined
  #starting: Promise<void> | undefined
  #cancelRestart = () => {}
  #ended = 0
  #stopping = false

  constructor(startHost: () => Promise<HostHandle>, clock: Clock) {
    this.#startHost = startHost
    this.#clock = clock
  }

  /** Rejects with the host's reason. Calls during a start join it. */
  start(): Promise<void> {
    this.#starting ??= this.#connect().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  /** Undefined while there is no host. */
  snapshot(): BrokerSnapshot | undefined {
    return this.#handle?.snapshot()
  }

  /** Why there is no host; undefined while there is one and while it starts for the first time. */
  problem(): Problem | undefined {
    return this.#problem
  }

  /** Calls the listener for every new snapshot and whenever the host comes or goes. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  async ask<Name extends HostCommandName>(name: Name, value: HostCommands[Name]['ask']): Promise<HostCommands[Name]['answer']> {
    if (this.#handle === undefined) throw new BrokerError('temporarily_unavailable', 'The broker of this app is starting.')
    return this.#handle.ask(name, value)
  }

  /** Looks at every deadline and at the keychain now, which only a person may prompt for; starts the host when there is none. */
  async wake(asker: Asker): Promise<void> {
    if (this.#handle !== undefined) return this.ask('wake', { asker })
    // Nobody has to start again what is ending.
    if (this.#stopping) return
    this.#cancelRestart()
    // The start that was put off is this one, so that the next has to follow it. A first start that fails ends the app.
    await this.start().catch(() => this.#ended > 0 && this.#restartLater())
  }

  /** Ends the host for good. */
  async stop(): Promise<Stopped> {
    this.#stopping = true
    this.#cancelRestart()
    await this.#starting?.catch(() => {})
    return (await this.#handle?.stop()) ?? 'ended'
  }

  async #connect(): Promise<void> {
    try {
      const handle = await this.#startHost()
      const startedAt = this.#clock.now()
      handle.onSnapshot(() => this.#tell())
      handle.onExit((reason) => this.#lost(handle, reason, this.#clock.now() - startedAt))
      this.#handle = handle
      this.#problem = undefined
    } catch (error) {
      this.#problem = problemFrom(error)
      throw error
    } finally {
      this.#tell()
    }
  }

  #lost(handle: HostHandle, reason: string, ranFor: number): void {
    if (this.#handle !== handle || this.#stopping) return
    log('the broker ended by itself and is started again.')
    this.#handle = undefined
    this.#problem = { code: 'internal_error', description: reason, fix: 'It is started again by itself.' }
    if (ranFor >= recoveredAfter) this.#ended = 0
    this.#restartLater()
    this.#tell()
  }

  #restartLater(): void {
    if (this.#stopping) return
    this.#cancelRestart()
    const delay = restartDelays[Math.min(this.#ended, restartDelays.length - 1)] ?? 0
    this.#ended += 1
    this.#cancelRestart = this.#clock.after(delay, () => {
      this.start().catch(() => this.#restartLater())
    })
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
