import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWK } from 'oidc-provider'
import { BrokerError } from '../protocol/errors.ts'
import { apiHandler } from './api.ts'
import { consentHandler, sendPage } from './consent.ts'
import { practiceApiUrl, practiceIssuer, practicePaths } from './constants.ts'
import { openFolder } from './kept-files.ts'
import { messagePage } from './pages.ts'
import { type PracticePerson, practicePeople } from './people.ts'
import { practiceServerAt } from './probe.ts'
import { type AuthorizationServer, authorizationServer } from './provider.ts'
import { signingKey } from './signing-key.ts'
import { openStateStore, type StateStore } from './state-store.ts'
import type { PracticeStatistics } from './statistics.ts'

export interface PracticeOptions {
  /** 0 takes any free port. */
  readonly port: number
  /** Keeps grants, tokens and the signing key across restarts; absent keeps them in memory. One server at a time may use a folder. */
  readonly folder?: string
  /** Seconds; 600 by default. */
  readonly accessTokenLifetime?: number
  /** Randomness of the access token, which decides how long it is: 256 by default, 12,000 makes it 2 kB. */
  readonly accessTokenBits?: number
  /** Seconds that a client has to wait between two polls for a device code; 5 by default. */
  readonly devicePollInterval?: number
  readonly people?: readonly PracticePerson[]
  /** Redirect ports besides 1455 and 1457, for tests that run side by side. */
  readonly redirectPorts?: readonly number[]
}

export interface PracticeServer {
  readonly issuer: string
  /** The base URL of the protected API. */
  readonly apiUrl: string
  /** What happened so far; each reading is a value of its own that does not change any more. */
  readonly statistics: PracticeStatistics
  /** Ends every connection and resolves when the state is kept and the port is free. */
  close(): Promise<void>
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/**
 * Starts an authorization server and the API it protects, on this computer only. Throws `login_failed` when the port is taken
 * or the folder cannot be used.
 */
export async function startPracticeServer(options: PracticeOptions): Promise<PracticeServer> {
  let ready: (handler: Handler) => void = () => undefined
  const opening = new Promise<Handler>((resolve) => {
    ready = resolve
  })
  // The issuer contains the port, and a server that cannot have its port must not touch the files of the one that has it. So
  // the port comes first, and a request that arrives before the rest is ready waits for it.
  const http = createServer((request, response) => {
    opening.then((handler) => handler(request, response)).catch(() => response.destroy())
  })
  const port = await listen(http, options.port)
  try {
    const { server, store, handler } = await open(options, practiceIssuer(port))
    ready(handler)
    return {
      issuer: practiceIssuer(port),
      apiUrl: practiceApiUrl(port),
      get statistics() {
        return server.statistics()
      },
      close: async () => {
        await stop(http)
        await store.flush()
      },
    }
  } catch (error) {
    await stop(http)
    throw error
  }
}

interface Opened {
  readonly server: AuthorizationServer
  readonly store: StateStore
  readonly handler: Handler
}

async function open(options: PracticeOptions, issuer: string): Promise<Opened> {
  const { folder, people = practicePeople, accessTokenLifetime = 600, accessTokenBits = 256 } = options
  const { devicePollInterval = 5, redirectPorts = [] } = options
  const { store, key } = await openFiles(folder)
  const server = authorizationServer({
    issuer,
    store,
    signingKey: key,
    people,
    accessTokenLifetime,
    accessTokenBits,
    devicePollInterval,
    redirectPorts,
  })
  return { server, store, handler: route(server, store, people, issuer) }
}

async function openFiles(folder: string | undefined): Promise<{ readonly store: StateStore; readonly key: JWK }> {
  try {
    if (folder !== undefined) await openFolder(folder)
    return { store: await openStateStore(folder), key: await signingKey(folder) }
  } catch (cause) {
    throw new BrokerError('login_failed', `The practice server cannot keep its files in ${folder}.`, {
      fix: 'Make the folder writable for you, or let the practice server use another one.',
      cause,
    })
  }
}

const welcome = messagePage(
  200,
  'The practice server is running',
  'It plays a provider of accounts, so that TokenTray can be tried without one. Start a sign-in from TokenTray to see it at work.',
)

/** Decides who answers. A foreign Host is refused, so that no web page can reach the server under a name of its own. */
function route(server: AuthorizationServer, store: StateStore, people: readonly PracticePerson[], issuer: string): Handler {
  const host = new URL(issuer).host
  const api = apiHandler(server.provider, people)
  const consent = consentHandler({ server, store, people })
  const authorization = server.provider.callback()
  return (request, response) => {
    const url = request.url ?? ''
    if (request.headers.host !== host) return void response.writeHead(421).end()
    if (url === '/') return sendPage(response, welcome)
    if (url.startsWith(`${practicePaths.api}/`)) return api(request, response)
    if (url.startsWith(`${practicePaths.interaction}/`)) return consent(request, response)
    return authorization(request, response)
  }
}

async function listen(http: Server, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject)
      http.listen({ port, host: '127.0.0.1', exclusive: true }, resolve)
    })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
      throw new BrokerError('login_failed', `The practice server cannot listen on port ${port}.`, { cause })
    }
    const ours = await practiceServerAt(port)
    throw new BrokerError('login_failed', `Port ${port} is taken by ${ours ? 'another practice server' : 'another program'}.`, {
      fix: ours ? 'Use the practice server that runs, or end it first.' : `End the program that listens on 127.0.0.1:${port}.`,
      cause,
    })
  }
  return (http.address() as AddressInfo).port
}

async function stop(http: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()))
  http.closeAllConnections()
  await closed
}
