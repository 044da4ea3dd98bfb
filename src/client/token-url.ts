import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BrokerError, errorResponse, errorTable } from '../protocol/errors.ts'

export interface TokenUrl {
  readonly url: string
  /** What a request has to have in its header `Authorization`, as it is. Nobody else knows it. */
  readonly authorization: string
  close(): Promise<void>
}

export interface TokenUrlOptions {
  /** 0 for any that is free. */
  readonly port: number
  /** The body of an answer, made for each request. */
  readonly answer: () => Promise<string>
  /** Whether the time is over: a computer that slept has no timer that says so. */
  readonly isOver: () => boolean
}

const path = '/v1/token'

/** A request is a few lines. Milliseconds, bytes and connections. */
const patience = 5_000
const longestHead = 8_192
const mostConnections = 64

/**
 * Answers a token at a URL of this computer, as AWS gives its containers their credentials: for programs that cannot open the socket of
 * the broker and can reach 127.0.0.1. Bound to nothing else. Throws `socket_unusable` when the port is taken.
 */
export async function serveTokenUrl({ port, answer, isOver }: TokenUrlOptions): Promise<TokenUrl> {
  const authorization = randomBytes(32).toString('base64url')
  const expected = digestOf(authorization)
  const server = createServer(
    { requestTimeout: patience, headersTimeout: patience, keepAliveTimeout: patience, maxHeaderSize: longestHead },
    (request, response) => {
      const isKnown = () => timingSafeEqual(digestOf(request.headers.authorization ?? ''), expected)
      respond(request, response, { answer, isOver, isKnown, port: portOf(server) })
    },
  )
  server.maxConnections = mostConnections
  await listen(server, port)
  return {
    url: `http://127.0.0.1:${portOf(server)}${path}`,
    authorization,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Equal lengths, so that the comparison tells nothing of the text. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

const portOf = (server: Server): number => (server.address() as AddressInfo | null)?.port ?? 0

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      const fix = 'Choose another one with --port, or leave it away for any that is free.'
      reject(new BrokerError('socket_unusable', `The port ${port} cannot be used (${code}).`, { fix }))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}

interface Exchange extends Pick<TokenUrlOptions, 'answer' | 'isOver'> {
  readonly isKnown: () => boolean
  readonly port: number
}

function respond(request: IncomingMessage, response: ServerResponse, exchange: Exchange): void {
  const refusal = refusalOf(request, exchange)
  if (refusal !== undefined) return void fail(response, refusal)
  exchange.answer().then(
    (body) => write(response, 200, body),
    (error: unknown) => fail(response, error),
  )
}

/** What a web page in a browser sends, or a name that leads here by a trick of DNS, comes before the question of who asks. */
function refusalOf({ method, url, headers }: IncomingMessage, { isKnown, isOver, port }: Exchange): BrokerError | undefined {
  const isForeign = headers.host !== `127.0.0.1:${port}` && headers.host !== `localhost:${port}`
  if (isForeign || headers.origin !== undefined || headers.referer !== undefined) {
    return new BrokerError('request_refused', 'This request comes from a web page, or is for another host.')
  }
  if (!isKnown()) {
    return new BrokerError('request_refused', 'The header Authorization does not have what it has to have.', {
      fix: 'Send what `tokentray token-url` printed, as it is.',
    })
  }
  if (method !== 'GET' || url !== path) return new BrokerError('not_found', `There is nothing but GET ${path} here.`)
  if (!isOver()) return undefined
  return new BrokerError('request_refused', 'The time of this address is over.', { fix: 'Start `tokentray token-url` again.' })
}

function fail(response: ServerResponse, error: unknown): void {
  const body = errorResponse(error)
  if (body.retry_after !== undefined) response.setHeader('retry-after', body.retry_after)
  write(response, errorTable[body.error].status, `${JSON.stringify(body)}\n`)
}

function write(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
