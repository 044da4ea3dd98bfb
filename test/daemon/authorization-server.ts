// An authorization server that a test can make misbehave. Where it behaves it is strict: it takes only the request that the real
// server of each provider takes, and what it had to refuse stands in `faults`. It remembers every secret that went through it.
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the server of a provider wants to be talked to. */
interface Dialect {
  readonly clientId: string
  /** The type of a refresh request; an authorization code is always exchanged with a form. */
  readonly refreshType: string
  readonly scope: string
}

const form = 'application/x-www-form-urlencoded'
const dialects: readonly Dialect[] = [
  { clientId: 'app_EMoamEEZ73f0CkXaXp7hrann', refreshType: 'application/json', scope: 'openid profile email offline_access' },
  { clientId: 'tokentray-practice', refreshType: form, scope: 'openid profile email offline_access' },
]

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly token_type: string
  readonly expires_in: number
}

export interface TokenRequest {
  readonly grantType: string
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * Answers one token request. `issue` makes new tokens and spends the refresh token, as a server that rotates does; with `keep`, the
 * refresh token goes on to be good, and the new one is not.
 */
export type TokenAnswer = (response: ServerResponse, issue: (keep?: 'keep') => Tokens) => void | Promise<void>

export interface MisbehavingServer {
  readonly origin: string
  /** Every secret that was seen or issued: tokens, codes, verifiers and states. */
  readonly secrets: ReadonlySet<string>
  /** What a client did against the protocol. */
  readonly faults: readonly string[]
  readonly refreshes: readonly TokenRequest[]
  /** Every request to any path. */
  readonly paths: readonly string[]
  /** Answers an authorization URL with the redirect of a person who allowed the access. */
  approve(authorizationUrl: string): string
  /** How refreshes are answered from now on; without an argument, properly. */
  answerRefreshes(answer?: TokenAnswer): void
  /** How code exchanges are answered from now on; without an argument, properly. */
  answerExchanges(answer?: TokenAnswer): void
  close(): Promise<void>
}

export const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

export async function withMisbehavingServer<T>(lifetime: number, body: (server: MisbehavingServer) => Promise<T>): Promise<T> {
  const server = await startMisbehavingServer(lifetime)
  try {
    return await body(server)
  } finally {
    await server.close()
  }
}

/** `lifetime` of the access tokens in seconds. */
export async function startMisbehavingServer(lifetime: number): Promise<MisbehavingServer> {
  const state = new ServerState(lifetime)
  const http = createServer((request, response) => {
    state.handle(request, response).catch((error: unknown) => {
      state.faults.push(String(error))
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    secrets: state.secrets,
    faults: state.faults,
    refreshes: state.refreshes,
    paths: state.paths,
    approve: (url) => state.approve(new URL(url)),
    answerRefreshes: (answer) => {
      state.refreshAnswer = answer
    },
    answerExchanges: (answer) => {
      state.exchangeAnswer = answer
    },
    close: () => {
      http.closeAllConnections()
      return new Promise((resolve) => http.close(() => resolve()))
    },
  }
}

interface Code {
  readonly challenge: string
  readonly redirectUri: string
  readonly clientId: string
}

class ServerState {
  readonly secrets = new Set<string>()
  readonly faults: string[] = []
  readonly refreshes: TokenRequest[] = []
  readonly paths: string[] = []
  refreshAnswer: TokenAnswer | undefined
  exchangeAnswer: TokenAnswer | undefined
  readonly #lifetime: number
  readonly #codes = new Map<string, Code>()
  /** Refresh tokens that were not used yet; a used one never comes back. */
  readonly #unused = new Set<string>()

  constructor(lifetime: number) {
    this.#lifetime = lifetime
  }

  approve(url: URL): string {
    const value = (name: string) => {
      const [only = '', ...more] = url.searchParams.getAll(name)
      if (more.length > 0 || only === '') this.#fault(`${name} is missing or there twice`)
      return only
    }
    const dialect = dialects.find(({ clientId }) => clientId === value('client_id'))
    if (url.pathname !== '/oauth/authorize') this.#fault(`authorization at ${url.pathname}`)
    if (value('response_type') !== 'code' || value('code_challenge_method') !== 'S256') this.#fault('no PKCE with S256')
    if (value('scope') !== dialect?.scope) this.#fault(`scope ${value('scope')}`)
    const redirectUri = value('redirect_uri')
    if (!/^http:\/\/(127\.0\.0\.1|localhost):(1455|1457)\/auth\/callback$/.test(redirectUri)) this.#fault(redirectUri)
    const code = this.#secret()
    this.secrets.add(value('state'))
    this.#codes.set(code, { challenge: value('code_challenge'), redirectUri, clientId: value('client_id') })
    return `${redirectUri}?${new URLSearchParams({ code, state: value('state') })}`
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.paths.push(`${request.method} ${request.url}`)
    // It has no API, so that whoever asks it about an access token learns nothing.
    if (request.method === 'GET') return json(response, 400, { error: 'invalid_request' })
    const [type = ''] = (request.headers['content-type'] ?? '').split(';')
    const parameters = readParameters(type, await readBody(request))
    for (const name of ['code', 'code_verifier', 'refresh_token', 'token']) {
      if (parameters[name] !== undefined) this.secrets.add(parameters[name])
    }
    const dialect = dialects.find(({ clientId }) => clientId === parameters.client_id)
    if (request.method !== 'POST' || dialect === undefined) return this.#refuse(response, 'invalid_client', 'no such client')
    if (request.url === '/oauth/revoke') return void response.writeHead(200).end()
    if (request.url !== '/oauth/token') return void response.writeHead(404).end()
    if (parameters.grant_type === 'authorization_code') return this.#exchange(type, parameters, response)
    return this.#refresh(type === dialect.refreshType, parameters, response)
  }

  #exchange(type: string, parameters: Readonly<Record<string, string>>, response: ServerResponse): void | Promise<void> {
    const code = this.#codes.get(parameters.code ?? '')
    this.#codes.delete(parameters.code ?? '')
    const challenge = createHash('sha256')
      .update(parameters.code_verifier ?? '')
      .digest('base64url')
    if (type !== form) return this.#refuse(response, 'invalid_request', `a code exchange of type ${type}`)
    // An unknown code is what a person pastes; everything else would be a fault of the client.
    if (code === undefined) return json(response, 400, { error: 'invalid_grant', error_description: 'unknown code' })
    if (code.clientId !== parameters.client_id) return this.#refuse(response, 'invalid_grant', 'the code of another client')
    if (challenge !== code.challenge) return this.#refuse(response, 'invalid_grant', 'the verifier does not fit')
    if (parameters.redirect_uri !== code.redirectUri) return this.#refuse(response, 'invalid_grant', 'another redirect_uri')
    if (this.exchangeAnswer !== undefined) return this.exchangeAnswer(response, () => this.#issue())
    json(response, 200, this.#issue())
  }

  async #refresh(rightType: boolean, parameters: Readonly<Record<string, string>>, response: ServerResponse): Promise<void> {
    this.refreshes.push({ grantType: parameters.grant_type ?? '', parameters })
    if (!rightType) return this.#refuse(response, 'invalid_request', 'a refresh of the wrong type')
    if (parameters.grant_type !== 'refresh_token') return this.#refuse(response, 'unsupported_grant_type', 'no refresh')
    const token = parameters.refresh_token ?? ''
    if (!this.#unused.has(token)) return this.#refuse(response, 'invalid_grant', 'an unknown or spent refresh token')
    const issue = (keep?: 'keep') => {
      const tokens = this.#issue()
      this.#unused.delete(keep === undefined ? token : tokens.refresh_token)
      return tokens
    }
    if (this.refreshAnswer !== undefined) return this.refreshAnswer(response, issue)
    json(response, 200, issue())
  }

  #refuse(response: ServerResponse, error: string, description: string): void {
    this.#fault(`${error}: ${description}`)
    json(response, 400, { error, error_description: description })
  }

  #fault(what: string): void {
    this.faults.push(what)
  }

  #issue(): Tokens {
    const now = Math.floor(Date.now() / 1000)
    const claims = { sub: 'robin', email: 'robin@practice.example', iat: now }
    const account = { chatgpt_account_id: 'workspace-1', chatgpt_user_id: 'user-1', chatgpt_plan_type: 'plus' }
    const tokens = {
      access_token: this.#jwt({ exp: now + this.#lifetime, 'https://api.openai.com/auth': account }),
      refresh_token: this.#secret(),
      id_token: this.#jwt({ ...claims, 'https://api.openai.com/auth': account }),
    }
    this.#unused.add(tokens.refresh_token)
    return { ...tokens, token_type: 'bearer', expires_in: this.#lifetime }
  }

  /** The claims are public; the signature is random, and it alone counts as the secret beside the whole. */
  #jwt(claims: Readonly<Record<string, unknown>>): string {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${this.#secret()}`
    this.secrets.add(token)
    return token
  }

  #secret(): string {
    const secret = randomBytes(32).toString('base64url')
    this.secrets.add(secret)
    return secret
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

function readParameters(type: string, text: string): Readonly<Record<string, string>> {
  if (type === 'application/json') return JSON.parse(text)
  return Object.fromEntries(new URLSearchParams(text))
}
