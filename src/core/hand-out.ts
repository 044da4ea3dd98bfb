import { BrokerError, type Caller, copyingPerson, type LedgerEntry, type TokenResponse } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { ClientDesk } from './client-desk.ts'
import { type Clock, toEpochSeconds } from './clock.ts'
import { EarlyEndWatch } from './early-end.ts'
import type { Grant } from './grant.ts'
import type { Log } from './log.ts'
import type { Ledger, ProviderClient } from './ports.ts'
import type { TokenRequest } from './token-request.ts'

/** A hand-out in the two forms it is sent in. `json` is `response` as text, made once for each grant. */
export interface HandOut {
  readonly response: TokenResponse
  readonly json: string
}

export interface HandOutContext {
  readonly clock: Clock
  readonly desk: ClientDesk
  readonly ledger: Ledger
  readonly log: Log
}

/**
 * The one door that access tokens leave by: the client must be allowed, the account switched on, and what is handed out, or
 * refused to a client, goes to the ledger. A token that is held is handed out in the same turn, without a promise, because
 * that is what nearly every request asks for.
 */
export class HandOutDesk {
  readonly #context: HandOutContext
  readonly #made = new WeakMap<Grant, HandOut>()
  readonly #watch: EarlyEndWatch
  #lastAt: number | undefined

  constructor(context: HandOutContext) {
    this.#context = context
    this.#watch = new EarlyEndWatch(context)
  }

  /** When a tool got a token last, in epoch seconds. What the person took for themselves is not counted. */
  get lastAt(): number | undefined {
    return this.#lastAt
  }

  /**
   * A token for the clipboard of the person, who has to allow nothing to themselves. Like every other one it goes to the ledger, and there
   * is none of an account that is switched off.
   */
  async copy(session: AccountSession, client: ProviderClient): Promise<HandOut> {
    requireSwitchedOn(session, client)
    const grant = await session.grantFor({})
    requireSwitchedOn(session, client)
    return this.#finish(person, session, client, grant, {})
  }

  /** Throws or rejects with whatever keeps the token from the caller, who may end a wait with `ClientDesk.leave(request)`. */
  handOut(caller: Caller, session: AccountSession, client: ProviderClient, request: TokenRequest): HandOut | Promise<HandOut> {
    requireSwitchedOn(session, client)
    const admitted = this.#admit(caller, session, request)
    const held = admitted === undefined ? session.held(request) : undefined
    if (held === undefined) return this.#later(admitted, caller, session, client, request)
    const doubt = this.#doubt(caller, session, client, held, request)
    if (doubt === undefined) return this.#finish(caller, session, client, held, request)
    return this.#later(doubt, caller, session, client, request)
  }

  /** When a token of the account was last renewed because the provider had ended it early, in epoch seconds. */
  endedEarlyAt(session: AccountSession): number | undefined {
    return toEpochSeconds(this.#watch.renewedAt(session))
  }

  /** Somebody else than a program that asked again has found that the provider had ended a token early, and it was renewed. */
  noteEarlyEnd(session: AccountSession): void {
    this.#watch.renewed(session)
  }

  /** Whether the provider has said of the token that is held that it does not take it. */
  holdsRefused(session: AccountSession): boolean {
    return this.#watch.holdsRefused(session)
  }

  /** What has to be known before a token is handed out that the caller may have been refused with. */
  #doubt(
    caller: Caller,
    session: AccountSession,
    client: ProviderClient,
    held: Grant,
    { program, rejected }: TokenRequest,
  ): Promise<boolean> | undefined {
    // Who can say which token was refused has done so, and is believed.
    if (program === undefined || rejected !== undefined) return undefined
    return this.#watch.doubt(askerOf(caller, program, session), session, client, held)
  }

  async #later(
    first: Promise<boolean | undefined> | undefined,
    caller: Caller,
    session: AccountSession,
    client: ProviderClient,
    request: TokenRequest,
  ): Promise<HandOut> {
    const renewed = first === undefined ? undefined : await first
    if (first !== undefined) {
      // The person may have switched it off instead of answering.
      requireSwitchedOn(session, client)
    }
    const grant = await session.grantFor(request, caller.name)
    // Or while a refresh was under way, in which time they may have decided about the client as well.
    requireSwitchedOn(session, client)
    this.#reconsider(caller, session)
    if (request.program !== undefined) this.#watch.requireAlive(session, grant)
    return this.#finish(caller, session, client, grant, request, renewed)
  }

  /** The promise says nothing of whether a token was renewed. */
  #admit(caller: Caller, session: AccountSession, request: TokenRequest): Promise<undefined> | undefined {
    try {
      return this.#context.desk
        .admit(caller, session.record, request)
        ?.then(() => undefined)
        .catch((error: unknown) => this.#refused(caller, session, error))
    } catch (error) {
      return this.#refused(caller, session, error)
    }
  }

  #reconsider(caller: Caller, session: AccountSession): void {
    try {
      this.#context.desk.reconsider(caller, session.record)
    } catch (error) {
      this.#refused(caller, session, error)
    }
  }

  #refused(caller: Caller, session: AccountSession, error: unknown): never {
    const unanswered = error instanceof BrokerError && error.code === 'approval_required'
    this.#record(caller, session, unanswered ? 'unanswered' : 'denied')
    throw error
  }

  #finish(
    caller: Caller,
    session: AccountSession,
    client: ProviderClient,
    grant: Grant,
    { program }: TokenRequest,
    renewed?: boolean,
  ): HandOut {
    this.#record(caller, session, 'handed_out', renewed)
    if (program !== undefined) this.#watch.given(askerOf(caller, program, session), grant)
    let made = this.#made.get(grant)
    if (made === undefined) {
      const response = responseOf(session.record.id, client, grant)
      made = { response, json: JSON.stringify(response) }
      this.#made.set(grant, made)
    }
    return made
  }

  #record(caller: Caller, { record }: AccountSession, outcome: LedgerEntry['outcome'], renewed = false): void {
    const { ledger, clock } = this.#context
    const at = toEpochSeconds(clock.now())
    if (outcome === 'handed_out' && caller !== person) this.#lastAt = at
    const entry = { at, caller, provider: record.provider, account: record.id, outcome }
    ledger.record(renewed ? { ...entry, ended_early: true } : entry)
  }
}

/** One object, so that equal lines of the ledger are one. */
const person: Caller = Object.freeze({ name: copyingPerson, proof: 'proven' })

const askerOf = (caller: Caller, program: string, { record }: AccountSession): string => `${caller.name} ${program} ${record.id}`

function requireSwitchedOn({ record }: AccountSession, client: ProviderClient): void {
  if (!record.disabled) return
  throw new BrokerError('account_disabled', `This account of ${client.name} is switched off.`, {
    fix: `Switch it on with \`tokentray enable ${record.id}\`, or in the tray.`,
  })
}

function responseOf(account: string, client: ProviderClient, grant: Grant): TokenResponse {
  const { baseUrl, headers, tokenHeader } = client.access(grant)
  return {
    access_token: grant.accessToken.expose(),
    token_type: grant.tokenType,
    ...(grant.expiresAt === undefined ? {} : { expires_at: toEpochSeconds(grant.expiresAt) }),
    provider: client.id,
    account,
    base_url: baseUrl,
    headers,
    ...(tokenHeader === undefined ? {} : { token_header: tokenHeader }),
  }
}
