import * as oauth from 'oauth4webapi'
import type { StateError } from '../protocol/index.ts'
import type { Claims } from './jwt.ts'
import type { BodyEncoding, ProviderDefinition } from './provider-definition.ts'
import { type HttpAnswer, type Transport, TransportError } from './transport.ts'

/** A well-formed token response (RFC 6749 section 5.1); members beyond the ones we use are dropped. */
export interface TokenResponse {
  readonly access_token?: string
  readonly token_type: string
  readonly expires_in?: number
  readonly refresh_token?: string
  /** Seconds. No RFC has it; Keycloak and GitHub say it under two names. */
  readonly refresh_token_expires_in?: number
  readonly scope?: string
  readonly id_token?: string
  /** The server's own clock, in milliseconds, where it says so. */
  readonly serverTime?: number
  /** Everything that the server said, for what is the provider's own. */
  readonly body: Claims
}

/**
 * What the token endpoint answered. `refused` is an OAuth error (RFC 6749 section 5.2); `unclear` is anything else, and `unused`
 * when the request was turned away before anybody looked at it.
 */
export type TokenAnswer =
  | { readonly kind: 'granted'; readonly response: TokenResponse }
  | { readonly kind: 'refused'; readonly error: StateError; readonly status: number; readonly retryAfter?: number }
  | { readonly kind: 'unclear'; readonly error: StateError; readonly retryAfter?: number; readonly unused?: true }

/** The definition in the words of oauth4webapi. */
export function authorizationServer(definition: ProviderDefinition): oauth.AuthorizationServer {
  return {
    issuer: definition.issuer,
    token_endpoint: definition.tokenEndpoint,
    ...(definition.revocationEndpoint === undefined ? {} : { revocation_endpoint: definition.revocationEndpoint }),
  }
}

/** `issued` is the client id that the server issued to this installation, if it did. */
export const client = (definition: ProviderDefinition, issued?: string): oauth.Client => ({
  client_id: issued ?? definition.clientId,
})

/** Builds a request with oauth4webapi and sends it through our transport, in the encoding that the provider wants. */
export type ProtocolRequest = (options: {
  [oauth.customFetch]: (url: string, options: oauth.CustomFetchOptions<'POST', URLSearchParams>) => Promise<Response>
  [oauth.allowInsecureRequests]: boolean
}) => Promise<Response>

/** How a request of the protocol is written for one provider. */
export interface Wording {
  readonly encoding: BodyEncoding
  readonly headers?: Readonly<Record<string, string>>
  /** Replaces the body. */
  readonly rewrite?: (standard: Readonly<Record<string, string>>) => Readonly<Record<string, string>>
}

/** Sends a protocol request and answers the raw response; throws TransportError. */
export async function send(request: ProtocolRequest, transport: Transport, wording: Wording): Promise<HttpAnswer> {
  let answer: HttpAnswer | undefined
  await request({
    // http is possible only for a loopback server: the built-in endpoints are https, and an override must be loopback.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url, { headers, body }) => {
      const standard = Object.fromEntries(body)
      const parameters = wording.rewrite?.(standard) ?? standard
      answer = await post(transport, url, parameters, { ...wording, headers: { ...headers, ...wording.headers } })
      return new Response(null, { status: 204 })
    },
  })
  if (answer === undefined) throw new TransportError({ code: 'network', description: 'The request was not sent.' })
  return answer
}

/** Sends parameters in the encoding that the server wants; throws TransportError. */
export function post(
  transport: Transport,
  url: string,
  parameters: Readonly<Record<string, string>>,
  { encoding, headers = {} }: Wording,
): Promise<HttpAnswer> {
  const json = encoding === 'json'
  return transport({
    url,
    method: 'POST',
    headers: {
      accept: 'application/json',
      ...headers,
      'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded',
    },
    body: json ? JSON.stringify(parameters) : new URLSearchParams(parameters).toString(),
  })
}

/**
 * Reads the answer of a token endpoint. A rotated refresh token must survive everything that is odd about the rest of the
 * response, so each member is taken for itself, and an id_token is never a reason to refuse. `member` has the token.
 */
export function readTokenAnswer(answer: HttpAnswer, member = 'access_token'): TokenAnswer {
  const body = parseObject(answer.text)
  const retryAfter = readRetryAfter(answer)
  const later = retryAfter === undefined ? {} : { retryAfter }
  const unused = wasTurnedAway(answer) ? ({ unused: true } as const) : {}
  if (body === undefined) return { kind: 'unclear', error: notOAuth(answer), ...later, ...unused }
  const isSuccess = answer.status >= 200 && answer.status < 300
  const response = isSuccess ? readResponse(body, answer, member) : undefined
  // Before anything else that it may say: some servers send a `code` with every answer.
  if (response?.access_token !== undefined || response?.refresh_token !== undefined) return { kind: 'granted', response }
  const refusal = readError(body)
  // A server may refuse under status 200, as GitHub does; a redirect or a server in trouble refuses nothing.
  const mayRefuse = isSuccess || (answer.status >= 400 && answer.status < 500 && answer.status !== 429)
  if (refusal !== undefined && mayRefuse) return { kind: 'refused', error: refusal, status: answer.status, ...later }
  const error = isSuccess ? tokenless : (redirected(answer) ?? statusError(answer.status))
  return { kind: 'unclear', error, ...later, ...unused }
}

