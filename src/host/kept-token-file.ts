import type { Broker, Clock, Log } from '../core/index.ts'
import {
  emptyTokenFile,
  fillTokenFile,
  type TokenFileDefinition,
  type TokenFileOutcome,
} from '../integrations/token-files/index.ts'
import { BrokerError, type Caller, type ErrorCode, lockedByPerson, type StateError, type TokenFile } from '../protocol/index.ts'

export interface KeptTokenFileContext {
  readonly broker: Broker
  readonly clock: Clock
  readonly log: Log
}

/** Milliseconds after which a file is tried again that could not be written, or a token that could not be had. */
const nextTry = 30_000
/** A token is looked at again so long before its end. Milliseconds. */
const beforeItsEnd = 299_000
const shortestPause = 60_000

/** With these, nobody gets a token until a person does something, so that the one in the file has to go as well. */
const endsIt: ReadonlySet<ErrorCode> = new Set([
  'login_required',
  'reauthorization_required',
  'account_disabled',
  'client_denied',
  'passphrase_needed',
])

/**
 * One file of a tool, for as long as a token is kept in it. The token comes by the door that every tool uses, in the name of the tool, so
 * that it is allowed or denied and in the ledger like any other. A file in which the tool has a login of its own is never written.
 */
export class KeptTokenFile {
  readonly account: string
  readonly path: string
  readonly #definition: TokenFileDefinition
  readonly #context: KeptTokenFileContext
  readonly #caller: Caller
  #state: TokenFile['state'] = 'waiting'
  #error: StateError | undefined
  /** What the last look went by. */
  #situation: string | undefined
  #wasRefreshing = false
  #work: Promise<unknown> = Promise.resolve()
  #stopTimer = () => {}
  /** The hand-out that is waited for. */
  #request = {}
  #ended = false

  constructor(definition: TokenFileDefinition, account: string, path: string, context: KeptTokenFileContext) {
    this.account = account
    this.path = path
    this.#definition = definition
    this.#context = context
    this.#caller = Object.freeze({ name: definition.tool, proof: 'claimed' })
  }

  shown(): TokenFile {
    const { tool } = this.#definition
    const error = this.#error === undefined ? {} : { error: this.#error }
    return { tool, path: this.path, account: this.account, state: this.#state, ...error }
  }

  /** Something changed in the broker; looks whether it concerns this file. */
  look(): void {
    const situation = this.#whatMatters()
    const isRefreshing = this.#row()?.state.kind === 'refreshing'
    // Two tokens may end in the same second.
    const refreshed = this.#wasRefreshing && !isRefreshing
    this.#wasRefreshing = isRefreshing
    if (situation === this.#situation && !refreshed) return
    this.#situation = situation
    void this.fill().catch(() => undefined)
  }

  /** Brings the file up to date. Throws why it is not, after the file is as it has to be then. */
  fill(): Promise<TokenFile> {
    const filled = this.#work.then(() => this.#fill())
    this.#work = filled.catch(() => undefined)
    return filled
  }

  /** Takes the token out, and keeps none in it any more. Throws why it cannot be taken out. */
  async end(): Promise<void> {
    await this.stop()
    await emptyTokenFile(this.#definition, this.path)
  }

  /** Leaves the token in the file, where it ends by itself. */
  async stop(): Promise<void> {
    this.#ended = true
    this.#stopTimer()
    this.#context.broker.clients.leave(this.#request)
    await this.#work
  }

  async #fill(): Promise<TokenFile> {
    if (this.#ended) return this.shown()
    this.#stopTimer()
    this.#situation = this.#whatMatters()
    try {
      await this.#put()
    } catch (error) {
      await this.#withoutToken(error)
      throw error
    }
    return this.shown()
  }

  async #put(): Promise<void> {
    const { broker, clock } = this.#context
    this.#request = {}
    const { response } = await broker.handOut(this.#caller, this.account, this.#request)
    if (this.#ended) return
    const { access_token: accessToken, expires_at: end } = response
    const plan = this.#row()?.identity?.plan
    const token = {
      accessToken,
      ...(end === undefined ? {} : { expiresAt: end * 1000 }),
      ...(plan === undefined ? {} : { plan }),
    }
    this.#conclude(await fillTokenFile(this.#definition, this.path, token))
    if (end !== undefined) this.#again(Math.max(shortestPause, end * 1000 - clock.now() - beforeItsEnd))
  }

  /** There is no token: for good, so that the file loses the one it has, or for the moment. */
  async #withoutToken(error: unknown): Promise<void> {
    const { log } = this.#context
    this.#error = describe(error)
    if (this.#ended || this.#state === 'taken') return
    const isOver = error instanceof BrokerError && endsIt.has(error.code)
    const mustGo = isOver || this.#row() === undefined || this.#isLockedByPerson()
    if (mustGo) {
      this.#state = await emptyTokenFile(this.#definition, this.path).then(
        () => 'emptied' as const,
        () => 'waiting' as const,
      )
      if (this.#state === 'waiting') this.#again(nextTry)
    } else {
      this.#state = 'waiting'
      // Nobody is asked again and again who has not answered.
      if (!(error instanceof BrokerError && error.code === 'approval_required')) this.#again(nextTry)
    }
    log.warn('token file without a token', { tool: this.#definition.tool, kept: this.#state, code: this.#error.code })
  }

  #conclude(outcome: TokenFileOutcome): void {
    const { name, tool } = this.#definition
    if (outcome === 'taken') {
      this.#state = 'taken'
      throw new BrokerError('invalid_request', `${name} has a login of its own in ${this.path}, which is left alone.`, {
        fix: `Move it here with \`tokentray import ${tool} --move\`, or sign out in ${name}; then connect it again.`,
      })
    }
    if (this.#state !== 'fresh') this.#context.log.info('token file kept', { tool, account: this.account })
    this.#state = 'fresh'
    this.#error = undefined
  }

  #again(delay: number): void {
    this.#stopTimer = this.#context.clock.after(delay, () => void this.fill().catch(() => undefined))
  }

  #row() {
    return this.#context.broker.snapshot().accounts.find(({ id }) => id === this.account)
  }

  #isLockedByPerson(): boolean {
    const { state } = this.#context.broker.snapshot().vault
    return 'error' in state && state.error.code === lockedByPerson
  }

  /** A refresh that is under way is nothing new for the file; its end is. */
  #whatMatters(): string {
    const { broker } = this.#context
    const row = this.#row()
    const state = row?.state
    const end = state !== undefined && 'expires_at' in state ? state.expires_at : undefined
    const serves = state?.kind === 'active' || state?.kind === 'refreshing' || state?.kind === 'backing_off'
    const rule = broker.clients.policy().rules.find(({ client }) => client === this.#definition.tool)
    return JSON.stringify([serves ? 'serves' : state?.kind, end, row?.disabled, broker.snapshot().vault.state.kind, rule])
  }
}

function describe(error: unknown): StateError {
  if (!(error instanceof BrokerError)) return { code: 'internal_error', description: 'The broker met an unexpected fault.' }
  return { code: error.code, description: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) }
}
