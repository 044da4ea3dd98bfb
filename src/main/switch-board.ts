import type { HostLink } from './host-link.ts'
import type { Switches, SwitchName } from './menu-model.ts'

/** Where the app's own switch is kept, and what it switches. */
export interface LockWithScreen {
  read(): Promise<boolean>
  write(on: boolean): Promise<void>
  /** Begins or ends to follow the screen; rejects when the screen cannot be followed here. */
  follow(on: boolean): Promise<void>
}

/** The check boxes of the tray menu, kept as they really are: one belongs to the broker, which a command can change as well. */
export class SwitchBoard {
  readonly #host: HostLink
  readonly #lockWithScreen: LockWithScreen
  readonly #onChange: () => void
  #switches: Switches = {}
  #asking = false
  #askAgain = false

  constructor(host: HostLink, lockWithScreen: LockWithScreen, onChange: () => void) {
    this.#host = host
    this.#lockWithScreen = lockWithScreen
    this.#onChange = onChange
    host.onChange(() => void this.#readPolicy())
  }

  current(): Switches {
    return this.#switches
  }

  /** Reads both switches and acts on the app's own; rejects when the screen cannot be followed, with both switches read. */
  async start(): Promise<void> {
    void this.#readPolicy()
    const on = await this.#lockWithScreen.read()
    this.#show({ lockWithScreen: on })
    if (on) await this.#lockWithScreen.follow(true)
  }

  /** The listener hears of every try, also of one that failed, because the menu has moved its tick already. */
  async set(name: SwitchName, on: boolean): Promise<void> {
    try {
      if (name === 'askFirst') this.#show({ askFirst: (await this.#host.ask('set_ask', { ask: on })).ask })
      else await this.#setLockWithScreen(on)
    } finally {
      this.#onChange()
    }
  }

  async #setLockWithScreen(on: boolean): Promise<void> {
    await this.#lockWithScreen.follow(on)
    await this.#lockWithScreen.write(on)
    this.#show({ lockWithScreen: on })
  }

  /** The policy is in no snapshot, so that it is asked for after each one; changes in between share the next question. */
  async #readPolicy(): Promise<void> {
    this.#askAgain = this.#asking
    if (this.#asking || this.#host.snapshot() === undefined) return
    this.#asking = true
    const policy = await this.#host.ask('policy', undefined).catch(() => undefined)
    this.#asking = false
    if (policy !== undefined && policy.ask !== this.#switches.askFirst) this.#show({ askFirst: policy.ask })
    if (this.#askAgain) void this.#readPolicy()
  }

  #show(known: Switches): void {
    this.#switches = { ...this.#switches, ...known }
    this.#onChange()
  }
}
