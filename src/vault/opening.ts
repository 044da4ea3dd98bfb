import type { Asker, Clock } from '../core/index.ts'
import type { KeyStore } from './key-store.ts'
import { type Unsealing, unseal } from './unsealing.ts'
import type { VaultFolder } from './vault-folder.ts'

export interface OpeningContext {
  readonly folder: VaultFolder
  readonly keyStore: KeyStore
  readonly clock: Clock
  /** Told of every outcome; the attempt is over when it has settled. */
  readonly onOutcome: (outcome: Unsealing) => Promise<void>
}

/** The timer begins gently and gets gentler. Milliseconds. */
const firstRetry = 5_000
const slowestRetry = 60_000
/** How long programs are not prompted for after a prompt was dismissed; doubles with each dismissal. Milliseconds. */
const firstRespite = 15_000
const longestRespite = 240_000

/**
 * Decides when the vault is tried again until it is open. The rule is that no prompt comes up without somebody's wish: after a
 * prompt was dismissed, the timer asks only the question that cannot prompt, and makes an attempt when the answer is "unlocked".
 * What cannot prompt (no keychain service, a full disk, a lost key) is simply tried again by the timer.
 */
export class Opening {
  readonly #context: OpeningContext
  #last: Unsealing | undefined
  #attempt: Promise<void> | undefined
  /** Cancels the timer that is set. */
  #timer: (() => void) | undefined
  #retryDelay = firstRetry
  #respite = firstRespite
  #dismissedAt: number | undefined
  #closed = false

  constructor(context: OpeningContext) {
    this.#context = context
  }

  /** Settles when the answer is known; joins an attempt under way; never throws. */
  async open(asker: Asker): Promise<void> {
    if (this.#attempt !== undefined) {
      const before = this.#last
      await this.#attempt
      // What was joined may have been a quiet question of the timer, which is not what a person asked for.
      if (asker === 'program' || this.#last !== before) return
    }
    // With a prompt on the screen there is nothing to ask; its answer arrives by itself.
    if (this.#last?.kind === 'ready' || this.#last?.later !== undefined) return
    await this.#begin(async () => ((await this.#mayAttempt(asker)) ? this.#unseal() : undefined))
  }

  close(): void {
    this.#closed = true
    this.#timer?.()
  }

  #unseal(): Promise<Unsealing> {
    return unseal(this.#context.folder, this.#context.keyStore)
  }

  #begin(find: () => Promise<Unsealing | undefined>): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#attempt ??= this.#try(find).finally(() => {
      this.#attempt = undefined
    })
    return this.#attempt
  }

  async #try(find: () => Promise<Unsealing | undefined>): Promise<void> {
    const outcome = await find()
    if (this.#closed) return
    if (outcome !== undefined) await this.#settle(outcome)
    this.#follow()
  }

  async #settle(outcome: Unsealing): Promise<void> {
    this.#last = outcome
    this.#timer?.()
    this.#timer = undefined
    if (outcome.kind !== 'ready' && outcome.mayPrompt && outcome.later === undefined) {
      this.#respite = this.#dismissedAt === undefined ? firstRespite : Math.min(this.#respite * 2, longestRespite)
      this.#dismissedAt = this.#context.clock.now()
    }
    await this.#context.onOutcome(outcome)
  }

  /** What happens next by itself. */
  #follow(): void {
    const last = this.#last
    if (this.#closed || this.#timer !== undefined || last === undefined || last.kind === 'ready') return
    if (last.later !== undefined) {
      // The prompt is on the screen. Its answer is the next outcome, and no timer may put a second prompt beside it.
      const { later } = last
      void later.then((outcome) => this.#begin(() => Promise.resolve(outcome)))
      return
    }
    this.#timer = this.#context.clock.after(this.#retryDelay, () => this.#tick())
    this.#retryDelay = Math.min(this.#retryDelay * 2, slowestRetry)
  }

  #tick(): void {
    this.#timer = undefined
    void this.#begin(async () => {
      const last = this.#last
      if (last === undefined || last.kind === 'ready') return undefined
      return !last.mayPrompt || (await this.#context.keyStore.unlocked()) === true ? this.#unseal() : undefined
    })
  }

  async #mayAttempt(asker: Asker): Promise<boolean> {
    const last = this.#last
    if (last === undefined || last.kind === 'ready' || !last.mayPrompt) return true
    if (asker === 'person' || this.#dismissedAt === undefined) return true
    const elapsed = this.#context.clock.now() - this.#dismissedAt
    // A wall clock that was set back must not make the respite longer.
    if (elapsed < 0 || elapsed >= this.#respite) return true
    return (await this.#context.keyStore.unlocked()) === true
  }
}
