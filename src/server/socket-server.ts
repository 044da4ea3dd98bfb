import { chmod } from 'node:fs/promises'
import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import { BrokerError, errorResponse } from '../protocol/index.ts'
import { createPatientServer } from './connections.ts'

/** A patient server on a unix socket of mode 0600, in a folder that is 0700 already, or on a named pipe. Throws `socket_unusable`. */
export async function openSocket(path: string, handle: RequestListener): Promise<Server> {
  const server = createPatientServer(handle)
  server.on('clientError', refuseMalformed)
  await listen(server, path)
  // The folder is 0700, so nobody else could connect between the two steps either.
  if (process.platform !== 'win32') await chmod(path, 0o600)
  return server
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
