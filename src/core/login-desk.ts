import { randomBytes } from 'node:crypto'
import {
  BrokerError,
  type LoginDecision,
  type LoginFlow,
  type LoginStatus,
  type PendingLogin,
  type StartLoginResponse,
} from '../protocol/index.ts'
import type { Adoption } from './account-keeper.ts'
import { type Clock, toEpochSeconds } from './clock.ts'
import { displayed, type Grant } from './grant.ts'
import type { LoginTarget } from './login-target.ts'
import type { LoginAttempt, LoginRequest, ProviderClient } from './ports.ts'
import { describeError } from './session-errors.ts'

/** How long an ended login can still be asked about. Milliseconds. */
const keepEnded = 600_000

/** How long a login of somebody else than expected waits for the decision of the person. Milliseconds. */
const decisionTime = 600_000

/** Sign-ins at a time. A person has one or two; a program in a loop must not fill the memory. */
const mostPending = 256

interface Login {
  readonly id: string
  readonly provider: string
  readonly target: LoginTarget
  readonly attempt: LoginAttempt
  readonly flow: LoginFlow | undefined
  status: LoginStatus
  /** The login of somebody else than the account belongs to, until the person has decided. */
  undecided: Grant | undefined
  /** Settles when the login is not pending any more: it has ended and its grant is durable, or the person has to decide. */
  turned: Promise<void>
}

export interface LoginDeskContext {
  readonly clock: Clock
  /** Makes the grant durable, or says that the person has to decide first. */
  readonly adopt: (grant: Grant, target: LoginTarget, decision?: LoginDecision) => Promise<Adoption>
  readonly onChange: () => void
}

/** All logins under way, and for a while the ended ones. A second request for the same slot joins the pending login. */
export class LoginDesk {
  readonly #context: LoginDeskContext
  readonly #logins = new Map<string, Login>()
  /** Starts that have not got their attempt yet, by slot, so that two clicks at once make one login. */
  readonly #starting = new Map<string, Promise<Login>>()
  #pending: PendingLogin[] = []

  constructor(context: LoginDeskContext) {
    this.#context = context
  }

