// The API of a provider on loopback: it takes every token but the revoked ones, and remembers what it was sent.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ApiRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface MockApi {
  readonly origin: string
  /** Tokens that are answered 401. */
  readonly revoked: Set<string>
  /** Every request, those that were refused too. */
  readonly requests: readonly ApiRequest[]
  /** How often 401 was answered. */
  refusals(): number
  close(): Promise<void>
}

export type Answer = (request: ApiRequest, response: ServerResponse) => void

const plain: Answer = (request, response) => void response.end(JSON.stringify({ got: request.body }))

/** `seen` is told of every request before it is answered. */
export async function startMockApi(answer: Answer = plain, seen: (request: ApiRequest) => void = () => {}): Promise<MockApi> {
  const revoked = new Set<string>()
  const requests: ApiRequest[] = []
  let refusals = 0
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of incoming.setEncoding('utf8')) body += chunk
    const request = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body }
    requests.push(request)
    seen(request)
    const token = incoming.headers.authorization?.replace(/^bearer /i, '') ?? ''
    if (token !== '' && !revoked.has(token)) return answer(request, response)
    refusals += 1
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"the token is not good"}}')
  }
  // A client that goes away in the middle of its request is a part of the tests.
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    revoked,
    requests,
    refusals: () => refusals,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
