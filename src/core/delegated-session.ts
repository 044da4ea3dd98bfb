import { BrokerError, type StateError } from '../protocol/index.ts'
import { toEpochSeconds } from './clock.ts'
import { Flight } from './flight.ts'
import type { AccountRecord, Grant } from './grant.ts'
import { Retry } from './retry.ts'
import type { Scheduled } from './scheduler.ts'
import type { SessionContext } from './session-context.ts'
import { describeError, foreignIssuer, notLoaded, refusal } from './session-errors.ts'
import type { TokenOwner } from './token-owner.ts'
import { answers, answersMeanwhile, type TokenRequest } from './token-request.ts'
import { type SessionEvent, type SessionState, transition } from './transition.ts'

export interface DelegationContext extends Pick<SessionContext, 'clock' | 'vault' | 'client' | 'log' | 'random' | 'onChange'> {
  readonly owner: TokenOwner
  /** Keeps a record that tells of somebody else, or of another plan. */
  readonly keep: (record: AccountRecord) => void
}

/** A request that names no account asks an owner that failed again after this long. Milliseconds. */
const untilWorthAsking = 30_000

/** A refresh that somebody demands is the one that ended this recently. Milliseconds. */
const justRenewed = 10_000

/** How many questions of others one caller waits for before it is told that there is no token. */
const mostJoins = 2

/** What an owner is asked for: a token for this request, or a new one in any case. */
type Wish = { readonly kind: 'token'; readonly request: TokenRequest } | { readonly kind: 'renewal' }

/**
 * An account whose login another program owns. TokenTray has no refresh token of it and writes nothing: the access token is in memory
 * only, and when it is not good enough any more the program is asked, once for all who wait. The program is asked what it has
 * before it is told to refresh, because it may have refreshed for itself; an order to refresh for each side would be one too many.
 */
export class DelegatedSession implements Scheduled {
  readonly mode = 'delegated'
  /** Nothing is asked of the program before somebody wants a token. */
  readonly dueAt = undefined
  readonly names = { clientId: undefined, refreshToken: undefined }
  readonly holdsUnsaved = false
  /** A lock waits for nothing here: what a program that hangs may say one day is forgotten before it is said. */
  readonly busy = false
  record: AccountRecord
  readonly #context: DelegationContext
  readonly #retry: Retry
  #state: SessionState = { kind: 'unavailable', error: notLoaded }
  #waitsForVault = true
  #grant: Grant | undefined
  #generation = 0
  readonly #flight = new Flight(() => this.#context.onChange(this))
  #fault: BrokerError | undefined
  #failedAt = Number.NEGATIVE_INFINITY
  /** When the program gave a new token that it was told to get. */
  #renewedAt = Number.NEGATIVE_INFINITY

  constructor(record: AccountRecord, context: DelegationContext) {
    this.record = record
    this.#context = context
    this.#retry = new Retry(context.random)
  }

  get state(): SessionState {
    return this.#state
  }

  /** For what is told about it. */
  get known(): Grant | undefined {
    return this.#grant
  }

  /** Its token needs no vault, but none leaves while the person has locked everything. */
  get waitsForVault(): boolean {
    return this.#waitsForVault
  }

  /** Whether a choice among accounts should try it, although it failed: nobody tells when the person has done something about it. */
  get isWorthAsking(): boolean {
    return this.#context.clock.now() - this.#failedAt >= untilWorthAsking
  }

  tick(): void {}

