import type { MenuAction } from '../menu-model.ts'
import type { SaidNotice } from './notice-words.ts'

/** What a desktop tells of a notification that it shows. */
export interface NoticeEvents {
  /** The person chose something of it. */
  readonly chosen: (action: MenuAction) => void
  /** It cannot be chosen any more. */
  readonly closed: () => void
}

/** A notification on the screen. */
export interface ShownNotice {
  /** Takes it away. */
  close(): void
}

/** A way to show notifications. None of them takes the focus, and none ever throws: a desktop without notifications is no fault. */
export interface NoticeDesktop {
  /** In the place of `before` where that still stands. */
  show(notice: SaidNotice, events: NoticeEvents, before?: ShownNotice): ShownNotice
}

/** The notifications that stand, one for each cause. They are kept here, because Electron's lose their buttons when they are not. */
export class DesktopNotices {
  readonly #desktop: NoticeDesktop
  readonly #run: (action: MenuAction) => void
  readonly #standing = new Map<string, ShownNotice>()

  constructor(desktop: NoticeDesktop, run: (action: MenuAction) => void) {
    this.#desktop = desktop
    this.#run = run
  }

  show(notice: SaidNotice): void {
    const { key } = notice
    let ended = false
    let shown: ShownNotice | undefined
    const forget = () => {
      ended = true
      if (this.#standing.get(key) === shown) this.#standing.delete(key)
    }
    const events: NoticeEvents = {
      chosen: (action) => {
        // One that was taken back or replaced meanwhile is not there to be answered, and no desktop answers twice.
        if (ended || this.#standing.get(key) !== shown) return
        shown?.close()
        forget()
        this.#run(action)
      },
      closed: forget,
    }
    const before = this.#standing.get(key)
    this.#standing.delete(key)
    shown = this.#desktop.show(notice, events, before)
    if (!ended) this.#standing.set(key, shown)
  }

  takeBack(key: string): void {
    const shown = this.#standing.get(key)
    this.#standing.delete(key)
    shown?.close()
  }

  /** When the app ends, nothing answers a button any more. */
  takeBackAll(): void {
    for (const key of [...this.#standing.keys()]) this.takeBack(key)
  }
}
