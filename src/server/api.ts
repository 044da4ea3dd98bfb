import type { IncomingMessage, ServerResponse } from 'node:http'
import { type FastifyError, type FastifyReply, fastify } from 'fastify'
import { BrokerError, errorResponse, errorTable } from '../protocol/index.ts'
import { refuseForeignRequest } from './request-guard.ts'
import { type RouteContext, registerRoutes } from './routes.ts'

/** Bytes. */
const largestBody = 16_384

/** The routes of the local API, without a server of their own. */
export interface Api {
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Ends the streams; whatever is asked after that is refused. */
  close(): Promise<void>
}

export async function createApi(context: RouteContext): Promise<Api> {
  const app = fastify({
    bodyLimit: largestBody,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 160, ignoreTrailingSlash: true },
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
  await app.ready()
  return { handle: (request, response) => app.routing(request, response), close: () => app.close() }
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
