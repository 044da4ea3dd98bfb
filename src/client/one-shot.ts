import { closeSync, openSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { BrokerError, errorFromResponse } from '../protocol/errors.ts'

export interface BrokerCall {
  readonly socket: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly accept?: string
  /** Who asks, in `TokenTray-Client`. */
  readonly client?: string
  /** Proves to the broker which process asks, where the system and the broker can do that. */
  readonly prove?: boolean
  /** Milliseconds; a token may have to be refreshed first, which takes as long as the authorization server does. */
  readonly timeout?: number
}

interface Answer {
  readonly status: number
  readonly body: string
}

/**
 * Asks the broker once and answers the body. It speaks the little HTTP that this needs over `node:net`, because `node:http`
 * alone would make `tokentray token` a quarter slower. Throws the broker's own error, `broker_not_running` or
 * `broker_unreadable`.
 */
export async function askBroker(call: BrokerCall): Promise<string> {
  const conversation = new Conversation(call.socket, call.timeout ?? 90_000)
  let proof: number | undefined
  try {
    if (call.prove && process.platform === 'linux') proof = await openProof(conversation)
    const answer = await conversation.ask(requestText(call, proof))
    if (answer.status === 200) return answer.body
    throw errorFromResponse(parse(answer.body))
  } finally {
    conversation.end()
    if (proof !== undefined) closeSync(proof)
  }
}

/** Opens the file that only this connection is told the name of. A broker that cannot prove anything is asked without. */
async function openProof(conversation: Conversation): Promise<number | undefined> {
  const { status, body } = await conversation.ask('POST /v1/proof HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n')
  const path = status === 200 ? (parse(body) as { path?: unknown } | undefined)?.path : undefined
  try {
    return typeof path === 'string' ? openSync(path, 'r') : undefined
  } catch {
    // In a container of its own, or after ten seconds asleep: the broker takes this program at its word then.
    return undefined
  }
}

/** One connection, and one question at a time. */
class Conversation {
  readonly #connection: Socket
  #received = Buffer.alloc(0)
  #answer: { resolve(answer: Answer): void; reject(error: BrokerError): void } = { resolve: () => {}, reject: () => {} }

  constructor(socket: string, timeout: number) {
    this.#connection = createConnection(socket)
    this.#connection.setTimeout(timeout)
    this.#connection.on('data', (chunk) => this.#read(chunk))
    this.#connection.on('error', (error: NodeJS.ErrnoException) => this.#answer.reject(connectionError(error, socket)))
    this.#connection.on('timeout', () =>
      this.#answer.reject(new BrokerError('broker_unreadable', 'The broker did not answer in time.')),
    )
    this.#connection.on('close', () => this.#answer.reject(this.#received.length === 0 ? brokerEnded() : unreadable()))
  }

  ask(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (!this.#connection.writable) return reject(brokerEnded())
      this.#received = Buffer.alloc(0)
      this.#answer = { resolve, reject }
      this.#connection.write(request)
    })
  }

  end(): void {
    this.#connection.destroy()
  }

  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    const answer = readAnswer(this.#received)
    if (answer === 'unreadable') this.#answer.reject(unreadable())
    else if (answer !== 'unfinished') this.#answer.resolve(answer)
  }
}

function requestText(
  { method, path, body, accept = 'application/json', client = 'tokentray' }: BrokerCall,
  proof?: number,
): string {
  const text = body === undefined ? '' : JSON.stringify(body)
  const bodyHeaders = body === undefined ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n`
  const proofHeader = proof === undefined ? '' : `TokenTray-Client-Proof: ${process.pid}/${proof}\r\n`
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\nTokenTray-Client: ${client}\r\n${proofHeader}Connection: close\r\n${bodyHeaders}\r\n${text}`
}

function readAnswer(received: Buffer): Answer | 'unfinished' | 'unreadable' {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return 'unfinished'
  const head = received.subarray(0, headEnd).toString('latin1')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1])
  const body = received.subarray(headEnd + 4)
  if (Number.isNaN(status) || Number.isNaN(length) || body.length > length) return 'unreadable'
  return body.length < length ? 'unfinished' : { status, body: body.toString('utf8') }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreadable(): BrokerError {
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
