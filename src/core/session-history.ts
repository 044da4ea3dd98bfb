import type { HistoryEntry, RefreshNeed, StateError } from '../protocol/index.ts'
import { toEpochSeconds } from './clock.ts'
import type { AccountRecord } from './grant.ts'
import type { SessionContext } from './session-context.ts'
import type { TokenRequest } from './token-request.ts'
import type { SessionEvent } from './transition.ts'

/** Why a login is refreshed, and which program is the reason, where one is. */
export interface RefreshReason {
  readonly need: RefreshNeed
  readonly client?: string
}

export const bySchedule: RefreshReason = { need: 'schedule' }

/** The reason of whoever asks for a token; without a client it is a person who looks after their accounts. */
export function reasonOf({ rejected }: TokenRequest, client: string | undefined): RefreshReason {
  const need = rejected === undefined ? (client === undefined ? 'person' : 'client') : 'rejected'
  return { need, ...(client === undefined ? {} : { client }) }
}

/** The members that every entry about a login begins with. `now` in milliseconds. */
export function entryOf({ id, provider, label }: AccountRecord, now: number) {
  return { at: toEpochSeconds(now), provider, account: id, ...(label === undefined ? {} : { label }) }
}

type Context = Pick<SessionContext, 'history' | 'clock' | 'log'>

/** Tells the history of one login, and the log what it should not have met, from the steps of its session. */
export class SessionHistory {
  readonly #context: Context
  readonly #record: () => AccountRecord
  /** Of the refresh that is under way, until its result is durable or it has failed. */
  #reason: RefreshReason | undefined
  #failures = 0
  /** What was told last of the failures in a row. */
  #told: string | undefined

  constructor(context: Context, record: () => AccountRecord) {
    this.#context = context
    this.#record = record
  }

  /** A request is about to leave. */
  begins(reason: RefreshReason): void {
    this.#reason = reason
  }

  /** Another login takes the place of this one, or it is forgotten: what was under way is not told any more. */
  supersede(): void {
    this.#reason = undefined
    this.#succeeded()
  }

  /** New tokens are in memory only, which is told once until it changes. */
  notStored(error: StateError): void {
    this.#warn('grant not written', { code: error.code })
    if (this.#told === `not_stored ${error.code}`) return
    this.#told = `not_stored ${error.code}`
    this.#tell({ event: 'not_stored', error })
  }

  /** An event that has changed the state. */
  note(event: SessionEvent): void {
    if (event.kind === 'granted') this.#granted()
    else if (event.kind === 'refresh_deferred') this.#failed(event)
    else if (event.kind === 'ended') this.#ended(event)
  }

  /** Tokens that were read from the vault are the ones of before, and nothing happened to them. */
  #granted(): void {
    const failures = this.#failures === 0 ? {} : { failures: this.#failures }
    if (this.#reason !== undefined) this.#tell({ event: 'refreshed', ...this.#reason, ...failures })
    this.#reason = undefined
    this.#succeeded()
  }

  /** A night without a network is one entry, whose end the next `refreshed` is. */
  #failed({ error, attempt }: Extract<SessionEvent, { kind: 'refresh_deferred' }>): void {
    this.#warn('refresh deferred', { attempt, code: error.code })
    this.#failures += 1
    if (this.#told !== error.code) this.#tell({ event: 'refresh_failed', ...this.#reason, error })
    this.#told = error.code
    this.#reason = undefined
  }

  /** An end with a cause, but without a request, is one that the journal remembers, and was told when it came. */
  #ended({ error, cause }: Extract<SessionEvent, { kind: 'ended' }>): void {
    if (this.#reason !== undefined || cause === undefined) {
      this.#warn('grant ended', { code: error.code, cause })
      this.#tell({ event: 'ended', error, ...(cause === undefined ? {} : { cause }) })
    }
    this.#reason = undefined
    this.#succeeded()
  }

  #succeeded(): void {
    this.#failures = 0
    this.#told = undefined
  }

  #warn(event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#context.log.warn(event, { account: this.#record().id, ...fields })
  }

  #tell(what: WithoutLogin<HistoryEntry>): void {
    const { history, clock } = this.#context
    history.record({ ...entryOf(this.#record(), clock.now()), ...what } as HistoryEntry)
  }
}

/** What the entries about a login say beside whose it is, and when. */
type WithoutLogin<Entry> = Entry extends { account: string } ? Omit<Entry, 'at' | 'provider' | 'account' | 'label'> : never
