import type { Grant, LoginAttempt } from '../core/index.ts'
import { BrokerError, type LoginPrompt, type StateError } from '../protocol/index.ts'
import { exchangeCode, refusedSignIn } from './code-exchange.ts'
import { grantOfSignIn } from './complete-sign-in.ts'
import { type DeviceDialect, type DevicePoll, type DeviceStart, deviceAuthorization, type Post } from './device-dialect.ts'
import { outcomeOf } from './login-outcome.ts'
import { type ProviderContext, requestHeaders } from './provider-context.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import { isSafeAddress } from './safe-address.ts'
import { post } from './token-endpoint.ts'
import { TransportError } from './transport.ts'

/** Added to each interval, because a clock that runs a little fast must not be told to slow down again and again. Milliseconds. */
const margin = 250

/** RFC 8628 section 3.5: how much slower after `slow_down`. Seconds. */
const slowDownBy = 5

/**
 * Starts a login by device authorization (RFC 8628): the person types a code at an address, on whatever device, and the server is
 * asked at its own pace until they have. Throws `login_failed` when the server does not begin.
 */
export async function startDeviceLogin(definition: ProviderDefinition, context: ProviderContext): Promise<LoginAttempt> {
  const dialect = definition.device?.dialect ?? deviceAuthorization
  const wording = requestHeaders(definition, context)
  const send: Post = (url, parameters, encoding) => post(context.transport, url, parameters, { encoding, ...wording })
  const started = await dialect.start(definition, send).catch((error: unknown): StateError => {
    if (error instanceof TransportError) return error.reason
    throw error
  })
  if ('code' in started) throw refusedSignIn(definition, started.description)
  // The address comes from a server and is opened for the person.
  if (!isSafeAddress(started.verificationUri)) throw refusedSignIn(definition, 'it named no page to type the code at')
  return new DeviceLogin(definition, context, dialect, started, send)
}

class DeviceLogin implements LoginAttempt {
  readonly expiresAt: number
  readonly authorizationUrl: string
  readonly prompt: LoginPrompt
  readonly #definition: ProviderDefinition
  readonly #context: ProviderContext
  readonly #dialect: DeviceDialect
  readonly #started: DeviceStart
  readonly #post: Post
  readonly #end = outcomeOf<Grant>()
  #interval: number
  #stopTimer = () => {}
  readonly #stopExpiry: () => void

  constructor(
    definition: ProviderDefinition,
    context: ProviderContext,
    dialect: DeviceDialect,
    started: DeviceStart,
    send: Post,
  ) {
    this.#definition = definition
    this.#context = context
    this.#dialect = dialect
    this.#started = started
    this.#post = send
    this.#interval = started.interval
    this.expiresAt = context.clock.now() + started.expiresIn * 1000
    const { verificationUri, verificationUriComplete: complete } = started
    this.authorizationUrl = complete !== undefined && isSafeAddress(complete) ? complete : verificationUri
    this.prompt = { kind: 'device', user_code: started.userCode, verification_uri: verificationUri }
    this.#stopExpiry = context.clock.after(started.expiresIn * 1000, () => this.#fail(expired()))
    this.#wait()
  }

  get outcome(): Promise<Grant> {
    return this.#end.promise
  }

  submit(): never {
    throw new BrokerError('invalid_pasted_response', 'There is nothing to paste in this sign-in.', {
      fix: `Type the code ${this.#started.userCode} at ${this.#started.verificationUri}.`,
    })
  }

  cancel(): void {
    this.#fail(new BrokerError('login_cancelled', 'The sign-in was cancelled.'))
  }

  #wait(): void {
    this.#stopTimer = this.#context.clock.after(this.#interval * 1000 + margin, () => void this.#ask())
  }

  async #ask(): Promise<void> {
    const poll = await this.#poll()
    // A grant that comes after the person has cancelled is not used, and nobody else has it.
    if (!this.#end.open) return
    switch (poll.kind) {
      case 'pending':
        return this.#wait()
      case 'unclear':
      case 'slow_down':
        // RFC 8628 section 3.5: a server that does not answer is asked less often as well.
        this.#interval = Math.max(this.#interval + slowDownBy, poll.kind === 'slow_down' ? poll.interval : 0)
        return this.#wait()
      case 'ended':
        return this.#fail(this.#refusal(poll))
      default:
        this.#stopExpiry()
        return this.#end.resolve(this.#finish(poll))
    }
  }

  async #poll(): Promise<DevicePoll> {
    try {
      return await this.#dialect.poll(this.#definition, this.#started, this.#post)
    } catch (error) {
      const reason = error instanceof TransportError ? error.reason : undefined
      return { kind: 'unclear', error: reason ?? { code: 'network', description: 'The server could not be asked.' } }
    }
  }

  async #finish(poll: Extract<DevicePoll, { kind: 'granted' | 'code' }>): Promise<Grant> {
    const response = poll.kind === 'granted' ? poll.response : await exchangeCode(this.#definition, this.#context, poll)
    return grantOfSignIn(this.#definition, this.#context, response)
  }

  #refusal({ reason, error }: Extract<DevicePoll, { kind: 'ended' }>): BrokerError {
    if (reason === 'expired') return expired()
    if (reason === 'denied') return new BrokerError('access_denied', 'The access was not allowed.')
    return refusedSignIn(this.#definition, error.description)
  }

  #fail(error: BrokerError): void {
    this.#stopTimer()
    this.#stopExpiry()
    this.#end.reject(error)
  }
}

const expired = () => new BrokerError('login_expired', 'Nobody typed the code before its time was over.')
