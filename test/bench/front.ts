// A reverse proxy before the practice server. It sees what no client can tell: how many refreshes arrive, which of them the server
// granted, and whether the answer got as far as the connection of the one who asked.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { practiceClientId, practicePaths } from '../../src/practice/index.ts'

/** One request for tokens. Times are milliseconds of the wall clock; fingerprints are hex SHA-256. */
export interface Seen {
  readonly kind: 'login' | 'refresh'
  readonly arrived: number
  /** The fingerprint of the refresh token that was sent; absent for a login. */
  readonly sent?: string
  /** When the server had decided, and its HTTP status; the tokens are rotated from here on. */
  decided?: number
  status?: number
  /** Fingerprints of what the server issued. */
  issuedRefreshToken?: string
  issuedAccessToken?: string
  /** When the system had taken the whole answer for a connection that was open; absent when the asker had gone before. */
  delivered?: number
}

export interface Front {
  readonly origin: string
  readonly exchanges: Seen[]
  /** How long the answer to a refresh is kept back after the server has decided. Milliseconds. */
  delay: { readonly least: number; readonly most: number }
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export async function startFront(issuer: string): Promise<Front> {
  const upstream = new URL(issuer)
  const exchanges: Seen[] = []
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  // A keep-alive that the front ends must not race with a request of a client that pauses between refreshes.
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const front: Front = {
    origin,
    exchanges,
    delay: { least: 0, most: 0 },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    if (request.url !== practicePaths.token) return reply(response, await forward(request, body))
    const form = new URLSearchParams(body)
    const refreshToken = form.get('refresh_token')
    const isRefresh = refreshToken !== null
    const seen: Seen = isRefresh
      ? { kind: 'refresh', arrived: Date.now(), sent: fingerprint(refreshToken) }
      : { kind: 'login', arrived: Date.now() }
    exchanges.push(seen)
    // The request goes on even when the asker has gone: a server does not look back before it rotates.
    const answer = await forward(request, publicClient(form))
    Object.assign(seen, { decided: Date.now(), status: answer.status }, issued(answer))
    const { least, most } = front.delay
    if (isRefresh && most > 0) await sleep(least + Math.random() * (most - least))
    if (response.socket?.destroyed !== false) return
    response.once('finish', () => {
      seen.delivered = Date.now()
    })
    reply(response, answer)
  }

  function forward({ method, url, headers }: IncomingMessage, body: string): Promise<Answer> {
    const type = headers['content-type']
    const passed = { host: upstream.host, ...(type === undefined ? {} : { 'content-type': type }) }
    return new Promise((resolve, reject) => {
      const call = send(
        { host: upstream.hostname, port: upstream.port, method, path: url, headers: passed },
        async (response) => {
          resolve({ status: response.statusCode ?? 502, headers: response.headers, body: await text(response) })
        },
      )
      call.on('error', reject)
      call.end(method === 'POST' ? body : undefined)
    })
  }

  function reply(response: ServerResponse, { status, headers, body }: Answer): void {
    const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...rest } = headers
    // The metadata (RFC 8414) names the practice server; a client that reads it must stay with the front.
    response.writeHead(status, rest).end(body.replaceAll(issuer, origin))
  }

  return front
}

/** oidc-agent authenticates every client with HTTP Basic, and the practice server has one client, which is public. */
function publicClient(form: URLSearchParams): string {
  form.set('client_id', practiceClientId)
  return form.toString()
}

function issued({ status, body }: Answer): Partial<Seen> {
  if (status !== 200) return {}
  const tokens = JSON.parse(body) as { access_token: string; refresh_token: string }
  return { issuedAccessToken: fingerprint(tokens.access_token), issuedRefreshToken: fingerprint(tokens.refresh_token) }
}

async function text(stream: IncomingMessage): Promise<string> {
  let all = ''
  for await (const chunk of stream.setEncoding('utf8')) all += chunk
  return all
}

const fingerprint = (token: string | null): string =>
  createHash('sha256')
    .update(token ?? '')
    .digest('hex')
