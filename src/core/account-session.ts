import { BrokerError, type StateError } from '../protocol/index.ts'
import { assertNever } from './assert-never.ts'
import { type Clock, toEpochSeconds } from './clock.ts'
import { endOfGrant } from './end-of-grant.ts'
import type { AccountRecord, Grant } from './grant.ts'
import type { Log } from './log.ts'
import type { GrantVault, ProviderClient, RefreshJournal, RefreshNote, RefreshOutcome } from './ports.ts'
import { backoffDelay, defaultMinValid, justRefreshed, refreshDueAt, satisfies, satisfiesMeanwhile } from './refresh-policy.ts'
import type { Scheduled } from './scheduler.ts'
import { bornExpired, errorOf, expired, foreignIssuer, missing, notLoaded, refusal, stateErrorOf } from './session-errors.ts'
import { type SessionEvent, type SessionState, transition } from './transition.ts'

export interface SessionContext {
  readonly clock: Clock
  readonly vault: GrantVault
  readonly journal: RefreshJournal
  readonly client: ProviderClient
  readonly log: Log
  /** In [0, 1). */
  readonly random: () => number
  /** False when tokens are refreshed only because a caller asks (TOKENTRAY_REFRESH=ondemand). */
  readonly refreshAhead: boolean
  readonly onChange: (session: AccountSession) => void
}

export interface TokenRequest {
  /** Milliseconds; undefined for a caller without a wish. */
  readonly minValid?: number
  /** Hex prefix of the SHA-256 of the access token that an API refused. */
  readonly rejected?: string
}

/**
 * The owner of one account's tokens. Everything that can happen to them happens here, in this order:
 * S1 at most one refresh is in flight, and it is in flight until its result is durable;
 * S2 a completion whose generation is old changes nothing;
 * S3 a rotated refresh token is durable before any caller sees the new access token;
 * S4 only a terminal outcome ends the grant;
 * S5 a rotated grant that could not be written is kept in memory and the write is retried;
 * S6 a caller that goes away cancels nothing, because the flight is not its own;
 * S7 a grant is used only with the authorization server that issued it.
 */
export class AccountSession implements Scheduled {
  /** Replaced as a whole when the person signs in again. */
  record: AccountRecord
  readonly #context: SessionContext
  readonly #jitter: number
  #state: SessionState = { kind: 'unavailable', error: notLoaded }
  #grant: Grant | undefined
  /** S5: the newest grant, as long as the vault has not confirmed it. */
  #unsaved: Grant | undefined
  #generation = 0
  #flight: Promise<void> | undefined
  #restoring: Promise<void> | undefined
  #attempt = 0
  /** When the next refresh or write may be tried after a failure. Milliseconds. */
  #retryAt: number | undefined

  constructor(record: AccountRecord, context: SessionContext) {
    this.record = record
    this.#context = context
    this.#jitter = context.random()
  }

  get state(): SessionState {
    return this.#state
  }

  /** Milliseconds; undefined when the provider does not say. */
  get refreshExpiresAt(): number | undefined {
    return this.#grant?.refreshExpiresAt
  }

