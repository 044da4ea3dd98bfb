// The HTTP side of the double: reads requests, finds who answers, and sends the answer.
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answer, type DoubleRequest, Refused } from './answer.ts'
import type { Ground, Server } from './ground.ts'
import { lost, type Scripts } from './scripts.ts'

export interface HttpDoor {
  readonly origin: string
  close(): Promise<void>
}

/** Listens on a random port of 127.0.0.1 for all servers at once. */
export async function openHttpDoor(ground: Ground, servers: readonly Server[], scripts: Scripts): Promise<HttpDoor> {
  const routes = new Map(servers.flatMap((server) => Object.entries(server.routes)))
  const http = createServer((incoming, response) => {
    serve(ground, routes, scripts, incoming, response).catch((error: unknown) => {
      // The client may hang up at any time; everything else would be a fault of the double or of a script.
      if (!incoming.destroyed) ground.record.faults.push(`The double itself failed: ${String(error)}`)
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return { origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, close: () => close(http) }
}

function close(http: HttpServer): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()))
  http.closeAllConnections()
  return closed
}

async function serve(
  ground: Ground,
  routes: ReadonlyMap<string, Server['routes'][string]>,
  scripts: Scripts,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming)
  ground.record.request(request)
  const route = routes.get(request.path) ?? nobody
  const answer = await scripts.play(request, () => answerProperly(ground, route, request))
  if (answer === lost) return void response.destroy()
  ground.record.answer(answer)
  send(response, answer)
}

function nobody({ method, path }: DoubleRequest): never {
  throw new Refused('fault', `${method} ${path} is nothing that a provider has.`, { status: 404, body: { error: 'not_found' } })
}

function answerProperly(ground: Ground, route: Server['routes'][string], request: DoubleRequest): Answer {
  try {
    const answer = route(request)
    // Before a script may drop it.
    ground.record.answer(answer)
    return answer
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    ground.record[error.kind === 'fault' ? 'faults' : 'refusals'].push(error.message)
    return error.answer
  }
}

async function readRequest(incoming: IncomingMessage): Promise<DoubleRequest> {
  const at = Date.now()
  let text = ''
  for await (const chunk of incoming.setEncoding('utf8')) text += chunk
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1')
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return { method: incoming.method ?? '', path: pathname, query: searchParams, headers, type, body: readBody(type, text), at }
}

/** A name that is there twice reads as a list of its values. */
function readBody(type: string, text: string): DoubleRequest['body'] {
  if (type === 'application/x-www-form-urlencoded') {
    const form = new URLSearchParams(text)
    return Object.fromEntries(
      [...form.keys()].map((name) => {
        const values = form.getAll(name)
        return [name, values.length === 1 ? values[0] : values]
      }),
    )
  }
  if (type !== 'application/json') return text
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : text
  } catch {
    return text
  }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  if (body === undefined) return void response.writeHead(status, { 'content-length': '0', ...headers }).end()
  const isText = typeof body === 'string'
  const type = isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8'
  response.writeHead(status, { 'content-type': type, ...headers }).end(isText ? body : JSON.stringify(body))
}
