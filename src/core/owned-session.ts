import type { StateError } from '../protocol/index.ts'
import { assertNever } from './assert-never.ts'
import { toEpochSeconds } from './clock.ts'
import { Flight } from './flight.ts'
import type { AccountRecord, Grant } from './grant.ts'
import { lastResort } from './last-resort.ts'
import { discardUnwanted, verified } from './provider-calls.ts'
import { hasEndedAtOnce, mustWait, refreshDueAt, wasJustRefreshed } from './refresh-policy.ts'
import { RefreshRecord } from './refresh-record.ts'
import { type Deferred, obstacleOf, sendRefresh } from './refresh-request.ts'
import { Retry } from './retry.ts'
import type { Scheduled } from './scheduler.ts'
import type { SessionContext } from './session-context.ts'
import { beingVerified, bornExpired, notLoaded, refusal, stateErrorOf, unstored } from './session-errors.ts'
import { bySchedule, type RefreshReason, reasonOf, SessionHistory } from './session-history.ts'
import { readStoredSession } from './stored-session.ts'
import { answers, type TokenRequest } from './token-request.ts'
import { mayBeSent, type SessionEvent, type SessionState, transition, waitsForNetwork } from './transition.ts'

/**
 * The owner of one account's tokens, where TokenTray owns its login. Everything that can happen to them happens here, in this order:
 * S1 at most one refresh is in flight, and it is in flight until its result is durable;
 * S2 a completion whose generation is old changes nothing;
 * S3 a rotated refresh token is durable before any caller sees the new access token;
 * S4 only a terminal outcome ends the grant;
 * S5 a rotated grant that could not be written is kept in memory and the write is retried;
 * S6 a caller that goes away cancels nothing, because the flight is not its own;
 * S7 a grant is used only with the authorization server that issued it.
 */
export class OwnedSession implements Scheduled {
  readonly mode = 'owned'
  /** Replaced as a whole when the person signs in again. */
  record: AccountRecord
  readonly #context: SessionContext
  #state: SessionState = { kind: 'unavailable', error: notLoaded }
  #grant: Grant | undefined
  /** S5: the newest grant, as long as the vault has not confirmed it. */
  #unsaved: Grant | undefined
  #generation = 0
  readonly #flight = new Flight(() => this.#context.onChange(this))
  readonly #restoring = new Flight()
  /** Of a refresh or a write. */
  readonly #retry: Retry
  readonly #record: RefreshRecord
  readonly #history: SessionHistory
  /** Why the newest grant is not handed out: it came with an identity that cannot be believed. It is kept, and refreshed again. */
  #doubt: StateError | undefined

  constructor(record: AccountRecord, context: SessionContext) {
    this.record = record
    this.#context = context
    this.#retry = new Retry(context.random)
    this.#record = new RefreshRecord(context.journal, record.id)
    this.#history = new SessionHistory(context, () => this.record)
  }

  get state(): SessionState {
    return this.#state
  }

