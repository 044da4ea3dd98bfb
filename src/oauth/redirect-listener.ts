import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type PageName, pageHeaders, pages } from './redirect-pages.ts'

/** A login that waits for its redirect. */
export interface PendingRedirect {
  /** The host of the redirect URI. */
  readonly host: '127.0.0.1' | 'localhost'
  readonly path: string
  readonly state: string
  /** The state is the last part of the path, because the server sends no `state` back. */
  readonly stateInPath?: boolean
  /** Takes an authorization response with the right `state`, and says which page fits; called at most once. */
  deliver(parameters: URLSearchParams): 'received' | 'refused'
  /** Somebody asked for the port with `GET /cancel`. */
  cancel(): void
}

/**
 * The HTTP server of one redirect port, on 127.0.0.1 and, where the machine has it, on ::1, because a browser may take either
 * for `localhost`. A request is judged in two halves: nothing in the first half touches a login (R1).
 */
export class RedirectListener {
  #port = 0
  #hosts: ReadonlySet<string> = new Set()
  readonly #pending = new Map<string, PendingRedirect>()
  #servers: readonly Server[] = []
  #ipv6TakenByOther = false

  /** 0 takes any free port. */
  constructor(port: number) {
    this.#take(port)
  }

  get port(): number {
    return this.#port
  }

  /** Binds the port; answers the error code of the system when it cannot be had. */
  async listen(): Promise<string | undefined> {
    const handle = (request: IncomingMessage, response: ServerResponse) => this.#handle(request, response)
    const ipv4 = await bind(this.#port, '127.0.0.1', handle)
    if (typeof ipv4 === 'string') return ipv4
    this.#take((ipv4.address() as AddressInfo).port)
    const ipv6 = await bind(this.#port, '::1', handle)
    this.#servers = typeof ipv6 === 'string' ? [ipv4] : [ipv4, ipv6]
    this.#ipv6TakenByOther = ipv6 === 'EADDRINUSE'
    return undefined
  }

  /** Whether another program has this port on ::1, while we have it on 127.0.0.1. */
  get ipv6TakenByOther(): boolean {
    return this.#ipv6TakenByOther
  }

  add(pending: PendingRedirect): void {
    this.#pending.set(pending.state, pending)
  }

  /** Answers how many logins still wait here. */
  remove(state: string): number {
    this.#pending.delete(state)
    return this.#pending.size
  }

  /** Frees the port at once. Answers under way are finished; a connection that dawdles is cut off after two seconds. */
  close(): void {
    for (const server of this.#servers) {
      server.close()
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), 2_000).unref()
    }
    this.#servers = []
  }

  #take(port: number): void {
    this.#port = port
    this.#hosts = new Set(['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`))
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const { status, page } = this.judge(request)
    response.writeHead(status, pageHeaders).end(pages[page])
  }

  /** Says which page a request gets. What it does to a login beside that, it does through `deliver` and `cancel`. */
  judge(request: RedirectRequest): Answer {
    if (request.method !== 'GET') return { status: 405, page: 'notFound' }
    if (!this.#hosts.has(request.headers.host ?? '')) return { status: 400, page: 'notFound' }
    // Not read as a URL, which would take `/x/../cancel`, `\cancel` and `//host/cancel` for the path `/cancel`.
    const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(request.url ?? '') ?? []
    if (path === '/success') return { status: 200, page: 'received' }
    if (path === '/cancel') return this.#cancel(request)
    return this.#receive(path, new URLSearchParams(query))
  }

  #receive(path: string, parameters: URLSearchParams): Answer {
    const waiting = [...this.#pending.values()].filter((pending) => pending.path === path)
    if (waiting.length === 0) return { status: 404, page: 'notFound' }
    const inPath = waiting.find(({ stateInPath }) => stateInPath)
    // Whoever knows the path knows the state.
    if (inPath !== undefined && !parameters.has('state')) parameters.set('state', inPath.state)
    const [state, ...otherStates] = parameters.getAll('state')
    const results = ['code', 'error'].flatMap((name) => parameters.getAll(name))
    const pending = this.#pending.get(state ?? '')
    const usable = otherStates.length === 0 && results.length === 1 && results[0] !== ''
    if (!usable || pending?.path !== path) return { status: 400, page: 'unknown' }
    // The second half: from here on the login ends, and its port is free before the page is drawn.
    return { status: 200, page: pending.deliver(parameters) }
  }

  /** Answers as the official CLI does. A web page cannot cancel a login: its request names its origin or the site it is from. */
  #cancel({ headers }: RedirectRequest): Answer {
    const fromPage = headers.origin !== undefined || headers.referer !== undefined
    if (fromPage || (headers['sec-fetch-site'] ?? 'none') !== 'none') return { status: 403, page: 'notFound' }
    for (const pending of [...this.#pending.values()]) pending.cancel()
    return { status: 200, page: 'cancelled' }
  }
}

/** The part of a request that is judged. */
export type RedirectRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

export interface Answer {
  readonly status: number
  readonly page: PageName
}

const mostConnections = 64

/**
 * Beyond the limit a newcomer takes the place of the oldest connection, so that nobody can keep the browser out. An answer is on its
 * way as soon as a request has been read, so that an old connection only dawdles.
 */
function limitConnections(server: Server): void {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    for (const oldest of open) {
      if (open.size < mostConnections) break
      open.delete(oldest)
      oldest.destroy()
    }
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
}

/** Binds one address and answers the server, or the error code of the system. */
function bind(
  port: number,
  host: string,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer(
      { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 2_000 },
      handle,
    )
    server.on('clientError', (_error, socket) => socket.destroy())
    limitConnections(server)
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown error'))
    server.listen({ port, host, ipv6Only: host === '::1', exclusive: true }, () => resolve(server))
  })
}
