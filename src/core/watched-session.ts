import { BrokerError, type StateError } from '../protocol/index.ts'
import { toEpochSeconds } from './clock.ts'
import { Flight } from './flight.ts'
import type { WatchedLogins, WatchedReading } from './foreign-logins.ts'
import type { AccountRecord, Grant } from './grant.ts'
import type { Scheduled } from './scheduler.ts'
import type { SessionContext } from './session-context.ts'
import { stateErrorOf } from './session-errors.ts'
import type { SessionState } from './transition.ts'

export interface WatchContext extends Pick<SessionContext, 'clock' | 'onChange'> {
  readonly watched: WatchedLogins
  /** Whether the program can be asked for tokens instead. */
  readonly canBeAsked: boolean
  /** Keeps a record that tells of somebody else, or of another plan. */
  readonly keep: (record: AccountRecord) => void
}

/** How often the file of the program is looked at. Milliseconds. */
const lookEvery = 60_000

const notLooked: StateError = { code: 'not_looked', description: 'Its file was not looked at yet.' }

/**
 * An account that shows the login of another program: who is signed in there, and when the access token ends. No token of it comes here,
 * so that there is none to hand out, to lock away or to revoke.
 */
export class WatchedSession implements Scheduled {
  readonly mode = 'watched'
  readonly known = undefined
  readonly names = { clientId: undefined, refreshToken: undefined }
  readonly holdsUnsaved = false
  readonly busy = false
  record: AccountRecord
  readonly #context: WatchContext
  #state: SessionState = { kind: 'unavailable', error: notLooked }
  readonly #looking = new Flight()
  #nextAt = 0
  #hasLooked = false
  #isForgotten = false

  constructor(record: AccountRecord, context: WatchContext) {
    this.record = record
    this.#context = context
  }

  get state(): SessionState {
    return this.#state
  }

  /** It needs no vault; what it waits for is its first look. */
  get waitsForVault(): boolean {
    return !this.#hasLooked
  }

  get dueAt(): number | undefined {
    if (this.#looking.isUnderWay || this.#isForgotten) return undefined
    // A clock that was set back must not keep the account as it is for days.
    return this.#nextAt - this.#context.clock.now() > lookEvery ? 0 : this.#nextAt
  }

  tick(): void {
    void this.restore()
  }

  /** Looks at the file, once for all who want that meanwhile. Never throws: a file that cannot be read is a state. */
  restore(): Promise<void> {
    return this.#looking.join(() => this.#look())
  }

  held(): undefined {}

  /** Throws `login_not_owned`. */
  async grantFor(): Promise<Grant> {
    throw this.refusal
  }

  /** Throws `login_not_owned`. */
  async refreshNow(): Promise<void> {
    throw this.refusal
  }

  /** Why there is no token of this account, with both ways to one. */
  get refusal(): BrokerError {
    const program = this.record.ownership?.program ?? ''
    const ask = this.#context.canBeAsked ? `, or let ${program} be asked with \`tokentray delegate ${program}\`` : ''
    return new BrokerError('login_not_owned', `${this.record.id} is read-only: ${program} owns its login.`, {
      fix: `Move the login here with \`tokentray import ${program} --move\`${ask}.`,
    })
  }

  /** There is no token to forget. */
  forget(): void {}

  /** The program keeps its login, and there is none here. */
  letGo(): readonly Grant[] {
    this.#isForgotten = true
    this.#state = { kind: 'signed_out' }
    return []
  }

  settled = (): Promise<void> => this.#looking.settled()

  retrySoon(): void {
    this.#nextAt = this.#context.clock.now()
  }

  async #look(): Promise<void> {
    const { watched, clock } = this.#context
    const { ownership } = this.record
    this.#nextAt = clock.now() + lookEvery
    if (ownership?.mode !== 'watched') return
    const reading = await watched.look(ownership).catch((error: unknown): WatchedReading => {
      return { kind: 'unreadable', error: stateErrorOf(error) }
    })
    this.#hasLooked = true
    if (this.#isForgotten) return
    const next = stateOf(reading)
    if (reading.kind === 'signed_in' && JSON.stringify(reading.identity) !== JSON.stringify(this.record.identity)) {
      this.#context.keep({ ...this.record, identity: reading.identity })
    }
    // Most looks bring nothing new, and nobody is to be told of those.
    if (JSON.stringify(next) === JSON.stringify(this.#state)) return
    this.#state = next
    this.#context.onChange(this)
  }
}

function stateOf(reading: WatchedReading): SessionState {
  switch (reading.kind) {
    case 'signed_in': {
      const expiresAt = toEpochSeconds(reading.expiresAt)
      return { kind: 'active', ...(expiresAt === undefined ? {} : { expires_at: expiresAt }) }
    }
    case 'signed_out':
      return { kind: 'signed_out' }
    case 'unreadable':
      return { kind: 'unavailable', error: reading.error }
  }
}
