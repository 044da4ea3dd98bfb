// Requests over the token socket, written against HTTP and not with the client of the project.
import { type IncomingMessage, request } from 'node:http'
import { connect, type NetConnectOpts } from 'node:net'
import type { BrokerSnapshot, SnapshotChange } from '../../src/protocol/index.ts'
import { until } from './running-daemon.ts'

export interface Question {
  readonly method?: 'GET' | 'POST' | 'DELETE' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is when it is text, else as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  /** The parsed body; undefined when it is no JSON. */
  readonly json: Readonly<Record<string, unknown>> | undefined
}

export function ask(socketPath: string, path: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, signal } = question
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const length = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(text)}` }
  return new Promise((resolve, reject) => {
    const options = { socketPath, path, method, agent: false, headers: { host: 'localhost', ...length, ...headers } }
    const call = request({ ...options, ...(signal === undefined ? {} : { signal }) }, (response) => {
      let said = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: said, json: parse(said) }),
      )
    })
    call.on('error', reject)
    call.end(text)
  })
}

/** Writes bytes to a socket or a port and answers everything that comes back until the other side ends the connection. */
export function sendBytes(place: string | NetConnectOpts, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const target = typeof place === 'string' ? { path: place } : place
    const connection = connect(target, () => connection.write(bytes))
    connection.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
    })
    // The server may end the connection while bytes are still on their way to it.
    connection.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? reject(error) : undefined))
    connection.on('close', () => resolve(said))
  })
}

export interface ServerSentEvent {
  readonly event: string
  readonly data: unknown
}

/** A reader of the event stream. */
export interface EventReader {
  readonly events: readonly ServerSentEvent[]
  /** Everything that was received, as it came. */
  readonly text: () => string
  /** Whether the broker has ended the stream. */
  readonly ended: () => boolean
  /** The first event, early or late, that satisfies the test. */
  until(test: (event: ServerSentEvent) => boolean): Promise<ServerSentEvent>
  /** The first state of an account of this provider that satisfies the test. */
  untilState(provider: string, kind: string): Promise<void>
  close(): void
}

export async function readEvents(socketPath: string): Promise<EventReader> {
  const events: ServerSentEvent[] = []
  let text = ''
  let taken = 0
  let ended = false
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request({ socketPath, path: '/v1/events', agent: false, headers: { host: 'localhost' } }, resolve)
    call.on('error', reject)
    call.end()
  })
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    for (let end = text.indexOf('\n\n', taken); end >= 0; end = text.indexOf('\n\n', taken)) {
      const block = text.slice(taken, end)
      taken = end + 2
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (data !== undefined) events.push({ event: /^event: (.*)$/m.exec(block)?.[1] ?? '', data: JSON.parse(data) })
    }
  })
  response.on('error', () => {})
  response.on('close', () => {
    ended = true
  })
  const first = (test: (event: ServerSentEvent) => boolean) => until('an event', () => events.find(test))
  return {
    events,
    text: () => text,
    ended: () => ended,
    until: first,
    untilState: async (provider, kind) => {
      await first(({ data }) => rowsOf(data).some((row) => row.provider === provider && row.state.kind === kind))
    },
    close: () => void response.destroy(),
  }
}

const rowsOf = (data: unknown) => (data as Partial<BrokerSnapshot & SnapshotChange>).accounts ?? []

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
