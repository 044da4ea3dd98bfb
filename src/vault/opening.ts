import type { Asker, Clock, Secret } from '../core/index.ts'
import type { Unsealing } from './unsealing.ts'

export interface OpeningContext {
  /** Makes one attempt. Never throws. */
  readonly unseal: (passphrase?: Secret) => Promise<Unsealing>
  /** Whether the keychain is unlocked, without a prompt; undefined when it cannot be known. */
  readonly unlocked: () => Promise<boolean | undefined>
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
 * What cannot prompt (no keychain service, a full disk, a lost key) is simply tried again by the timer. What waits for a
 * passphrase, or was locked by the person, waits for `unlock` and nothing else.
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
  /** An attempt that was begun before the last lock counts for nothing. */
  #generation = 0
  #suspended = false
  #closed = false

  constructor(context: OpeningContext) {
    this.#context = context
  }

  /** Whether the person locked, and has not unlocked since. */
  get suspended(): boolean {
    return this.#suspended
  }

  /** Whether an attempt is under way. */
  get trying(): boolean {
    return this.#attempt !== undefined
  }

  /** Settles when the answer is known; joins an attempt under way; never throws. */
  async open(asker: Asker): Promise<void> {
    if (this.#attempt !== undefined) {
      const before = this.#last
      await this.#attempt
      // What was joined may have been a quiet question of the timer, which is not what a person asked for.
      if (asker === 'program' || this.#last !== before) return
    }
    if (this.#suspended || isSettled(this.#last) || waitsForPassphrase(this.#last)) return
    await this.#begin(async () => ((await this.#mayAttempt(asker)) ? this.#context.unseal() : undefined))
  }

  /** Makes an attempt for a person, who may have given a passphrase, and answers how it ended. */
  async unlock(passphrase?: Secret): Promise<Unsealing | undefined> {
    // What is under way asks without the passphrase.
    while (this.#attempt !== undefined) await this.#attempt
    this.#suspended = false
    if (!isSettled(this.#last)) await this.#begin(() => this.#context.unseal(passphrase))
    return this.#last
  }

  /** Locks: no attempt is made, and none that is under way counts, until `unlock`. */
  suspend(): void {
    this.#generation += 1
    this.#suspended = true
    // What the next opening meets has nothing to do with how long this one took.
    this.#retryDelay = firstRetry
    this.#dismissedAt = undefined
    this.#last = undefined
    this.#timer?.()
    this.#timer = undefined
  }

  close(): void {
    this.#closed = true
    this.#timer?.()
  }

  #begin(find: () => Promise<Unsealing | undefined>): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#attempt ??= this.#try(find).finally(() => {
      this.#attempt = undefined
    })
    return this.#attempt
  }

  async #try(find: () => Promise<Unsealing | undefined>): Promise<void> {
    const generation = this.#generation
    const outcome = await find()
    if (this.#closed || generation !== this.#generation) return drop(outcome)
    if (outcome !== undefined) await this.#settle(outcome)
    this.#follow()
  }

  async #settle(outcome: Unsealing): Promise<void> {
    this.#last = outcome
    this.#timer?.()
    this.#timer = undefined
    if (outcome.kind !== 'ready' && outcome.retry === 'quietly' && outcome.later === undefined) {
      this.#respite = this.#dismissedAt === undefined ? firstRespite : Math.min(this.#respite * 2, longestRespite)
      this.#dismissedAt = this.#context.clock.now()
    }
    await this.#context.onOutcome(outcome)
  }

  /** What happens next by itself. */
  #follow(): void {
    const last = this.#last
    if (this.#closed || this.#timer !== undefined || last === undefined || last.kind === 'ready') return
    if (waitsForPassphrase(last)) return
    if (last.later !== undefined) {
      // The prompt is on the screen. Its answer is the next outcome, and no timer may put a second prompt beside it.
      const { later } = last
      const generation = this.#generation
      void later.then((outcome) =>
        generation === this.#generation ? this.#begin(() => Promise.resolve(outcome)) : drop(outcome),
      )
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
      return last.retry === 'freely' || (await this.#context.unlocked()) === true ? this.#context.unseal() : undefined
    })
  }

  async #mayAttempt(asker: Asker): Promise<boolean> {
    const last = this.#last
    if (last === undefined || last.kind === 'ready' || last.retry === 'freely') return true
    if (asker === 'person' || this.#dismissedAt === undefined) return true
    const elapsed = this.#context.clock.now() - this.#dismissedAt
    // A wall clock that was set back must not make the respite longer.
    if (elapsed < 0 || elapsed >= this.#respite) return true
    return (await this.#context.unlocked()) === true
  }
}

/** Whether there is nothing to ask: the vault is open, or a prompt is on the screen, whose answer arrives by itself. */
const isSettled = (last: Unsealing | undefined): boolean =>
  last !== undefined && (last.kind === 'ready' || last.later !== undefined)

const waitsForPassphrase = (last: Unsealing | undefined): boolean =>
  last !== undefined && last.kind !== 'ready' && last.retry === 'never'

/** Nobody will use its key. */
function drop(outcome: Unsealing | undefined): void {
  if (outcome?.kind === 'ready') outcome.seal.key.fill(0)
}
