import { BrokerError, type StateError } from '../protocol/index.ts'
import { type Clock, toEpochSeconds } from './clock.ts'
import type { AccountRecord, Grant } from './grant.ts'
import type { Log } from './log.ts'
import type { GrantVault, ProviderClient, RefreshOutcome } from './ports.ts'
import { backoffDelay, defaultMinValid, refreshDueAt, satisfies, satisfiesMeanwhile } from './refresh-policy.ts'
import type { Scheduled } from './scheduler.ts'
import { bornExpired, errorOf, expired, foreignIssuer, missing, notLoaded, refusal, stateErrorOf } from './session-errors.ts'
import { type SessionEvent, type SessionState, transition } from './transition.ts'

export interface SessionContext {
  readonly clock: Clock
  readonly vault: GrantVault
  readonly client: ProviderClient
  readonly log: Log
  /** In [0, 1). */
  readonly random: () => number
  /** False when tokens are refreshed only because a caller asks (TOKENTRAY_REFRESH=ondemand). */
  readonly refreshAhead: boolean
  readonly onChange: () => void
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

  /**
   * A grant whose access token satisfies the caller. Throws `reauthorization_required`, `temporarily_unavailable`,
   * `vault_locked`, `vault_unavailable` or `issuer_mismatch`.
   */
  async grantFor(request: TokenRequest): Promise<Grant> {
    const held = this.#satisfying(request)
    if (held !== undefined) return held
    if (this.waitsForVault) {
      await this.#context.vault.open()
      await this.restore()
    }
    if (this.#satisfying(request) === undefined && this.#mayTry()) await this.#startFlight()
    return this.#satisfying(request) ?? this.#lastResort(request)
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
      this.#context.onChange()
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
    const outcome = await this.#context.client.refresh(grant)
    if (generation !== this.#generation) return this.#discard(outcome)
    switch (outcome.kind) {
      case 'refreshed':
        this.#unsaved = outcome.grant
        return this.#persist(outcome.grant, generation)
      case 'transient':
        return this.#defer(grant, outcome.error, outcome.retryAfter)
      case 'terminal':
        this.#context.log.warn('grant ended', { account: this.record.id, code: outcome.error.code })
        return this.#apply({ kind: 'ended', error: outcome.error })
    }
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
  }

  /** S7 */
  #isOwnIssuer(grant: Grant): boolean {
    return grant.issuer === this.#context.client.issuer
  }

  #satisfying(request: TokenRequest): Grant | undefined {
    const grant = this.#grant
    if (grant === undefined || !satisfies(grant, this.#context.clock.now(), request.minValid ?? defaultMinValid)) return undefined
    return isRejected(grant, request.rejected) ? undefined : grant
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
    this.#context.onChange()
  }
}

function isRejected(grant: Grant, rejected: string | undefined): boolean {
  return rejected !== undefined && grant.accessToken.fingerprint().startsWith(rejected)
}

const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : toEpochSeconds(milliseconds))
