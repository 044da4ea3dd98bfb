import type { StateError } from '../protocol/index.ts'
import { numberClaim, textClaim } from './jwt.ts'
import type { BodyEncoding, ProviderDefinition } from './provider-definition.ts'
import { notOAuth, parseObject, readTokenAnswer, type TokenResponse } from './token-endpoint.ts'
import type { HttpAnswer } from './transport.ts'

/** A device authorization under way. Times are seconds. */
export interface DeviceStart {
  readonly userCode: string
  readonly verificationUri: string
  /** The same with the code in it, for a browser on this computer. */
  readonly verificationUriComplete?: string
  readonly interval: number
  readonly expiresIn: number
  /** What polls name it by. A secret. */
  readonly handle: string
}

export type DevicePoll =
  | { readonly kind: 'pending' }
  /** `interval` is 0 when the server names none. */
  | { readonly kind: 'slow_down'; readonly interval: number }
  | { readonly kind: 'granted'; readonly response: TokenResponse }
  /** The server answers with a code that has to be exchanged, and with the verifier that it made itself. */
  | { readonly kind: 'code'; readonly code: string; readonly verifier: string; readonly redirectUri: string }
  | { readonly kind: 'ended'; readonly reason: 'denied' | 'expired' | 'refused'; readonly error: StateError }
  /** No answer that says anything; asked again. */
  | { readonly kind: 'unclear'; readonly error: StateError }

/** Sends parameters to the authorization server; throws TransportError. */
export type Post = (url: string, parameters: Readonly<Record<string, string>>, encoding: BodyEncoding) => Promise<HttpAnswer>

/** How a server words the device flow. */
export interface DeviceDialect {
  /** Answers why it cannot begin as a StateError. Throws TransportError. */
  start(definition: ProviderDefinition, post: Post): Promise<DeviceStart | StateError>
  poll(definition: ProviderDefinition, started: DeviceStart, post: Post): Promise<DevicePoll>
}

/** RFC 8628 section 3.2: five seconds when the server names none. What is no sensible number is taken as none. */
const usualInterval = 5
const longestInterval = 60
const usualLifetime = 900

/** A number of seconds within its bounds; some servers write text, and some write what no clock can hold. */
export function secondsWithin(value: number | undefined, usual: number, most: number): number {
  return value === undefined || value <= 0 ? usual : Math.min(value, most)
}

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'

/** RFC 8628. */
export const deviceAuthorization: DeviceDialect = {
  async start({ clientId, scope, device, deviceAuthorizationEndpoint = '' }, post) {
    const parameters = { client_id: clientId, ...(scope === '' ? {} : { scope }), ...device?.parameters }
    const answer = await post(deviceAuthorizationEndpoint, parameters, 'form')
    const body = parseObject(answer.text) ?? {}
    const text = (name: string) => textClaim(body, name)
    const [handle, userCode] = [text('device_code'), text('user_code')]
    const verificationUri = text('verification_uri') ?? text('verification_url')
    if (answer.status !== 200 || !handle || !userCode || !verificationUri) return refusedStart(answer)
    const complete = text('verification_uri_complete')
    return {
      handle,
      userCode,
      verificationUri,
      ...(complete === undefined ? {} : { verificationUriComplete: complete }),
      interval: secondsWithin(numberClaim(body, 'interval'), usualInterval, longestInterval),
      expiresIn: secondsWithin(numberClaim(body, 'expires_in'), usualLifetime, 3_600),
    }
  },

  async poll({ clientId, tokenEndpoint }, { handle }, post) {
    const answer = await post(tokenEndpoint, { client_id: clientId, device_code: handle, grant_type: grantType }, 'form')
    const read = readTokenAnswer(answer)
    if (read.kind === 'granted') return { kind: 'granted', response: read.response }
    if (read.kind === 'unclear') return { kind: 'unclear', error: read.error }
    switch (read.error.code) {
      case 'authorization_pending':
        return { kind: 'pending' }
      case 'slow_down': {
        const interval = numberClaim(parseObject(answer.text) ?? {}, 'interval')
        return { kind: 'slow_down', interval: secondsWithin(interval, 0, longestInterval) }
      }
      case 'expired_token':
        return { kind: 'ended', reason: 'expired', error: read.error }
      case 'access_denied':
      case 'authorization_denied':
        return { kind: 'ended', reason: 'denied', error: read.error }
      default:
        return { kind: 'ended', reason: 'refused', error: read.error }
    }
  },
}

/** What a server said instead of beginning. */
export function refusedStart(answer: HttpAnswer): StateError {
  const read = readTokenAnswer(answer)
  if (read.kind === 'refused') return read.error
  return read.kind === 'unclear' ? read.error : notOAuth(answer)
}
