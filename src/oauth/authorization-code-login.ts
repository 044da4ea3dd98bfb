import * as oauth from 'oauth4webapi'
import type { Grant, LoginAttempt, LoginRequest } from '../core/index.ts'
import { BrokerError, type LoginPrompt } from '../protocol/index.ts'
import { authorizationUrl } from './authorization-url.ts'
import { exchangeCode, knownRefusal } from './code-exchange.ts'
import { grantOfSignIn } from './complete-sign-in.ts'
import { outcomeOf } from './login-outcome.ts'
import { parsePastedResponse } from './pasted-response.ts'
import type { ProviderContext } from './provider-context.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import type { Listening } from './redirect-receiver.ts'
import { authorizationServer, client, printable } from './token-endpoint.ts'

/** How long a login waits for the person. Milliseconds. */
const loginLifetime = 300_000

type Redirect = NonNullable<ProviderDefinition['redirect']>

/**
 * One login by authorization code with PKCE (RFC 6749 section 4.1, RFC 7636, RFC 8252). It ends exactly once: by a response on
 * the redirect port, a pasted response, a cancellation or the end of its time; the redirect port is released at that moment.
 */
export class AuthorizationCodeLogin implements LoginAttempt {
  readonly expiresAt: number
  readonly #definition: ProviderDefinition
  readonly #redirect: Redirect
  readonly #context: ProviderContext
  readonly #request: LoginRequest
  readonly #state = oauth.generateRandomState()
  readonly #verifier = oauth.generateRandomCodeVerifier()
  readonly #nonce: string | undefined
  readonly #end = outcomeOf<Grant>()
  #stopTimer = () => {}
  #listening: Listening | undefined
  #redirectUri = ''
  #authorizationUrl = ''

  constructor(definition: ProviderDefinition, redirect: Redirect, context: ProviderContext, request: LoginRequest) {
    this.#definition = definition
    this.#redirect = redirect
    this.#context = context
    this.#request = request
    this.expiresAt = context.clock.now() + loginLifetime
    // OpenID Connect Core section 3.1.2.1: of use only where the id_token is verified.
    this.#nonce = definition.jwksUri === undefined ? undefined : oauth.generateRandomNonce()
  }

  get outcome(): Promise<Grant> {
    return this.#end.promise
  }

