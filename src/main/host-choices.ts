import type { AppSettings } from '../ipc/settings.ts'
import type { HostLink } from './host-link.ts'
import { log } from './log.ts'

/** What the host does by the settings of the app. */
type Choices = Pick<AppSettings, 'refreshAhead' | 'logLevel'>

/** Tells the host what the person chose, after every start, because one that was started again knows nothing of it. */
export class HostChoices {
  readonly #host: HostLink
  readonly #choices: () => Choices
  #present = false

  constructor(host: HostLink, choices: () => Choices) {
    this.#host = host
    this.#choices = choices
    host.onChange(() => this.#hostChanged())
    this.#hostChanged()
  }

  /** To be called after a change. Without a host nothing is told; its next start is. */
  tell(): void {
    if (!this.#present) return
    const { refreshAhead, logLevel } = this.#choices()
    const told = [this.#host.ask('set_refresh_ahead', { on: refreshAhead }), this.#host.ask('set_log_level', { level: logLevel })]
    Promise.all(told).catch(() => log('the broker has not heard all of the settings.'))
  }

  #hostChanged(): void {
    const before = this.#present
    this.#present = this.#host.snapshot() !== undefined
    if (this.#present && !before) this.tell()
  }
}
