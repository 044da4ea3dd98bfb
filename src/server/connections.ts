import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { Socket } from 'node:net'
import { BrokerError, errorResponse, errorTable } from '../protocol/index.ts'

/** Bytes of the head of a request. */
const largestHead = 16_384

const mostConnections = 1_024

/**
 * Requests that may wait for their turn on one connection. Node reads on while no answer has been written, and each request of a
 * packet full of small ones costs a hundred times its size; no client of ours sends a second one before it has the first answer.
 */
const mostWaiting = 32

/** What a connection is told whose request waits, and has to give way. */
const turnedAway = answerText(
  new BrokerError('temporarily_unavailable', `${mostConnections} programs wait for an answer already.`, {
    retryAfter: 1,
    fix: 'Try again in a moment, and see who asks so much with `tokentray ledger`.',
  }),
)

/** What was asked on each connection. The connection that was used last is the last one. */
type Connections = Map<Socket, Set<ServerResponse>>

/**
 * An HTTP server on which no client can take another one's turn. Who dawdles over a head, a body or an answer is cut off in
 * time. Beyond `mostConnections`, a newcomer takes the place of the connection that has been of no use for longest: one that is
 * silent, has sent half a request, or does not read its answer. A connection is of use while the broker works on an answer for
 * it, which an event stream does all the time. When all are of use, the latest one gives way: whoever makes so many wait has made
 * that one, and a person must still be able to ask what is going on, and to answer.
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
      if (!admit(connections, request.socket, response)) return
      // Nobody reads the body of such a request. Its connection ends with the answer, or it could go on for fifteen seconds.
      if (request.method === 'GET' && hasBody(request)) response.shouldKeepAlive = false
      handle(request, response)
    },
  )
  // Node drops the headers beyond its limit without a word, an `Origin` as any other; the bytes are limited already.
  server.maxHeadersCount = 0
  // No answer takes so long: a connection on which nothing has moved for two minutes has a client that does not read.
  server.setTimeout(120_000)
  server.on('connection', (socket) => {
    if (connections.size >= mostConnections) makeRoom(connections)
    connections.set(socket, new Set())
    socket.on('close', () => connections.delete(socket))
  })
  return server
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

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

function makeRoom(connections: Connections): void {
  const all = [...connections]
  const [socket, answers] = all.find(([, each]) => ![...each].some(isUnderWay)) ?? all.at(-1) ?? []
  if (socket === undefined) return
  connections.delete(socket)
  // It can be told why, unless it has half an answer already. Nobody waits for it to read that.
  if (answers?.size && ![...answers].some(({ headersSent }) => headersSent)) socket.write(turnedAway)
  socket.destroy()
}

/** Whether the whole request is here, and the broker has not finished its answer. */
const isUnderWay = ({ req, writableEnded }: ServerResponse): boolean => req.complete && !writableEnded

/** An error as a whole HTTP response. */
function answerText(error: BrokerError): string {
  const body = JSON.stringify(errorResponse(error))
  const status = errorTable[error.code].status
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nretry-after: ${error.retryAfter}\r\nconnection: close\r\n\r\n${body}`
}