  /** Takes the redirect port, unless only a pasted response is wanted, and makes the authorization URL. */
  async start(): Promise<this> {
    this.#stopTimer = this.#context.clock.after(loginLifetime, () =>
      this.#fail(new BrokerError('login_expired', 'Nobody finished the sign-in within five minutes.')),
    )
    this.#redirectUri = await this.#takeRedirect()
    this.#authorizationUrl = await authorizationUrl(this.#definition, this.#context, {
      redirectUri: this.#redirectUri,
      state: this.#state,
      verifier: this.#verifier,
      another: this.#request.another === true,
      showsCode: this.#showsCode,
      ...(this.#nonce === undefined ? {} : { nonce: this.#nonce }),
      ...(this.#request.clientId === undefined ? {} : { clientId: this.#request.clientId }),
    })
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
        return { kind: 'paste', reason: this.#showsCode ? 'The last page shows a code.' : 'You asked to paste the response.' }
    }
  }

  submit(pasted: string): void {
    const parameters = parsePastedResponse(pasted)
    if (!this.#isOwnAddress(pasted.trim())) parameters.set('state', 'of another sign-in')
    if (parameters.get('state') === null) parameters.set('state', this.#state)
    if (parameters.get('state') !== this.#state) {
      throw new BrokerError('state_mismatch', 'The pasted response belongs to another sign-in.')
    }
    this.#deliver(parameters)
  }

  /** Where the state is in the path, the path of a pasted address tells whose response it is. */
  #isOwnAddress(pasted: string): boolean {
    if (!this.#redirect.stateInPath || !URL.canParse(pasted)) return true
    return new URL(pasted).pathname === new URL(this.#redirectUri).pathname
  }

  cancel(): void {
    this.#fail(new BrokerError('login_cancelled', 'The sign-in was cancelled.'))
  }

  /** Whether the last page of the provider shows the code instead of sending the browser here. */
  get #showsCode(): boolean {
    return this.#request.flow === 'paste' && this.#redirect.codePage !== undefined
  }

  /** Answers the redirect URI. */
  async #takeRedirect(): Promise<string> {
    const { codePage, ports, stateInPath } = this.#redirect
    if (this.#showsCode && codePage !== undefined) return codePage
    const host = this.#request.redirectHost ?? this.#redirect.host ?? '127.0.0.1'
    const path = stateInPath ? `${this.#redirect.path}/${this.#state}` : this.#redirect.path
    if (this.#request.flow !== 'paste') {
      this.#listening = await this.#context.receiver.expect(ports, {
        host,
        path,
        state: this.#state,
        stateInPath: stateInPath === true,
        deliver: (parameters) => this.#deliver(parameters),
        cancel: () => this.cancel(),
      })
    }
    // A pasted response needs no listener, and any port will do where the provider takes any.
    const port = this.#listening?.kind === 'listening' ? this.#listening.port : ports[0] || 1455
    return `http://${host}:${port}${path}`
  }

  /** Takes the authorization response; its `state` has been found right. */
  #deliver(parameters: URLSearchParams): 'received' | 'refused' {
    if (!this.#claim()) return 'refused'
    try {
      const clientId = this.#clientIdOf(parameters)
      const as = authorizationServer(this.#definition)
      const code = oauth.validateAuthResponse(as, client(this.#definition, clientId), parameters, this.#state).get('code')
      this.#end.resolve(this.#exchange(code ?? '', clientId))
      return 'received'
    } catch (error) {
      this.#end.reject(error instanceof BrokerError ? error : describeRefusal(this.#definition, error))
      return 'refused'
    }
  }

  /** The client id to go on with: some servers issue one with the authorization response. */
  #clientIdOf(parameters: URLSearchParams): string | undefined {
    const { registration, name } = this.#definition
    if (registration === undefined) return undefined
    const issued = parameters.get('client_id') ?? this.#request.clientId
    if (issued !== undefined && registration.issued.test(issued)) return issued
    if (parameters.has('error')) return undefined
    throw new BrokerError('login_failed', `${name} did not register this computer: the response has no client id.`, {
      fix: 'Sign in again. If you paste the response, paste the whole address.',
    })
  }

  async #exchange(code: string, clientId: string | undefined): Promise<Grant> {
    const issued = clientId === undefined ? {} : { clientId }
    const response = await exchangeCode(this.#definition, this.#context, {
      code,
      verifier: this.#verifier,
      redirectUri: this.#redirectUri,
      state: this.#state,
      ...issued,
    })
    const nonce = this.#nonce === undefined ? {} : { nonce: this.#nonce }
    return grantOfSignIn(this.#definition, this.#context, response, { ...nonce, ...issued })
  }

  #fail(error: BrokerError): void {
    if (this.#claim()) this.#end.reject(error)
  }

  /** Claims the end of this login and frees its port; false when it has ended already. */
  #claim(): boolean {
    if (!this.#end.claim()) return false
    this.#stopTimer()
    if (this.#listening?.kind === 'listening') this.#listening.release()
    return true
  }
}

/** Turns an error response (RFC 6749 section 4.1.2.1) into our words, or into those that the provider's file has for it. */
function describeRefusal(definition: ProviderDefinition, error: unknown): BrokerError {
  if (!(error instanceof oauth.AuthorizationResponseError)) {
    return new BrokerError('login_failed', 'The response of the browser does not belong to this provider.')
  }
  const known = knownRefusal(definition, `${error.error} ${error.error_description ?? ''}`, 'access_denied')
  if (known !== undefined) return known
  const description = error.error_description === undefined ? '' : `: ${printable(error.error_description)}`
  if (error.error === 'access_denied') return new BrokerError('access_denied', `The access was not allowed${description}.`)
  return new BrokerError('login_failed', `The provider refused the sign-in (${printable(error.error)})${description}.`)
}
