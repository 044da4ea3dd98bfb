import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Broker, HandOut, Log, TokenRequest } from '../core/index.ts'
import { BrokerError, type Endpoint, endpoints, errorResponse, errorTable, type HealthResponse } from '../protocol/index.ts'
import { Callers } from './caller.ts'
import { checked } from './checked.ts'
import type { ClientProofs } from './client-proof.ts'
import { refuseForeignRequest } from './request-guard.ts'

const route = endpoints.token.path.replace('{provider}', '')

export interface TokenLaneContext {
  readonly broker: Broker
  readonly log: Log
  readonly proofs: ClientProofs
  readonly health: HealthResponse
}

/** Answers a request that is its own, and says whether it was. */
export type Lane = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * What a program asks that wants a token: whether a broker is there, the proof of who asks, and the token. Nearly every request of
 * the socket is one of these, and nearly every one of them is for a token that is held; so they do not go through the web
 * framework, and a held token is on its way in the turn in which the request came.
 */
export function tokenLane(context: TokenLaneContext): Lane {
  const { broker } = context
  const callers = new Callers(context.proofs)
  const handsOut = tokenRoute(context, (request, { selector, wish, account }) =>
    broker.handOut(callers.of(request), selector, wish, account),
  )
  const proves = fixedRoute(endpoints.proof, context, ({ socket }) => context.proofs.begin(socket))
  const tellsHealth = fixedRoute(endpoints.health, context, async () => context.health)
  return (request, response) => handsOut(request, response) || proves(request, response) || tellsHealth(request, response)
}

/** A request for a token. `account` is the label of its query. */
export interface Asked extends Query {
  readonly selector: string
}

/** The route of tokens; `give` answers with one, at once where it is held, or throws what keeps it from the caller. */
export function tokenRoute(
  { broker, log }: Pick<TokenLaneContext, 'broker' | 'log'>,
  give: (request: IncomingMessage, asked: Asked) => HandOut | Promise<HandOut>,
): Lane {
  return (request, response) => {
    const { url = '', headers } = request
    if (request.method !== 'GET' || !url.startsWith(route)) return false
    const { selector, query } = split(url.slice(route.length))
    if (selector.includes('/')) return false
    try {
      refuseForeignRequest(headers)
      const wanted = withProgram(query === undefined ? { wish: {} } : readQuery(query), headers['tokentray-client-program'])
      const given = give(request, { selector: readSelector(selector), ...wanted })
      if (!(given instanceof Promise)) {
        send(request, response, given)
        return true
      }
      // A caller that hangs up waits for the person no more.
      response.once('close', () => broker.clients.leave(wanted.wish))
      given.then((later) => send(request, response, later)).catch((error) => fail(response, error, log))
    } catch (error) {
      fail(response, error, log)
    }
    return true
  }
}

/** A route without parameters. */
export function fixedRoute(
  { method, path }: Endpoint,
  { log }: Pick<TokenLaneContext, 'log'>,
  answer: (request: IncomingMessage) => Promise<unknown>,
): Lane {
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    refuseForeignRequest(request.headers)
    write(response, 200, json, JSON.stringify(await answer(request)))
  }
  return (request, response) => {
    if (request.method !== method || request.url?.replace(/\/?(\?.*)?$/, '') !== path) return false
    respond(request, response).catch((error) => fail(response, error, log))
    return true
  }
}

interface Query {
  readonly wish: TokenRequest
  readonly account?: string
}

/** The number of a process is no more than a hint, so that what is none is no fault, and says nothing. */
function withProgram(wanted: Query, said: unknown): Query {
  if (said === undefined) return wanted
  return typeof said === 'string' && processNumber.test(said) ? { ...wanted, wish: { ...wanted.wish, program: said } } : wanted
}

const processNumber = /^[1-9]\d{0,9}$/

function split(rest: string): { readonly selector: string; readonly query: string | undefined } {
  const mark = rest.indexOf('?')
  return mark < 0 ? { selector: rest, query: undefined } : { selector: rest.slice(0, mark), query: rest.slice(mark + 1) }
}

function readSelector(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    throw new BrokerError('invalid_request', 'The path of the request is malformed.')
  }
}

function readQuery(text: string): Query {
  const parameters = new URLSearchParams(text)
  const names = new Set<string>()
  // Looked through once: a head has room for four thousand names, and to look for each among all others would hold everybody up.
  const twice = [...parameters.keys()].find((name) => names.size === names.add(name).size)
  if (twice !== undefined) throw new BrokerError('invalid_request', `${twice.slice(0, 40)}: is there twice`)
  const { min_valid: minValid, rejected, account, link } = checked(endpoints.token.query, Object.fromEntries(parameters))
  return {
    wish: {
      ...(minValid === undefined ? {} : { minValid: minValid * 1000 }),
      ...(rejected === undefined ? {} : { rejected }),
      ...(link === undefined ? {} : { link }),
    },
    ...(account === undefined ? {} : { account }),
  }
}

function send({ headers }: IncomingMessage, response: ServerResponse, given: HandOut): void {
  const bare = headers.accept?.startsWith('text/plain') === true
  const body = bare ? given.response.access_token : given.json
  write(response, 200, bare ? text : json, body)
}

/** Answers with the error, in its wire form. */
export function fail(response: ServerResponse, error: unknown, log: Log): void {
  if (!(error instanceof BrokerError)) log.warn('request failed', { lane: 'token', error: (error as Error).name })
  const body = errorResponse(error)
  if (body.retry_after !== undefined) response.setHeader('retry-after', body.retry_after)
  write(response, errorTable[body.error].status, json, JSON.stringify(body))
}

const json = 'application/json; charset=utf-8'
const text = 'text/plain; charset=utf-8'

/** RFC 6749 section 5.1: a response with a token is never cached. The length spares a simple client from reading chunks. */
function write(response: ServerResponse, status: number, type: string, body: string): void {
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'content-length': length })
  response.end(body)
}
