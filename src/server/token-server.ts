import { chmod } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { BrokerError, errorResponse } from '../protocol/index.ts'
import { apiOnDemand } from './api-on-demand.ts'
import { createPatientServer } from './connections.ts'
import type { RouteContext } from './routes.ts'
import { tokenLane } from './token-lane.ts'

/** How long answers under way may take when the server ends. Milliseconds. */
const lastPatience = 2_000

export interface TokenServer {
  close(): Promise<void>
}

/**
 * Serves the local API on a unix socket or a named pipe. The place must have been made safe by `becomeOwner`. The token lane takes
 * what is its own; everything else goes to the routes of the framework.
 */
export async function startTokenServer(path: string, context: RouteContext): Promise<TokenServer> {
  const lane = tokenLane(context)
  const api = apiOnDemand(context)
  const server = createPatientServer((request, response) => {
    if (!lane(request, response)) api.handle(request, response)
  })
  server.on('clientError', refuseMalformed)
  await listen(server, path)
  // The folder is 0700, so nobody else could connect between the two steps either.
  if (process.platform !== 'win32') await chmod(path, 0o600)
  return {
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      const stopTimer = context.clock.after(lastPatience, () => server.closeAllConnections())
      await api.close()
      server.closeIdleConnections()
      await closed
      stopTimer()
    },
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      const fix = 'Set TOKENTRAY_SOCKET to a path in a folder of your own.'
      reject(new BrokerError('socket_unusable', `No socket can be made at ${path} (${code}).`, { fix }))
    })
    server.listen({ path, backlog: 1_024 }, resolve)
  })
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
