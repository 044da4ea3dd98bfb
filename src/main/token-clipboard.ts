import { createHash } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { BrokerError } from '../protocol/index.ts'

/** What is used of the clipboard of the system. Newer versions of Electron answer with promises; each may throw or reject. */
export interface Clipboard {
  readText(): string | Promise<string>
  writeText(text: string): void | Promise<void>
  clear(): void
}

/** How long a copied token stays. Milliseconds. */
const stays = 30_000

/**
 * Puts tokens on the clipboard and takes them away again, after thirty seconds or when the app ends, unless something else is there by
 * then. The token itself is not kept meanwhile: its hash is enough to recognise it. One that a clipboard manager has taken a copy of is
 * out of reach.
 */
export class TokenClipboard {
  readonly #clock: Clock
  readonly #clipboard: Clipboard
  #copied: { readonly hash: string; readonly stopTimer: () => void } | undefined

  constructor(clock: Clock, clipboard: Clipboard) {
    this.#clock = clock
    this.#clipboard = clipboard
  }

  /** The time of the token before ends with it. */
  async copy(token: string): Promise<void> {
    this.#copied?.stopTimer()
    const copied = { hash: hashOf(token), stopTimer: this.#clock.after(stays, () => void this.clear()) }
    // Known before it is written, so that an end of the app in between takes it away, too.
    this.#copied = copied
    try {
      await this.#clipboard.writeText(token)
    } catch {
      copied.stopTimer()
      if (this.#copied === copied) this.#copied = undefined
      throw new BrokerError('temporarily_unavailable', 'The token could not be put on the clipboard.')
    }
  }

  /** Takes the token away now. Never rejects. */
  async clear(): Promise<void> {
    const copied = this.#copied
    if (copied === undefined) return
    copied.stopTimer()
    this.#copied = undefined
    try {
      // A desktop that lets nobody but the focused window read the clipboard shows nothing here, and nothing is taken away then: it
      // might be what the person has copied since.
      const isThere = hashOf(await this.#clipboard.readText()) === copied.hash
      // One that was copied while the clipboard was read has a time of its own.
      if (isThere && this.#copied === undefined) this.#clipboard.clear()
    } catch {
      // Nothing can be done about a clipboard that is out of order, least of all while the app ends.
    }
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
