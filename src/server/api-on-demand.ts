import type { IncomingMessage, ServerResponse } from 'node:http'
import { BrokerError, errorResponse, errorTable } from '../protocol/index.ts'
import type { Api } from './api.ts'
import type { RouteContext } from './routes.ts'

/**
 * Everything of the local API but the token, loaded with the first request for it: the web framework is a tenth of the memory of a
 * broker, and one that only hands out tokens never needs it.
 */
export function apiOnDemand(context: RouteContext): Api {
  let loading: Promise<Api> | undefined
  const load = async () => {
    const { createApi } = await import('./api.ts')
    return createApi(context)
  }
  return {
    handle: (request, response) => {
      loading ??= load()
      loading.then(
        (api) => api.handle(request, response),
        (error: Error) => {
          // Tried again with the next request: the files may have been replaced by a newer version just now.
          loading = undefined
          context.log.warn('the routes could not be loaded', { error: error.message })
          refuse(request, response)
        },
      )
    },
    close: async () => {
      const api = await loading?.catch(() => undefined)
      await api?.close()
    },
  }
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  const error = new BrokerError('internal_error', 'A part of TokenTray could not be loaded.', { fix: 'Start TokenTray again.' })
  response.writeHead(errorTable.internal_error.status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(errorResponse(error)))
}