  /** Whether a refresh or a write is under way. */
  get busy(): boolean {
    return this.#flight !== undefined
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
    if (this.#flight !== undefined) return undefined
    if (this.#unsaved !== undefined) return this.#retryAt
    if (!this.#context.refreshAhead) return undefined
    if (this.#state.kind === 'backing_off') return this.#retryAt
    if (this.#state.kind !== 'active' || this.#grant === undefined) return undefined
    return refreshDueAt(this.#grant, this.#jitter)
  }

  tick(): void {
    void this.#startFlight()
  }

  /** Reads the grant from the vault, once for all who ask meanwhile. Never throws: a vault that cannot answer is a state. */
  restore(): Promise<void> {
    this.#restoring ??= this.#load().finally(() => {
      this.#restoring = undefined
    })
    return this.#restoring
  }

  async #load(): Promise<void> {
    const generation = this.#generation
    try {
      const stored = await this.#context.vault.load(this.record.id)
      if (generation !== this.#generation || !this.waitsForVault) return
      if (stored.kind === 'found') this.#restored(stored.grant, stored.notice)
      else this.#apply({ kind: 'ended', error: stored.kind === 'damaged' ? stored.error : missing })
    } catch (error) {
      if (generation === this.#generation) this.#apply({ kind: 'unavailable', error: stateErrorOf(error) })
    }
  }

  /** The grant that is held, when its access token satisfies the caller. */
  held(request: TokenRequest): Grant | undefined {
    const grant = this.#grant
    if (grant === undefined || !satisfies(grant, this.#context.clock.now(), request.minValid ?? defaultMinValid)) return undefined
    return isRejected(grant, request.rejected) ? undefined : grant
  }

  /**
   * A grant whose access token satisfies the caller. Throws `reauthorization_required`, `temporarily_unavailable`,
   * `vault_locked`, `vault_unavailable` or `issuer_mismatch`.
   */
  async grantFor(request: TokenRequest): Promise<Grant> {
    const held = this.held(request)
    if (held !== undefined) return held
    if (this.waitsForVault) {
      await this.#context.vault.open()
      await this.restore()
    }
    if (this.held(request) === undefined && this.#mayTry()) await this.#startFlight()
    return this.held(request) ?? this.#lastResort(request)
  }

  /** Refreshes although nothing is due, once for everybody who asks at about the same time. Throws like `grantFor`. */
  async refreshNow(): Promise<void> {
    const { clock, vault } = this.#context
    if (this.waitsForVault) {
      await vault.open()
      await this.restore()
    }
    const asked = clock.now()
    const fresh = () => this.#grant !== undefined && this.#grant.obtainedAt > asked - justRefreshed && this.#unsaved === undefined
    if (fresh() && this.#flight === undefined) return
    if (this.#mayTry()) await this.#startFlight()
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
    if (this.#unsaved === grant) {
      throw this.#state.kind === 'unavailable'
        ? errorOf(this.#state.error)
        : new BrokerError('vault_unavailable', 'The sign-in could not be stored. It is kept in memory and tried again.')
    }
  }

  /** Forgets the grant at once, then revokes it where the provider offers that. Answers whether the provider confirmed it. */
  async signOut(): Promise<boolean> {
    const grants = [this.#unsaved, this.#grant].filter((grant) => grant !== undefined)
    this.#supersede()
    this.#grant = undefined
    this.#unsaved = undefined
    this.#context.journal.settle(this.record.id)
    this.#apply({ kind: 'signed_out' })
    const [revoked] = await Promise.all([
      Promise.all(grants.map((grant) => this.#revoke(grant))),
      this.#context.vault.remove(this.record.id),
    ])
    return revoked.some((confirmed) => confirmed)
  }

  /** Settles when no refresh and no write is under way. */
  async settled(): Promise<void> {
    await this.#flight
  }

  /** The network or the keychain may be back: what waits for them is tried at the next tick. A server's own wish is kept. */
  retrySoon(): void {
    const waitsForNetwork = this.#state.kind === 'backing_off' && this.#state.error.code === 'network'
    if (waitsForNetwork || this.#unsaved !== undefined) this.#retryAt = this.#context.clock.now()
  }

  /** A flight under way is joined, an ended grant is never sent again, and a backoff is kept. */
  #mayTry(): boolean {
    if (this.#flight !== undefined || this.#unsaved !== undefined) return true
    if (this.#state.kind === 'reauthorization_required' || this.#state.kind === 'signed_out') return false
    return this.#retryAt === undefined || this.#retryAt <= this.#context.clock.now()
  }

  /** S2: from here on, nothing that was under way may change this session. */
  #supersede(): void {
    this.#generation += 1
    this.#flight = undefined
    this.#attempt = 0
    this.#retryAt = undefined
  }

  #startFlight(): Promise<void> {
    if (this.#flight !== undefined) return this.#flight
    const work = this.#unsaved === undefined ? this.#refresh(this.#generation) : this.#persist(this.#unsaved, this.#generation)
    const flight: Promise<void> = work.finally(() => {
      if (this.#flight !== flight) return
      this.#flight = undefined
      this.#context.onChange(this)
    })
    this.#flight = flight
    return flight
  }

  async #refresh(generation: number): Promise<void> {
    const grant = this.#grant
    if (grant === undefined) return
    if (!this.#isOwnIssuer(grant)) return this.#apply({ kind: 'unavailable', error: foreignIssuer(grant) })
    if (grant.refreshToken === undefined) return this.#apply({ kind: 'ended', error: expired })
    this.#apply({ kind: 'refresh_started', attempt: this.#attempt + 1, expiresAt: seconds(grant.expiresAt) })
    const fingerprint = grant.refreshToken.fingerprint()
    const unansweredSince = this.#unansweredSince(fingerprint)
    try {
      // Durable before the request leaves: whatever ends this process now, the cause of a lost login can be named.
      if (unansweredSince === undefined) await this.#note({ kind: 'sent', fingerprint, at: this.#context.clock.now() })
    } catch (error) {
      // What cannot be noted cannot be stored either, and a rotation that cannot be stored would put the login at risk.
      if (generation === this.#generation) this.#defer(grant, stateErrorOf(error), undefined)
      return
    }
    if (generation !== this.#generation) return
    const outcome = await this.#context.client.refresh(grant)
    if (generation !== this.#generation) return this.#discard(outcome)
    switch (outcome.kind) {
      case 'refreshed':
        this.#unsaved = outcome.grant
        return this.#persist(outcome.grant, generation)
      case 'transient':
        if (outcome.unused && unansweredSince === undefined) this.#context.journal.settle(this.record.id)
        return this.#defer(grant, outcome.error, outcome.retryAfter)
      case 'terminal':
        return this.#end(grant, fingerprint, outcome, unansweredSince)
      default:
        return assertNever(outcome)
    }
  }

  async #end(
    grant: Grant,
    fingerprint: string,
    { error: said, cause: meant }: Extract<RefreshOutcome, { kind: 'terminal' }>,
    unansweredSince: number | undefined,
  ): Promise<void> {
    const { clock, client, log } = this.#context
    const now = clock.now()
    const { error, cause } = endOfGrant({ providerName: client.name, said, cause: meant, unansweredSince, grant, now })
    log.warn('grant ended', { account: this.record.id, code: error.code, cause })
    this.#apply({ kind: 'ended', error, cause })
    // A dead refresh token is not sent again after a restart. Without this note it would be, which is a pity and no loss.
    await this.#note({ kind: 'ended', fingerprint, at: now, error, cause }).catch(() => {})
  }

  #note(note: RefreshNote): Promise<void> {
    return this.#context.journal.write(this.record.id, note)
  }

  /** When a request with this refresh token left that was never answered. */
  #unansweredSince(fingerprint: string): number | undefined {
    const note = this.#context.journal.read(this.record.id)
    return note?.kind === 'sent' && note.fingerprint === fingerprint ? note.at : undefined
  }

  /** S3 and S5: the grant is in use only once the vault has confirmed it, and it is never dropped before. */
  async #persist(grant: Grant, generation: number): Promise<void> {
    try {
      await this.#context.vault.save(this.record.id, grant)
    } catch (error) {
      if (generation !== this.#generation) return
      this.#attempt += 1
      this.#retryAt = this.#context.clock.now() + backoffDelay(this.#attempt, this.#context.random())
      this.#context.log.warn('grant not written', { account: this.record.id, code: stateErrorOf(error).code })
      return this.#apply({ kind: 'unavailable', error: stateErrorOf(error) })
    }
    if (generation !== this.#generation) return
    this.#unsaved = undefined
    this.#grant = grant
    this.#context.journal.settle(this.record.id)
    // A server that answers with a token that has ended already would be asked without pause.
    if (!satisfies(grant, this.#context.clock.now(), 0)) {
      this.#defer(grant, bornExpired, undefined)
      return
    }
    this.#attempt = 0
    this.#retryAt = undefined
    this.#apply({ kind: 'granted', expiresAt: seconds(grant.expiresAt) })
  }

  #defer(grant: Grant, error: StateError, retryAfter: number | undefined): void {
    const { clock, random, log } = this.#context
    this.#attempt += 1
    this.#retryAt = clock.now() + backoffDelay(this.#attempt, random(), retryAfter)
    log.warn('refresh deferred', { account: this.record.id, attempt: this.#attempt, code: error.code })
    this.#apply({
      kind: 'refresh_deferred',
      attempt: this.#attempt,
      retryAt: Math.ceil(this.#retryAt / 1000),
      expiresAt: seconds(grant.expiresAt),
      error,
    })
  }

  /** A grant that arrives after a sign-out or a new login is of no use to anyone, so the server is told to end it. */
  #discard(outcome: RefreshOutcome): void {
    if (outcome.kind === 'refreshed' && this.#state.kind === 'signed_out') void this.#revoke(outcome.grant)
  }

  async #revoke(grant: Grant): Promise<boolean> {
    if (!this.#isOwnIssuer(grant)) return false
    return this.#context.client.revoke(grant).catch(() => false)
  }

  #restored(grant: Grant, notice: StateError | undefined): void {
    if (notice !== undefined) this.#context.log.warn('grant restored', { account: this.record.id, code: notice.code })
    if (!this.#isOwnIssuer(grant)) {
      this.#apply({ kind: 'unavailable', error: foreignIssuer(grant) })
      return
    }
    this.#grant = grant
    this.#apply({ kind: 'granted', expiresAt: seconds(grant.expiresAt) })
    this.#resume(grant)
  }

  /** What the journal still knows of this refresh token from before the last end of the broker. */
  #resume(grant: Grant): void {
    const { journal, log, refreshAhead } = this.#context
    const note = journal.read(this.record.id)
    if (note === undefined) return
    if (note.fingerprint !== grant.refreshToken?.fingerprint() || (note.kind === 'sent' && note.at <= grant.obtainedAt)) {
      journal.settle(this.record.id)
    } else if (note.kind === 'ended') {
      this.#apply({ kind: 'ended', error: note.error, cause: note.cause })
    } else {
      log.warn('a refresh was never answered', { account: this.record.id, at: toEpochSeconds(note.at) })
      // Asked at once, because some servers answer a used refresh token again for a short while.
      if (refreshAhead) this.tick()
    }
  }

  /** S7 */
  #isOwnIssuer(grant: Grant): boolean {
    return grant.issuer === this.#context.client.issuer
  }

  /** What a caller gets when no satisfying token can be had now: the old token where it still serves, or the reason. */
  #lastResort(request: TokenRequest): Grant {
    const grant = this.#grant
    const now = this.#context.clock.now()
    if (grant !== undefined && satisfiesMeanwhile(grant, now, request.minValid) && !isRejected(grant, request.rejected)) {
      return grant
    }
    throw refusal(this.#state, this.record.provider, now)
  }

  #apply(event: SessionEvent): void {
    const next = transition(this.#state, event)
    if (next === this.#state) return
    this.#state = next
    this.#context.onChange(this)
  }
}

function isRejected(grant: Grant, rejected: string | undefined): boolean {
  return rejected !== undefined && grant.accessToken.fingerprint().startsWith(rejected)
}

const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : toEpochSeconds(milliseconds))