  /** The client id that the server issued for this account, and `Secret.fingerprint` of its newest refresh token. */
  get names(): { readonly clientId: string | undefined; readonly refreshToken: string | undefined } {
    return { clientId: this.#grant?.clientId, refreshToken: (this.#unsaved ?? this.#grant)?.refreshToken?.fingerprint() }
  }

  /** The grant in memory, whether it can be handed out or not; for what is told about it. */
  get known(): Grant | undefined {
    return this.#unsaved ?? this.#grant
  }

  /** Whether a refresh or a write is under way. */
  get busy(): boolean {
    return this.#flight.isUnderWay
  }

  /** S5: whether a grant is in memory only. */
  get holdsUnsaved(): boolean {
    return this.#unsaved !== undefined
  }

  /** Whether the vault still owes this session its grant. */
  get waitsForVault(): boolean {
    return this.#state.kind === 'unavailable' && this.#grant === undefined && this.#unsaved === undefined
  }

  get dueAt(): number | undefined {
    if (this.busy) return undefined
    const now = this.#context.clock.now()
    const ahead = this.#context.refreshAhead()
    if (this.#unsaved !== undefined || (ahead && this.#state.kind === 'backing_off')) return this.#retry.at(now)
    const active = ahead && this.#state.kind === 'active' ? this.#grant : undefined
    return active && refreshDueAt(active, this.#retry.jitter, now)
  }

  tick = (): void => void this.#startFlight()

  /** Reads the grant from the vault, once for all who ask meanwhile. Never throws: a vault that cannot answer is a state. */
  restore(): Promise<void> {
    return this.#restoring.join(() => this.#load())
  }

  async #load(): Promise<void> {
    const generation = this.#generation
    const stored = await readStoredSession(this.record.id, this.#context, this.#record)
    if (generation !== this.#generation || !this.waitsForVault) return
    if (stored.kind !== 'found') return this.#apply(stored)
    const { grant, recalled } = stored
    if (!(await this.#believe(grant, generation)) || generation !== this.#generation) return
    this.#apply({ kind: 'granted', expiresAt: toEpochSeconds(grant.expiresAt) })
    if (recalled.kind === 'ended') this.#apply(recalled)
    // Asked at once, because some servers answer a used refresh token again for a short while.
    if (recalled.kind === 'unanswered' && this.#context.refreshAhead()) void this.#startFlight({ need: 'lost_answer' })
  }

  /** The grant that is held, when its access token satisfies the caller. */
  held(request: TokenRequest): Grant | undefined {
    const grant = this.#believed
    return grant !== undefined && answers(grant, request, this.#context.clock.now()) ? grant : undefined
  }

  /**
   * A grant whose access token satisfies the caller, which is a `client` or else the person. Throws `reauthorization_required`,
   * `temporarily_unavailable`, `vault_locked`, `vault_unavailable` or `issuer_mismatch`.
   */
  async grantFor(request: TokenRequest, client?: string): Promise<Grant> {
    const held = this.held(request)
    if (held !== undefined) return held
    await this.#haveGrant()
    if (this.held(request) === undefined) await this.#tryFor(reasonOf(request, client), request.rejected !== undefined)
    return this.held(request) ?? lastResort(this, this.#believed, request, this.#context.clock.now())
  }

  /** Refreshes although nothing is due, once for everybody who asks at about the same time. Throws like `grantFor`. */
  async refreshNow(): Promise<void> {
    const { clock } = this.#context
    await this.#haveGrant()
    const asked = clock.now()
    const fresh = () => this.#unsaved === undefined && wasJustRefreshed(this.#grant, asked, clock.now())
    if (fresh() && !this.busy) return
    await this.#tryFor({ need: 'person' }, true)
    if (!fresh()) throw refusal(this.#state, this.record.provider, clock.now())
  }

  /** Locks: forgets the tokens until the vault opens again. Only when nothing is under way and nothing is unsaved. */
  forget(error: StateError): void {
    this.#supersede()
    this.#grant = undefined
    this.#apply({ kind: 'unavailable', error })
  }

  /**
   * Takes the grant of a finished login. It is in use from the moment it is durable (S3); when it cannot be written it is kept
   * and the error is thrown, so that the person hears of it (S5).
   */
  async adopt(grant: Grant): Promise<void> {
    this.#supersede()
    this.#unsaved = grant
    await this.#startFlight()
    if (this.#unsaved === grant) throw unstored(this.#state)
  }

  /** Signs out in memory, at once. Answers the grants that there were; what is stored of them is for the caller to remove. */
  letGo(): readonly Grant[] {
    const grants = [this.#unsaved, this.#grant].filter((grant) => grant !== undefined)
    this.#supersede()
    this.#grant = undefined
    this.#unsaved = undefined
    this.#record.settle()
    this.#apply({ kind: 'signed_out' })
    return grants
  }

  /** Has `put` take the grant to another owner, in the place of a flight (S1) and after one that is under way (S3), and lets go of it. */
  async giveAway<Answer>(put: (grant: Grant) => Promise<Answer>): Promise<Answer> {
    await this.#haveGrant()
    while (this.busy) await this.settled()
    const grant = this.#unsaved === undefined && mayBeSent(this.#state) ? this.#believed : undefined
    if (grant === undefined) throw refusal(this.#state, this.record.provider, this.#context.clock.now())
    const generation = this.#generation
    const given = put(grant).then((answer) => {
      if (generation === this.#generation) this.letGo()
      return answer
    })
    void this.#flight.join(async () => void (await given.catch(() => {})))
    return given
  }

  /** Settles when no refresh and no write is under way. */
  settled = (): Promise<void> => this.#flight.settled()

  /** The network or the keychain may be back: what waits for them is tried at the next tick. A server's own wish is kept. */
  retrySoon(): void {
    if (waitsForNetwork(this.#state) || this.#unsaved !== undefined) this.#retry.soon(this.#context.clock.now())
  }

  async #haveGrant(): Promise<void> {
    if (this.waitsForVault) await this.#context.vault.open()
    if (this.waitsForVault || this.#restoring.isUnderWay) await this.restore()
  }

  get #believed(): Grant | undefined {
    return this.#doubt === undefined ? this.#grant : undefined
  }

  /** A flight under way is joined, an ended grant is never sent again, and a backoff is kept; so is the server's wish, unless `demanded`. */
  async #tryFor(reason: RefreshReason, demanded: boolean): Promise<void> {
    if (this.busy || this.#unsaved !== undefined) return this.#startFlight(reason)
    if (!mayBeSent(this.#state)) return
    const now = this.#context.clock.now()
    if (!demanded && this.#grant !== undefined && mustWait(this.#grant, now)) return
    if (this.#retry.mayTry(now)) await this.#startFlight(reason)
  }

  /** S2: from here on, nothing that was under way may change this session. */
  #supersede(): void {
    this.#generation += 1
    this.#flight.abandon()
    this.#retry.reset()
    this.#history.supersede()
  }

  #startFlight(reason = bySchedule): Promise<void> {
    return this.#flight.join(() => (this.#unsaved === undefined ? this.#refresh(reason) : this.#persist(this.#unsaved)))
  }

  async #refresh(reason: RefreshReason, generation = this.#generation): Promise<void> {
    const grant = this.#grant
    if (grant === undefined) return
    const obstacle = obstacleOf(grant, this.#context)
    if (obstacle !== undefined) return obstacle === 'none_needed' ? undefined : this.#apply(obstacle)
    this.#history.begins(reason)
    this.#apply({ kind: 'refresh_started', attempt: this.#retry.attempt + 1, expiresAt: toEpochSeconds(grant.expiresAt) })
    const stillWanted = () => generation === this.#generation
    const result = await sendRefresh(grant, stillWanted, { ...this.#context, record: this.#record })
    if (!stillWanted()) return discardUnwanted(this.#context.client, result, this.#state)
    switch (result.kind) {
      case 'refreshed':
        this.#unsaved = result.grant
        return this.#persist(result.grant)
      case 'deferred':
        return this.#defer(grant, result)
      case 'ended':
        return this.#apply(result)
      case 'unsent':
        return
      default:
        return assertNever(result)
    }
  }

  /** S3 and S5: the grant is in use only once the vault has confirmed it, and it is never dropped before. */
  async #persist(grant: Grant, generation = this.#generation): Promise<void> {
    try {
      await this.#context.vault.save(this.record.id, grant)
    } catch (error) {
      if (generation !== this.#generation) return
      this.#retry.failed(this.#context.clock.now())
      this.#history.notStored(stateErrorOf(error))
      return this.#apply({ kind: 'unavailable', error: stateErrorOf(error) })
    }
    if (generation !== this.#generation) return
    const sameAgain = this.#grant?.accessToken.fingerprint() === grant.accessToken.fingerprint()
    this.#unsaved = undefined
    this.#record.settle()
    // After the rotated pair is durable, because a check that fails must not lose the only refresh token that is good.
    if (!(await this.#believe(grant, generation)) || generation !== this.#generation) return
    // A server that answers with a token that has ended already would be asked without pause.
    if (hasEndedAtOnce(grant)) return this.#defer(grant, { error: bornExpired })
    this.#retry.succeeded(this.#context.clock.now(), sameAgain)
    this.#apply({ kind: 'granted', expiresAt: toEpochSeconds(grant.expiresAt) })
  }

  /** Whether a grant may be handed out. One whose identity is wrong is kept and refreshed again; what is known is kept as well. */
  async #believe(grant: Grant, generation: number): Promise<boolean> {
    this.#grant = grant
    this.#doubt = grant.unverified && beingVerified
    const { grant: known, doubt } = await verified(this.#context, this.record.id, grant, () => generation === this.#generation)
    if (generation !== this.#generation) return false
    this.#grant = known
    this.#doubt = doubt
    if (doubt !== undefined) this.#defer(grant, { error: doubt })
    return doubt === undefined
  }

  #defer(grant: Grant, { error, retryAfter, neverLeft }: Deferred): void {
    const retryAt = Math.ceil(this.#retry.failed(this.#context.clock.now(), retryAfter, neverLeft) / 1000)
    const { attempt } = this.#retry
    this.#apply({ kind: 'refresh_deferred', attempt, retryAt, expiresAt: toEpochSeconds(grant.expiresAt), error })
  }

  #apply(event: SessionEvent): void {
    const next = transition(this.#state, event)
    if (next === this.#state) return
    this.#state = next
    this.#history.note(event)
    this.#context.onChange(this)
  }
}
