import type { Dispatcher } from 'undici'
import type { StateError } from '../protocol/index.ts'
import { decodeBody, tooLong } from './content-coding.ts'

/** Limits of one exchange with an authorization server. */
export interface TransportLimits {
  /** Milliseconds from the first byte out to the last byte in, so that a server that drips is cut off. */
  readonly deadline: number
  /** Bytes of a response body. */
  readonly maxBody: number
}

export const defaultLimits: TransportLimits = { deadline: 30_000, maxBody: 1_048_576 }

export interface HttpRequest {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Milliseconds, when the request may take less time than the limit of the transport. */
  readonly deadline?: number
}

export interface HttpAnswer {
  readonly status: number
  /** A header by its lower-case name. */
  header(name: string): string | undefined
  readonly text: string
}

/** Why no answer came. `code` is `network`, `timeout` or `too_large`. The server may have acted, unless the request never left. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly reason: StateError
  readonly neverLeft: boolean

  constructor(reason: StateError, neverLeft = false) {
    super(reason.description)
    this.reason = reason
    this.neverLeft = neverLeft
  }
}

/** Faults of name resolution and of connecting, before which no byte of a request is sent. */
const beforeConnection = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Codes of OpenSSL and Node for a certificate that was not believed. No byte of a request is sent to a server that shows one. */
const badCertificate = /^(ERR_TLS_CERT_|CERT_|UNABLE_TO_(GET|VERIFY)_|(DEPTH_ZERO_)?SELF_SIGNED_CERT)/

/** Sends one request and never follows a redirect, because a token request must reach the server it is meant for. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>

type Environment = Readonly<Record<string, string | undefined>>

/**
 * A transport over undici with one pool of connections. Proxies are taken from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; this
 * computer itself is never reached through one. undici is loaded with the first request, because an idle broker sends none.
 */
export function createTransport(env: Environment = process.env, limits: TransportLimits = defaultLimits): Transport {
  let dispatcher: Promise<Dispatcher> | undefined
  const connect = async () => {
    const { EnvHttpProxyAgent } = await import('undici')
    const noProxy = [env.NO_PROXY ?? env.no_proxy, '127.0.0.1', 'localhost', '[::1]'].filter(Boolean).join(',')
    return new EnvHttpProxyAgent({ noProxy, connect: { timeout: 10_000 }, maxResponseSize: limits.maxBody })
  }
  return async ({ url, deadline = limits.deadline, ...options }) => {
    dispatcher ??= connect()
    const { request } = await import('undici')
    const signal = AbortSignal.timeout(Math.min(deadline, limits.deadline))
    try {
      const { statusCode, headers, body } = await request(url, { ...options, dispatcher: await dispatcher, signal })
      const header = (name: string) => [headers[name]].flat()[0]
      const bytes = Buffer.from(await body.arrayBuffer())
      return { status: statusCode, text: await decodeBody(bytes, header('content-encoding'), limits.maxBody), header }
    } catch (error) {
      const { code = '' } = (error ?? {}) as { code?: string }
      const neverLeft = beforeConnection.has(code) || badCertificate.test(code)
      throw new TransportError(reasonOf(error, new URL(url).host), neverLeft)
    }
  }
}

function reasonOf(error: unknown, host: string): StateError {
  const { name = '', code = '' } = (error ?? {}) as { name?: string; code?: string }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === tooLong) {
    return { code: 'too_large', description: `${host} sent an answer that is too large to be one.` }
  }
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return { code: 'timeout', description: `${host} did not answer in time.` }
  }
  if (badCertificate.test(code)) {
    return {
      code: 'network',
      description: `Somebody else answers for ${host}, or its certificate is not known here (${code}).`,
      fix: 'Finish the login page of the network, or name the certificate of your proxy in NODE_EXTRA_CA_CERTS.',
    }
  }
  return { code: 'network', description: `${host} cannot be reached${code === '' ? '' : ` (${code})`}.` }
}
