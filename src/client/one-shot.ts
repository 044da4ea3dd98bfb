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
  /** The number of the process that the answer is for, in `TokenTray-Client-Program`. */
  readonly program?: number | undefined
  /** Proves to the broker which process asks, where the system and the broker can do that. */
  readonly prove?: boolean
  /** Milliseconds; a token may have to be refreshed first, which takes as long as the authorization server does. */
  readonly timeout?: number
  /** Ends the conversation; the call fails as if the broker had gone. */
  readonly signal?: AbortSignal
}

interface Answer {
  readonly status: number
  readonly body: string
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

async function converse(call: BrokerCall, triesLeft: number): Promise<string> {
  const conversation = new Conversation(call.socket, call.timeout ?? 90_000)
  const leave = () => conversation.end()
  call.signal?.addEventListener('abort', leave)
  let proof: number | undefined
  try {
    if (call.prove && process.platform === 'linux') proof = await openProof(conversation)
    return bodyOf(await conversation.ask(requestText(call, proof)))
  } catch (error) {
    // Linux lets nobody wait for a place in the queue of a unix socket. Nothing was sent, so that trying again is safe.
    if (!conversation.queueWasFull || triesLeft === 0 || call.signal?.aborted) throw error
    await new Promise((resolve) => setTimeout(resolve, queuePause))
    return converse(call, triesLeft - 1)
  } finally {
    call.signal?.removeEventListener('abort', leave)
    conversation.end()
    if (proof !== undefined) closeSync(proof)
  }
}

/** Opens the file that only this connection is told the name of. A broker that cannot prove anything is asked without. */
async function openProof(conversation: Conversation): Promise<number | undefined> {
  const { status, body } = await conversation.ask('POST /v1/proof HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n')
  const path = status === 200 ? (parseJson(body) as { path?: unknown } | undefined)?.path : undefined
  try {
    return typeof path === 'string' ? openSync(path, 'r') : undefined
  } catch {
    // In a container of its own, or after ten seconds asleep: the broker takes this program at its word then.
    return undefined
  }
}

/** One connection, and one question at a time. */
class Conversation {
  /** Whether the broker could not take one more connection, so that nothing was sent. */
  queueWasFull = false
  readonly #connection: Socket
  #received = Buffer.alloc(0)
  #answer: { resolve(answer: Answer): void; reject(error: BrokerError): void } = { resolve: () => {}, reject: () => {} }

  constructor(socket: string, timeout: number) {
    this.#connection = createConnection(socket)
    this.#connection.setTimeout(timeout)
    this.#connection.on('data', (chunk) => this.#read(chunk))
    this.#connection.on('error', (error: NodeJS.ErrnoException) => {
      this.queueWasFull = error.code === 'EAGAIN'
      this.#answer.reject(connectionError(error, socket))
    })
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
    try {
      const answer = readAnswer(this.#received)
      if (answer !== undefined) this.#answer.resolve(answer)
    } catch (error) {
      this.#answer.reject(error as BrokerError)
    }
  }
}

function requestText(
  { method, path, body, accept = 'application/json', client = 'tokentray', program }: BrokerCall,
  proof?: number,
): string {
  const text = body === undefined ? '' : JSON.stringify(body)
  const bodyHeaders = body === undefined ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n`
  const proofHeader = proof === undefined ? '' : `TokenTray-Client-Proof: ${process.pid}/${proof}\r\n`
  const programHeader = program === undefined ? '' : `TokenTray-Client-Program: ${program}\r\n`
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\nTokenTray-Client: ${client}\r\n${programHeader}${proofHeader}Connection: close\r\n${bodyHeaders}\r\n${text}`
}

/** The answer at the start of what was received; undefined while it is not all there. Throws `broker_unreadable`. */
export function readAnswer(received: Buffer): Answer | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = received.subarray(0, headEnd).toString('latin1')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1])
  const body = received.subarray(headEnd + 4)
  if (Number.isNaN(status) || Number.isNaN(length) || body.length > length) throw unreadable()
  return body.length < length ? undefined : { status, body: body.toString('utf8') }
}

/** Throws the error that the answer tells. */
export function bodyOf({ status, body }: Answer): string {
  if (status === 200) return body
  throw errorFromResponse(parseJson(body))
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
