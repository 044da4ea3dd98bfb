import type { HostLink } from './host-link.ts'

/** The broker's switch to ask about new clients, kept as it really is: a command can change it as well. */
export class AskFirst {
  readonly #host: HostLink
  readonly #onChange: () => void
  #on: boolean | undefined
  #asking = false
  #askAgain = false

  constructor(host: HostLink, onChange: () => void) {
    this.#host = host
    this.#onChange = onChange
    host.onChange(() => void this.#read())
    // The host may have been there before.
    void this.#read()
  }

  /** Undefined while it is not known. */
  current(): boolean | undefined {
    return this.#on
  }

  async set(on: boolean): Promise<void> {
    this.#show((await this.#host.ask('set_ask', { ask: on })).ask)
  }

  /** The policy is in no snapshot, so that it is asked for after each one; changes in between share the next question. */
  async #read(): Promise<void> {
    this.#askAgain = this.#asking
    if (this.#asking) return
    if (this.#host.snapshot() === undefined) return this.#show(undefined)
    this.#asking = true
    const policy = await this.#host.ask('policy', undefined).catch(() => undefined)
    this.#asking = false
    if (policy !== undefined) this.#show(policy.ask)
    if (this.#askAgain) void this.#read()
  }

  #show(on: boolean | undefined): void {
    if (on === this.#on) return
    this.#on = on
    this.#onChange()
  }
}
