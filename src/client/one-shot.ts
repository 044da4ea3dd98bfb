import { createConnection } from 'node:net'
import { BrokerError, errorFromResponse } from '../protocol/errors.ts'

export interface BrokerCall {
  readonly socket: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly accept?: string
  /** Milliseconds; a token may have to be refreshed first, which takes as long as the authorization server does. */
  readonly timeout?: number
}

/** How long a broker whose queue is full is tried again, and how long each pause is. Milliseconds. */
const queuePatience = 5_000
const queuePause = 20

/**
 * Asks the broker once and answers the body. It speaks the little HTTP that this needs over `node:net`, because `node:http`
 * alone would make `tokentray token` a quarter slower. Throws the broker's own error, `broker_not_running` or
 * `broker_unreadable`.
 */
export function askBroker(call: BrokerCall): Promise<string> {
  return converse(call, Math.ceil(queuePatience / queuePause))
}

function converse(call: BrokerCall, triesLeft: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const connection = createConnection(call.socket)
    connection.setTimeout(call.timeout ?? 90_000)
    connection.on('connect', () => connection.write(requestText(call)))
    connection.on('data', (chunk) => chunks.push(chunk))
    connection.on('error', (error: NodeJS.ErrnoException) => {
      // Linux lets nobody wait for a place in the queue of a unix socket. Nothing was sent, so that trying again is safe.
      if (error.code !== 'EAGAIN' || triesLeft === 0) return reject(connectionError(error, call.socket))
      setTimeout(() => converse(call, triesLeft - 1).then(resolve, reject), queuePause)
    })
    connection.on('timeout', () => {
      reject(new BrokerError('broker_unreadable', 'The broker did not answer in time.'))
      connection.destroy()
    })
    connection.on('end', () => {
      if (chunks.length === 0) {
        reject(brokerEnded())
        return
      }
      try {
        resolve(readAnswer(Buffer.concat(chunks)))
      } catch (error) {
        reject(error)
      }
    })
  })
}

function requestText({ method, path, body, accept = 'application/json' }: BrokerCall): string {
  const text = body === undefined ? '' : JSON.stringify(body)
  const bodyHeaders = body === undefined ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n`
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\nTokenTray-Client: tokentray\r\nConnection: close\r\n${bodyHeaders}\r\n${text}`
}

/** The body of a whole answer. Throws the error that it tells, or `broker_unreadable` for what no broker would answer. */
export function readAnswer(answer: Buffer): string {
  const headEnd = answer.indexOf('\r\n\r\n')
  const head = answer.subarray(0, Math.max(0, headEnd)).toString('latin1')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1])
  const body = answer.subarray(headEnd + 4)
  if (headEnd < 0 || Number.isNaN(status) || body.length !== length) {
    throw unreadable()
  }
  if (status === 200) return body.toString('utf8')
  throw errorFromResponse(parseJson(body.toString('utf8')))
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What came is nothing that a broker says. */
export function unreadable(): BrokerError {
  return new BrokerError('broker_unreadable', 'What listens on the socket did not answer as a broker does.')
}

/** The broker went away in the middle of a conversation. */
export function brokerEnded(): BrokerError {
  return new BrokerError('broker_not_running', 'The broker ended while it was asked.')
}

/** A missing broker is named with the command that starts it. */
export function connectionError(error: NodeJS.ErrnoException, socket: string): BrokerError {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
    return new BrokerError('broker_not_running', `No TokenTray is running (nothing listens on ${socket}).`)
  }
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return brokerEnded()
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new BrokerError('broker_not_running', `The socket ${socket} belongs to another user.`)
  }
  return new BrokerError('broker_unreadable', `The broker cannot be reached (${error.code ?? error.message}).`)
}