/** By a rate limit (RFC 6585 section 4), or by a bot check, which stands before the server. */
const wasTurnedAway = (answer: HttpAnswer): boolean => answer.status === 429 || answer.header('cf-mitigated') !== undefined

const tokenless: StateError = { code: 'not_oauth', description: 'The server answered without a token.' }

function readResponse(body: Claims, answer: HttpAnswer, member: string): TokenResponse {
  const text = (name: string, from = name) => {
    const value = body[from]
    return typeof value === 'string' && value !== '' ? { [name]: value } : {}
  }
  const expiresIn = readLifetime(body.expires_in)
  // Keycloak says 0 of a refresh token that has no end.
  const refreshExpiresIn = readLifetime(body.refresh_token_expires_in ?? body.refresh_expires_in) || undefined
  const serverTime = Date.parse(answer.header('date') ?? '')
  return {
    body,
    ...text('access_token', member),
    ...text('refresh_token'),
    ...text('scope'),
    ...text('id_token'),
    token_type: tokenType(body.token_type),
    ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
    ...(refreshExpiresIn === undefined ? {} : { refresh_token_expires_in: refreshExpiresIn }),
    ...(Number.isFinite(serverTime) ? { serverTime } : {}),
  }
}

/** A token that claims to live longer says nothing about its end: a time that no file and no clock can hold would come of it. */
export const longestLifetime = 10 * 366 * 86_400

/** Whole seconds, which some servers write as text. */
function readLifetime(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value
  return typeof seconds === 'number' && seconds >= 0 && seconds <= longestLifetime ? Math.floor(seconds) : undefined
}

/**
 * RFC 9110 section 10.2.3: seconds, or a date, which is read by the server's own clock. Answers seconds. A number that cannot be
 * meant is a wish to be left alone all the same.
 */
export function readRetryAfter(answer: HttpAnswer): number | undefined {
  const text = answer.header('retry-after')?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text)), longestLifetime)
  const wait = text.endsWith('GMT') ? Math.ceil((Date.parse(text) - Date.parse(answer.header('date') ?? '')) / 1000) : Number.NaN
  return wait >= 0 ? wait : undefined
}

/**
 * RFC 6749 section 7.1: the type is case-insensitive, but tools copy it into a header, so it is spelt as RFC 6750 does, and what
 * could not stand in a header is not believed.
 */
function tokenType(value: unknown): string {
  return typeof value !== 'string' || !/^[\w.-]+$/.test(value) || value.toLowerCase() === 'bearer' ? 'Bearer' : value
}

/** The error of RFC 6749 section 5.2, or its variants: `error` as an object with a `code`, or a top-level `code`. */
export function readError(body: Claims): StateError | undefined {
  const nested = typeof body.error === 'object' && body.error !== null ? (body.error as Record<string, unknown>) : {}
  const code = [nested.code, body.error, body.code, nested.type].find((value) => typeof value === 'string' && value !== '')
  if (typeof code !== 'string') return undefined
  const description = [body.error_description, nested.message, body.message].find(
    (value) => typeof value === 'string' && value !== '',
  )
  return { code: printable(code), description: typeof description === 'string' ? printable(description) : printable(code) }
}

/**
 * Text of a server, made fit for a log and a screen. A server may repeat what it was sent, so whatever looks like a token or a
 * code is taken out; the words of an error code have no digits and no capitals and stay (P1).
 */
export function printable(text: string): string {
  const shown = text.replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ')
  return shown.replace(/[\w.~+/=%-]{16,}/g, (word) => (/^[a-z_.-]+$/.test(word) ? word : '…')).slice(0, 300)
}

export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A page instead of an answer: a Cloudflare challenge is told apart from a captive portal, because the cure differs. */
export function notOAuth(answer: HttpAnswer): StateError {
  if (isBotCheck(answer)) {
    return { code: 'blocked', description: 'The network is blocked by a bot check of the provider. The login is kept.' }
  }
  const redirect = redirected(answer)
  if (redirect !== undefined) return redirect
  if (answer.status >= 500 || answer.status === 429) return statusError(answer.status)
  return {
    code: 'not_oauth',
    description: 'A page came instead of an answer. A login page of the network (captive portal) may be in the way.',
  }
}

/**
 * Cloudflare names its checks in a header of their own; older ones are known by status, server and title. Other pages of it tell of
 * a rate limit or of trouble with the server behind it, as any gateway does.
 */
function isBotCheck({ status, header, text }: HttpAnswer): boolean {
  if (header('cf-mitigated') !== undefined) return true
  if (status === 429 || (status >= 500 && status !== 503)) return false
  return header('server') === 'cloudflare' || /<title>(Just a moment|[^<]*Cloudflare)/i.test(text)
}

function redirected({ status }: HttpAnswer): StateError | undefined {
  if (status < 300 || status >= 400) return undefined
  return {
    code: 'not_oauth',
    description: 'The server redirected a token request. A login page of the network may be in the way.',
  }
}

export function statusError(status: number): StateError {
  if (status === 429) return { code: 'rate_limited', description: 'The provider asks to wait.' }
  return { code: 'server_error', description: `The provider answered with status ${status}.` }
}
