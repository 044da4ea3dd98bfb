import * as oauth from 'oauth4webapi'
import type { Clock, Grant, LoginAttempt } from '../core/index.ts'
import { BrokerError, type LoginPrompt, type StartLoginRequest } from '../protocol/index.ts'
import { grantFromResponse } from './grant-from-response.ts'
import { parsePastedResponse } from './pasted-response.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import type { Listening, RedirectReceiver } from './redirect-receiver.ts'
import { authorizationServer, client, printable, readTokenAnswer, send } from './token-endpoint.ts'
import { type Transport, TransportError } from './transport.ts'

/** How long a login waits for the person. Milliseconds. */
const loginLifetime = 300_000

export interface LoginContext {
  readonly clock: Clock
  readonly transport: Transport
  readonly receiver: RedirectReceiver
}

/**
 * One login by authorization code with PKCE (RFC 6749 section 4.1, RFC 7636, RFC 8252). It ends exactly once: by a response on
 * the redirect port, a pasted response, a cancellation or the end of its time; the redirect port is released at that moment.
 */
export class AuthorizationCodeLogin implements LoginAttempt {
  readonly expiresAt: number
  readonly outcome: Promise<Grant>
  readonly #definition: ProviderDefinition
  readonly #context: LoginContext
  readonly #state = oauth.generateRandomState()
  readonly #verifier = oauth.generateRandomCodeVerifier()
  readonly #settle: { readonly resolve: (grant: Promise<Grant>) => void; readonly reject: (error: BrokerError) => void }
  #ended = false
  #stopTimer = () => {}
  #listening: Listening | undefined
  #redirectUri = ''
  #authorizationUrl = ''

  constructor(definition: ProviderDefinition, context: LoginContext) {
    this.#definition = definition
    this.#context = context
    this.expiresAt = context.clock.now() + loginLifetime
    const { promise, resolve, reject } = withResolvers<Grant>()
    this.outcome = promise
    this.#settle = { resolve, reject }
  }

  /** Takes the redirect port, unless only a pasted response is wanted, and makes the authorization URL. */
  async start(request: StartLoginRequest): Promise<this> {
    const { redirect } = this.#definition
    const host = request.redirect_host ?? '127.0.0.1'
    this.#stopTimer = this.#context.clock.after(loginLifetime, () =>
      this.#fail(new BrokerError('login_expired', 'Nobody finished the sign-in within five minutes.')),
    )
    if (request.flow !== 'paste') {
      this.#listening = await this.#context.receiver.expect(redirect.ports, {
        host,
        path: redirect.path,
        state: this.#state,
        deliver: (parameters) => this.#deliver(parameters),
        cancel: () => this.cancel(),
      })
    }
    const port = this.#listening?.kind === 'listening' ? this.#listening.port : redirect.ports[0]
    this.#redirectUri = `http://${host}:${port}${redirect.path}`
    this.#authorizationUrl = await this.#buildUrl()
    return this
  }

  get authorizationUrl(): string {
    return this.#authorizationUrl
  }

  get prompt(): LoginPrompt {
    switch (this.#listening?.kind) {
      case 'listening':
        return { kind: 'browser', redirect_port: this.#listening.port }
      case 'busy':
        return { kind: 'paste', reason: this.#listening.description }
      default:
        return { kind: 'paste', reason: 'You asked to paste the response.' }
    }
  }

  submit(pasted: string): void {
    const parameters = parsePastedResponse(pasted)
    if (parameters.get('state') === null) parameters.set('state', this.#state)
    if (parameters.get('state') !== this.#state) {
      throw new BrokerError('state_mismatch', 'The pasted response belongs to another sign-in.')
    }
    this.#deliver(parameters)
  }

  cancel(): void {
    this.#fail(new BrokerError('login_cancelled', 'The sign-in was cancelled.'))
  }

  /** Takes the authorization response; its `state` has been found right. */
  #deliver(parameters: URLSearchParams): 'received' | 'refused' {
    if (!this.#end()) return 'refused'
    const server = authorizationServer(this.#definition)
    try {
      const validated = oauth.validateAuthResponse(server, client(this.#definition), parameters, this.#state)
      this.#settle.resolve(this.#exchange(validated))
      return 'received'
    } catch (error) {
      this.#settle.reject(describeRefusal(error))
      return 'refused'
    }
  }

  async #exchange(parameters: URLSearchParams): Promise<Grant> {
    const { transport, clock } = this.#context
    const server = authorizationServer(this.#definition)
    const answer = await send(
      (options) =>
        oauth.authorizationCodeGrantRequest(
          server,
          client(this.#definition),
          oauth.None(),
          parameters,
          this.#redirectUri,
          this.#verifier,
          options,
        ),
      transport,
      'form',
    ).then(readTokenAnswer, (error: unknown) => {
      throw new BrokerError('login_failed', error instanceof TransportError ? error.message : 'The code could not be exchanged.')
    })
    const grant = answer.kind === 'granted' ? grantFromResponse(this.#definition, answer.response, clock.now()) : undefined
    if (grant !== undefined) return grant
    const reason = answer.kind === 'granted' ? 'no access token came' : answer.error.description
    throw new BrokerError('login_failed', `${this.#definition.name} did not accept the sign-in: ${reason}`)
  }

  #fail(error: BrokerError): void {
    if (this.#end()) this.#settle.reject(error)
  }

  /** Claims the end of this login and frees its port; false when it has ended already. */
  #end(): boolean {
    if (this.#ended) return false
    this.#ended = true
    this.#stopTimer()
    if (this.#listening?.kind === 'listening') this.#listening.release()
    return true
  }

  async #buildUrl(): Promise<string> {
    const url = new URL(this.#definition.authorizationEndpoint)
    const parameters = {
      ...this.#definition.authorizationParameters,
      response_type: 'code',
      client_id: this.#definition.clientId,
      redirect_uri: this.#redirectUri,
      scope: this.#definition.scope,
      code_challenge: await oauth.calculatePKCECodeChallenge(this.#verifier),
      code_challenge_method: 'S256',
      state: this.#state,
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url.href
  }
}

/** Turns an error response (RFC 6749 section 4.1.2.1) into our words. */
function describeRefusal(error: unknown): BrokerError {
  if (!(error instanceof oauth.AuthorizationResponseError)) {
    return new BrokerError('login_failed', 'The response of the browser does not belong to this provider.')
  }
  const description = error.error_description === undefined ? '' : `: ${printable(error.error_description)}`
  if (error.error === 'access_denied') return new BrokerError('access_denied', `The access was not allowed${description}.`)
  return new BrokerError('login_failed', `The provider refused the sign-in (${printable(error.error)})${description}.`)
}

/** Promise.withResolvers, which Node 20 does not have. */
function withResolvers<Value>() {
  let resolve: (value: Value | Promise<Value>) => void = () => {}
  let reject: (error: BrokerError) => void = () => {}
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // Whoever waits for the outcome hears of a failure; nobody waiting yet must not end the process.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
