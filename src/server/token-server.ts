import { chmod } from 'node:fs/promises'
import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import { type FastifyError, type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { Log } from '../core/index.ts'
import { BrokerError, errorResponse, errorTable } from '../protocol/index.ts'
import { createPatientServer } from './connections.ts'
import { refuseForeignRequest } from './request-guard.ts'
import { type RouteContext, registerRoutes } from './routes.ts'
import { tokenLane } from './token-lane.ts'

/** Bytes. */
const largestBody = 16_384

export interface TokenServer {
  close(): Promise<void>
}

/** Serves the local API on a unix socket or a named pipe. The place must have been made safe by `becomeOwner`. */
export async function startTokenServer(path: string, context: RouteContext & { readonly log: Log }): Promise<TokenServer> {
  const app = createApp(context)
  await app.listen({ path, backlog: 1_024 }).catch((error: NodeJS.ErrnoException) => {
    throw new BrokerError('socket_unusable', `No socket can be made at ${path} (${error.code}).`, {
      fix: 'Set TOKENTRAY_SOCKET to a path in a folder of your own.',
    })
  })
  // The folder is 0700, so nobody else could connect between the two steps either.
  if (process.platform !== 'win32') await chmod(path, 0o600)
  return { close: () => closeApp(app) }
}

/** Answers under way are finished, for two seconds at most; nothing new is taken. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const patience = setTimeout(() => app.server.closeAllConnections(), 2_000)
  await app.close()
  clearTimeout(patience)
}

/** The token lane takes what is its own; everything else goes to the routes of the framework. */
function createServer(lane: ReturnType<typeof tokenLane>, others: RequestListener): Server {
  return createPatientServer((request, response) => {
    if (!lane(request, response)) others(request, response)
  })
}

export function createApp(context: RouteContext & { readonly log: Log }): FastifyInstance {
  const app = fastify({
    bodyLimit: largestBody,
    serverFactory: (others) => createServer(tokenLane(context), others),
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 160, ignoreTrailingSlash: true },
    clientErrorHandler: refuseMalformed,
    // A path that the router cannot read never reaches the error handler of the app.
    frameworkErrors: (_error, _request, reply) => {
      const body = errorResponse(new BrokerError('invalid_request', 'The path of the request is malformed.'))
      return (reply as FastifyReply).status(errorTable[body.error].status).send(body)
    },
  })
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    refuseForeignRequest(headers)
    done()
  })
  app.setNotFoundHandler(({ method, url }) => {
    throw new BrokerError('not_found', `There is no ${method} ${url.split('?')[0]?.slice(0, 80)}.`)
  })
  app.setErrorHandler((error: FastifyError | BrokerError, request, reply) => {
    const known = error instanceof BrokerError ? error : fromFastify(error)
    if (known === undefined) context.log.warn('request failed', { route: request.routeOptions.url, error: error.name })
    const body = errorResponse(known ?? error)
    if (body.retry_after !== undefined) reply.header('retry-after', body.retry_after)
    return reply.status(errorTable[body.error].status).send(body)
  })
  registerRoutes(app, context)
  return app
}

/** The faults that fastify finds before a handler runs, in our words; undefined for a fault of our own. */
function fromFastify(error: FastifyError): BrokerError | undefined {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new BrokerError('request_too_large', 'The body is over 16 KiB.')
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new BrokerError('invalid_request', 'The body must be JSON.', { fix: 'Send `Content-Type: application/json`.' })
  }
  if (error instanceof SyntaxError || error.code?.startsWith('FST_ERR_CTP')) {
    return new BrokerError('invalid_request', 'The body is not well-formed JSON.')
  }
  return error.statusCode !== undefined && error.statusCode < 500
    ? new BrokerError('invalid_request', 'The request is malformed.')
    : undefined
}

/** Answers a request that is not HTTP, is too large or dawdles, and ends its connection. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const text = late ? 'The request took too long.' : 'The request is not well-formed HTTP.'
  const body = JSON.stringify(errorResponse(new BrokerError('invalid_request', text)))
  const status = late ? '408 Request Timeout' : '400 Bad Request'
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
