import type { TrayPresence } from './tray-presence.ts'
import type { Frame } from './window-options.ts'

/**
 * Whether the window hangs on the tray icon or stands on its own. It stands on its own unless the icon is known to be seen: an
 * app that nobody can find is worse than a window too many. `--window` and TOKENTRAY_WINDOW=1 ask for a window in any case.
 */
export class FrameChoice {
  readonly #forced: boolean
  readonly #look: () => Promise<TrayPresence>
  #presence: TrayPresence = 'unknown'

  constructor(look: () => Promise<TrayPresence>, argv: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    this.#look = look
    this.#forced = argv.includes('--window') || env.TOKENTRAY_WINDOW === '1'
  }

  current(): Frame {
    return !this.#forced && this.#presence === 'present' ? 'popover' : 'window'
  }

  /** Looks for a tray again, as it may have come or gone. */
  async look(): Promise<Frame> {
    this.#presence = await this.#look()
    return this.current()
  }
}