  async start(client: ProviderClient, request: LoginRequest, target: LoginTarget): Promise<StartLoginResponse> {
    const flow = request.flowIsChosen ? request.flow : undefined
    const slot = JSON.stringify([client.id, target.account ?? '', target.label ?? '', flow ?? ''])
    const starting = this.#pendingFor(client.id, target, flow) ?? this.#starting.get(slot)
    if (starting !== undefined) return { ...describeStart(await starting), joined: true }
    if (this.#pending.length + this.#starting.size >= mostPending) {
      throw new BrokerError('temporarily_unavailable', `${mostPending} sign-ins are waiting already.`, {
        fix: 'End or cancel one of them in the tray first.',
      })
    }
    const begun = client
      .startLogin(request)
      .then((attempt) => this.#follow(client.id, target, attempt, request.flow))
      .finally(() => this.#starting.delete(slot))
    this.#starting.set(slot, begun)
    return describeStart(await begun)
  }

  /** Where the login is; waits up to `wait` milliseconds for its end. */
  async status(id: string, wait = 0): Promise<LoginStatus> {
    const login = this.#find(id)
    if (wait > 0 && login.status.status === 'pending') {
      let cancelTimer = () => {}
      const timeout = new Promise<void>((resolve) => {
        cancelTimer = this.#context.clock.after(wait, resolve)
      })
      await Promise.race([login.turned, timeout])
      cancelTimer()
    }
    return login.status
  }

  link(id: string): string {
    const login = this.#find(id)
    if (login.status.status !== 'pending') throw new BrokerError('unknown_login', 'This sign-in has ended.')
    return login.attempt.authorizationUrl
  }

  /** Ends the login with a pasted response. A response that does not fit throws and leaves the login pending. */
  async submit(id: string, pasted: string): Promise<LoginStatus> {
    const login = this.#find(id)
    if (login.status.status === 'pending') {
      login.attempt.submit(pasted)
      await login.turned
    }
    return login.status
  }

  /** Cancels a pending login; one that waits for a decision is discarded. */
  async cancel(id: string): Promise<LoginStatus> {
    const login = this.#find(id)
    if (login.status.status === 'undecided' && login.undecided !== undefined) return this.decide(id, 'discard')
    // A decision under way is carried out.
    if (login.status.status === 'undecided') await login.turned
    if (login.status.status === 'pending') {
      login.attempt.cancel()
      await login.turned
    }
    return login.status
  }

  /** Says what becomes of a login that somebody else made. Throws `unknown_login` when there is nothing to decide. */
  async decide(id: string, decision: LoginDecision): Promise<LoginStatus> {
    const login = this.#find(id)
    const grant = login.undecided
    if (grant === undefined) throw new BrokerError('unknown_login', 'There is nothing to decide about this sign-in.')
    login.undecided = undefined
    const adoption = this.#context.adopt(grant, login.target, decision)
    login.turned = this.#settle(login, adoption, grant)
    await login.turned
    // What cannot be done is said, and the login goes on waiting for a decision that can.
    if (login.undecided !== undefined) await adoption
    return login.status
  }

  /** The pending logins; the same array until one begins or ends. */
  pending(): PendingLogin[] {
    return this.#pending
  }

  #touch(): void {
    this.#pending = [...this.#logins.values()].filter(isOpen).map((login) => ({
      id: login.id,
      provider: login.provider,
      ...(login.target.account === undefined ? {} : { account: login.target.account }),
      ...(login.target.label === undefined ? {} : { label: login.target.label }),
      prompt: login.attempt.prompt,
      expires_at: 'expires_at' in login.status ? login.status.expires_at : toEpochSeconds(login.attempt.expiresAt),
      ...(login.status.status === 'undecided' ? { undecided: login.status.identity } : {}),
    }))
    this.#context.onChange()
  }

  /** Forgets the logins that wait for a decision, whose tokens are held. Settles when they are gone. */
  async discardUndecided(): Promise<void> {
    const waiting = [...this.#logins.values()].filter(({ status }) => status.status === 'undecided')
    await Promise.allSettled(waiting.map((login) => this.cancel(login.id)))
  }

  /** Cancels every login, so that the redirect port is free before the process ends. */
  async stop(): Promise<void> {
    const pending = [...this.#logins.values()].filter(isOpen)
    await Promise.allSettled(pending.map((login) => this.cancel(login.id)))
  }

  #find(id: string): Login {
    const login = this.#logins.get(id)
    if (login === undefined) throw new BrokerError('unknown_login', 'There is no sign-in with this id.')
    return login
  }

  /**
   * The login that a request joins. Another way that somebody chose stands beside it, and so does a new login beside one that waits for
   * a decision: no request for a login ever ends one.
   */
  #pendingFor(provider: string, target: LoginTarget, flow: LoginFlow | undefined): Login | undefined {
    return [...this.#logins.values()].find(
      (login) =>
        login.status.status === 'pending' &&
        (flow === undefined || login.flow === flow) &&
        login.provider === provider &&
        login.target.account === target.account &&
        login.target.label === target.label,
    )
  }

  #follow(provider: string, target: LoginTarget, attempt: LoginAttempt, flow: LoginFlow | undefined): Login {
    const id = `login-${randomBytes(9).toString('base64url')}`
    const login: Login = {
      id,
      provider,
      target,
      attempt,
      flow,
      undecided: undefined,
      turned: Promise.resolve(),
      status: { id, provider, status: 'pending', prompt: attempt.prompt, expires_at: toEpochSeconds(attempt.expiresAt) },
    }
    login.turned = attempt.outcome.then(
      (grant) => this.#settle(login, this.#context.adopt(grant, target), grant),
      (error: unknown) => this.#settle(login, Promise.reject(error)),
    )
    this.#logins.set(id, login)
    this.#touch()
    return login
  }

  /** Takes what became of a login. Never rejects. */
  async #settle(login: Login, adoption: Promise<Adoption>, grant?: Grant): Promise<void> {
    const { id, provider } = login
    const { clock } = this.#context
    try {
      const { kind, account } = await adoption
      const identity = grant === undefined ? {} : displayed(grant.identity)
      if (kind === 'undecided') {
        login.undecided = grant
        const expiresAt = toEpochSeconds(clock.now() + decisionTime)
        login.status = { id, provider, status: 'undecided', account, identity, expires_at: expiresAt }
        clock.after(decisionTime, () => void this.decide(id, 'discard').catch(() => {}))
        return this.#touch()
      }
      login.status = { id, provider, status: 'completed', account, identity }
    } catch (error) {
      if (grant !== undefined && login.status.status === 'undecided' && isImpossible(error)) {
        login.undecided = grant
        return
      }
      login.status = { id, provider, status: 'failed', error: describeFailure(error) }
    }
    clock.after(keepEnded, () => this.#logins.delete(id))
    this.#touch()
  }
}

/** A decision that cannot be carried out, as against a login that failed. */
const isImpossible = (error: unknown): boolean => error instanceof BrokerError && error.code === 'invalid_request'

/** Whether it still waits for the person. */
const isOpen = ({ status }: Login): boolean => status.status === 'pending' || status.status === 'undecided'

function describeStart(login: Login): StartLoginResponse {
  return {
    id: login.id,
    provider: login.provider,
    authorization_url: login.attempt.authorizationUrl,
    prompt: login.attempt.prompt,
    expires_at: toEpochSeconds(login.attempt.expiresAt),
  }
}

function describeFailure(error: unknown) {
  if (error instanceof BrokerError) return describeError(error)
  return { code: 'login_failed', description: 'The sign-in met an unexpected fault.' }
}
