import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Bytes of the head of a request. */
const largestHead = 16_384

const mostConnections = 1_024

/**
 * Requests that may wait for their turn on one connection. Node reads on while no answer has been written, and each request of a
 * packet full of small ones costs a hundred times its size; no client of ours sends a second one before it has the first answer.
 */
const mostWaiting = 32

/** What was asked on each connection. The connection that was used last is the last one. */
type Connections = Map<Socket, Set<ServerResponse>>

/**
 * An HTTP server on which no client can take another one's turn. Who dawdles over a head, a body or an answer is cut off in
 * time. Beyond `mostConnections`, a newcomer takes the place of the connection that has been of no use for longest: one that is
 * silent, has sent half a request, or does not read its answer. A connection is of use while the broker works on an answer for
 * it, which an event stream does all the time. Only when all are of use is the newcomer turned away.
 */
export function createPatientServer(handle: RequestListener): Server {
  const connections: Connections = new Map()
  const server = createServer(
    {
      maxHeaderSize: largestHead,
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: 2_000,
    },
    (request, response) => {
      if (admit(connections, request.socket, response)) handle(request, response)
    },
  )
  // No answer takes so long: a connection on which nothing has moved for two minutes has a client that does not read.
  server.setTimeout(120_000)
  server.on('connection', (socket) => {
    if (connections.size >= mostConnections && !makeRoom(connections)) return void socket.destroy()
    connections.set(socket, new Set())
    socket.on('close', () => connections.delete(socket))
  })
  return server
}

/** Notes that the connection is in use. False for a request that is not answered, because its connection has been cut off. */
function admit(connections: Connections, socket: Socket, response: ServerResponse): boolean {
  const answers = connections.get(socket)
  if (answers === undefined) return false
  if (answers.size >= mostWaiting) {
    connections.delete(socket)
    socket.destroy()
    return false
  }
  const touch = () => {
    if (connections.delete(socket)) connections.set(socket, answers)
  }
  answers.add(response)
  touch()
  response.on('close', () => {
    answers.delete(response)
    touch()
  })
  return true
}

function makeRoom(connections: Connections): boolean {
  for (const [socket, answers] of connections) {
    if ([...answers].some(isUnderWay)) continue
    connections.delete(socket)
    socket.destroy()
    return true
  }
  return false
}

/** Whether the whole request is here, and the broker has not finished its answer. */
const isUnderWay = ({ req, writableEnded }: ServerResponse): boolean => req.complete && !writableEnded