  /** It is taken to be ready until somebody asks: to know more, the program would have to be started. */
  async restore(): Promise<void> {
    const { state } = this.#context.vault.status()
    if (!this.#waitsForVault || state.kind === 'opening') return
    if (state.kind === 'locked') return this.#apply({ kind: 'unavailable', error: state.error })
    // S7
    const { issuer } = this.record
    if (issuer !== this.#context.client.issuer) return this.#apply({ kind: 'unavailable', error: foreignIssuer({ issuer }) })
    this.#waitsForVault = false
    this.#apply({ kind: 'granted', expiresAt: toEpochSeconds(this.#grant?.expiresAt) })
  }

  held(request: TokenRequest): Grant | undefined {
    const grant = this.#grant
    return grant !== undefined && answers(grant, request, this.#context.clock.now()) ? grant : undefined
  }

  /** Throws what `TokenOwner.token` throws, `issuer_mismatch`, or what a locked vault is answered with. */
  async grantFor(request: TokenRequest): Promise<Grant> {
    await this.#haveVault()
    await this.#try(() => this.held(request) !== undefined, { kind: 'token', request })
    const held = this.held(request)
    if (held !== undefined) return held
    const now = this.#context.clock.now()
    if (this.#grant !== undefined && answersMeanwhile(this.#grant, request, now)) return this.#grant
    throw this.#refusal()
  }

  /** Lets the program refresh although nothing is due, once for everybody who asks at about the same time. Throws like `grantFor`. */
  async refreshNow(): Promise<void> {
    const { clock } = this.#context
    await this.#haveVault()
    const asked = clock.now()
    const isFresh = () => this.#renewedAt > asked - justRenewed && this.#renewedAt <= clock.now()
    await this.#try(isFresh, { kind: 'renewal' })
    if (!isFresh()) throw this.#refusal()
  }

  /** Locks: forgets the token until the vault opens again. */
  forget(error: StateError): void {
    this.#supersede()
    this.#waitsForVault = true
    this.#apply({ kind: 'unavailable', error })
  }

  /** Signs out in memory. The program keeps its login, so that there is no grant to revoke. */
  letGo(): readonly Grant[] {
    this.#supersede()
    this.#waitsForVault = false
    this.#apply({ kind: 'signed_out' })
    return []
  }

  settled = (): Promise<void> => this.#flight.settled()

  retrySoon(): void {
    this.#retry.soon(this.#context.clock.now())
  }

  async #haveVault(): Promise<void> {
    if (!this.#waitsForVault) return
    await this.#context.vault.open()
    await this.restore()
    if (this.#waitsForVault) throw this.#refusal()
  }

  /** Nothing that was under way may change this session any more. */
  #supersede(): void {
    this.#generation += 1
    this.#flight.abandon()
    this.#grant = undefined
    this.#fault = undefined
    this.#retry.reset()
  }

  /** Asks, or joins who asks already. Their wish may have been a smaller one, so that theirs is not the last word. */
  async #try(isDone: () => boolean, wish: Wish): Promise<void> {
    for (let turn = 0; turn < mostJoins && !isDone(); turn += 1) {
      const joins = this.#flight.isUnderWay
      if (!joins && !this.#mayAsk()) return
      await this.#flight.join(() => this.#ask(wish, this.#generation))
      if (!joins) return
    }
  }

  #mayAsk(): boolean {
    return this.#state.kind !== 'signed_out' && this.#retry.mayTry(this.#context.clock.now())
  }

  async #ask(wish: Wish, generation: number): Promise<void> {
    const { clock } = this.#context
    const expiresAt = toEpochSeconds(this.#grant?.expiresAt)
    this.#apply({ kind: 'refresh_started', attempt: this.#retry.attempt + 1, expiresAt })
    try {
      const read = wish.kind === 'token' ? await this.#tokenOf(false) : undefined
      if (generation !== this.#generation) return
      const isEnough = read !== undefined && wish.kind === 'token' && answers(read, wish.request, clock.now())
      // What was read may have to do, if the program cannot refresh.
      this.#grant = read ?? this.#grant
      const grant = isEnough ? read : await this.#tokenOf(true)
      if (generation === this.#generation) this.#take(grant, !isEnough)
    } catch (error) {
      if (generation === this.#generation) this.#failed(error)
    }
  }

  /** The same grant as before for the same token, so that it is as old as it is. */
  async #tokenOf(renew: boolean): Promise<Grant> {
    const accessToken = await this.#context.owner.token(renew)
    const known = this.#grant
    if (known?.accessToken.fingerprint() === accessToken.fingerprint()) return known
    return this.#context.client.grantOfProgram({ accessToken })
  }

  #take(grant: Grant, wasRenewed: boolean): void {
    const now = this.#context.clock.now()
    const sameAgain = wasRenewed && grant === this.#grant
    this.#grant = grant
    const isOther = JSON.stringify(grant.identity) !== JSON.stringify(this.record.identity)
    if (isOther) this.#context.keep({ ...this.record, identity: grant.identity })
    if (wasRenewed && grant.expiresAt !== undefined && grant.expiresAt <= now) {
      this.#failed(notRefreshed(this.#context.owner))
      return
    }
    if (wasRenewed && !sameAgain) this.#renewedAt = now
    this.#fault = sameAgain ? notRefreshed(this.#context.owner) : undefined
    this.#failedAt = Number.NEGATIVE_INFINITY
    this.#retry.succeeded(now, sameAgain)
    this.#apply({ kind: 'granted', expiresAt: toEpochSeconds(grant.expiresAt) })
  }

  #failed(error: unknown): void {
    const { clock, owner, log } = this.#context
    const fault =
      error instanceof BrokerError ? error : new BrokerError('owner_unavailable', `Asking ${owner.name} met an unexpected fault.`)
    this.#fault = fault
    this.#failedAt = clock.now()
    // Another start of the program costs nobody else anything; another refresh is one more request to a server in trouble.
    const isOfServer = fault.code === 'temporarily_unavailable'
    const retryAt = Math.ceil(this.#retry.failed(clock.now(), undefined, !isOfServer) / 1000)
    log.warn('owner gave no token', { account: this.record.id, program: owner.program, code: fault.code })
    this.#apply(this.#eventOf(fault, retryAt))
  }

  #eventOf(fault: BrokerError, retryAt: number): SessionEvent {
    const error = describeError(fault)
    if (fault.code === 'temporarily_unavailable') {
      const expiresAt = toEpochSeconds(this.#grant?.expiresAt)
      return { kind: 'refresh_deferred', attempt: this.#retry.attempt, retryAt, expiresAt, error }
    }
    if (fault.code !== 'reauthorization_required') return { kind: 'unavailable', error }
    // Who signs out there does not want the token to be handed out here.
    this.#grant = undefined
    return { kind: 'ended', error }
  }

  #refusal(): BrokerError {
    return this.#fault ?? refusal(this.#state, this.record.provider, this.#context.clock.now())
  }

  #apply(event: SessionEvent): void {
    const next = transition(this.#state, event)
    if (next === this.#state) return
    this.#state = next
    this.#context.onChange(this)
  }
}

/** It was told to refresh, and has what it had before. */
const notRefreshed = ({ name, program, signIn }: TokenOwner): BrokerError =>
  new BrokerError('temporarily_unavailable', `${name} could not refresh its login.`, {
    fix: `Run ${program} once and see whether it works, or sign in there again: \`${signIn}\`.`,
    retryAfter: 5,
  })
