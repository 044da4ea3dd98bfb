import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'

export interface Answered {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** One request with exactly these headers. */
export function ask(url: string, headers: OutgoingHttpHeaders, { method = 'GET', path = '' } = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url)
    const call = httpRequest({ hostname, port, path: path || pathname, method, headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }))
    })
    call.on('error', reject).end()
  })
}

/** The code of the error with which a connection fails; undefined when it does not. */
export function refusalOf(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
    socket.once('connect', () => {
      socket.destroy()
      resolve(undefined)
    })
  })
}
