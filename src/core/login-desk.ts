import { randomBytes } from 'node:crypto'
import {
  BrokerError,
  type LoginStatus,
  type PendingLogin,
  type StartLoginRequest,
  type StartLoginResponse,
} from '../protocol/index.ts'
import { type Clock, toEpochSeconds } from './clock.ts'
import type { Grant } from './grant.ts'
import type { LoginTarget } from './login-target.ts'
import type { LoginAttempt, ProviderClient } from './ports.ts'
import { describeError } from './session-errors.ts'

/** How long an ended login can still be asked about. Milliseconds. */
const keepEnded = 600_000

/** Sign-ins at a time. A person has one or two; a program in a loop must not fill the memory. */
const mostPending = 256

interface Login {
  readonly id: string
  readonly provider: string
  readonly target: LoginTarget
  readonly attempt: LoginAttempt
  status: LoginStatus
  /** Settles when the login has ended and its grant is durable. */
  readonly ended: Promise<void>
}

export interface LoginDeskContext {
  readonly clock: Clock
  /** Makes the grant durable and answers the id of the account that holds it. */
  readonly adopt: (grant: Grant, target: LoginTarget) => Promise<string>
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

  async start(client: ProviderClient, request: StartLoginRequest, target: LoginTarget): Promise<StartLoginResponse> {
    const slot = JSON.stringify([client.id, target.account ?? '', target.label ?? ''])
    const starting = this.#pendingFor(client.id, target) ?? this.#starting.get(slot)
    if (starting !== undefined) return describeStart(await starting)
    if (this.#pending.length + this.#starting.size >= mostPending) {
      throw new BrokerError('temporarily_unavailable', `${mostPending} sign-ins are waiting already.`, {
        fix: 'End or cancel one of them in the tray first.',
      })
    }
    const begun = client
      .startLogin(request)
      .then((attempt) => this.#follow(client.id, target, attempt))
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
      await Promise.race([login.ended, timeout])
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
      await login.ended
    }
    return login.status
  }

  async cancel(id: string): Promise<LoginStatus> {
    const login = this.#find(id)
    if (login.status.status === 'pending') {
      login.attempt.cancel()
      await login.ended
    }
    return login.status
  }

  /** The pending logins; the same array until one begins or ends. */
  pending(): PendingLogin[] {
    return this.#pending
  }

  #touch(): void {
    this.#pending = [...this.#logins.values()]
      .filter((login) => login.status.status === 'pending')
      .map((login) => ({
        id: login.id,
        provider: login.provider,
        ...(login.target.account === undefined ? {} : { account: login.target.account }),
        prompt: login.attempt.prompt,
        expires_at: toEpochSeconds(login.attempt.expiresAt),
      }))
    this.#context.onChange()
  }

  /** Cancels every login, so that the redirect port is free before the process ends. */
  async stop(): Promise<void> {
    const pending = [...this.#logins.values()].filter((login) => login.status.status === 'pending')
    await Promise.all(pending.map((login) => this.cancel(login.id)))
  }

  #find(id: string): Login {
    const login = this.#logins.get(id)
    if (login === undefined) throw new BrokerError('unknown_login', 'There is no sign-in with this id.')
    return login
  }

  #pendingFor(provider: string, target: LoginTarget): Login | undefined {
    return [...this.#logins.values()].find(
      (login) =>
        login.status.status === 'pending' &&
        login.provider === provider &&
        login.target.account === target.account &&
        login.target.label === target.label,
    )
  }

  #follow(provider: string, target: LoginTarget, attempt: LoginAttempt): Login {
    const id = `login-${randomBytes(9).toString('base64url')}`
    const ended = attempt.outcome
      .then((grant) => this.#context.adopt(grant, target))
      .then((account): LoginStatus => ({ id, provider, status: 'completed', account }))
      .catch((error: unknown): LoginStatus => ({ id, provider, status: 'failed', error: describeFailure(error) }))
      .then((status) => {
        login.status = status
        this.#context.clock.after(keepEnded, () => this.#logins.delete(id))
        this.#touch()
      })
    const login: Login = {
      id,
      provider,
      target,
      attempt,
      ended,
      status: { id, provider, status: 'pending', prompt: attempt.prompt, expires_at: toEpochSeconds(attempt.expiresAt) },
    }
    this.#logins.set(id, login)
    this.#touch()
    return login
  }
}

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
