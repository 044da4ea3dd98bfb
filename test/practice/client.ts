import { createHash, randomBytes } from 'node:crypto'
import { request } from 'undici'
import {
  type ApprovalOptions,
  approveAuthorization,
  type PracticeServer,
  practiceClientId,
  practicePaths,
  practiceScopes,
} from '../../src/practice/index.ts'

/** A client of the practice server, written against the RFCs and not against the code of the broker. */

export const redirectUri = 'http://127.0.0.1:1455/auth/callback'

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
}

export const newVerifier = () => randomBytes(32).toString('base64url')
export const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

/** An authorization request; a parameter given as `undefined` is left out. */
export function authorizationUrl(
  server: PracticeServer,
  verifier: string,
  changes: Record<string, string | undefined> = {},
): string {
  const url = new URL(practicePaths.authorization, server.issuer)
  const parameters = {
    response_type: 'code',
    client_id: practiceClientId,
    redirect_uri: redirectUri,
    scope: practiceScopes.join(' '),
    state: 'state-of-the-test',
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
    ...changes,
  }
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

export async function post(server: PracticeServer, path: string, form: Record<string, string>): Promise<Answer> {
  const response = await request(server.issuer + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: practiceClientId, ...form }).toString(),
  })
  const text = await response.body.text()
  return { status: response.statusCode, body: text === '' ? {} : JSON.parse(text) }
}

/** Signs in and answers the authorization code. */
export async function codeFor(
  server: PracticeServer,
  verifier: string,
  changes: Record<string, string | undefined> = {},
  options: ApprovalOptions = {},
): Promise<string> {
  const end = await approveAuthorization(authorizationUrl(server, verifier, changes), options)
  const code = new URL(end).searchParams.get('code')
  if (code === null) throw new Error(`no code in ${end}`)
  return code
}

export function exchange(server: PracticeServer, code: string, verifier: string, changes: Record<string, string> = {}) {
  return post(server, practicePaths.token, {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
    ...changes,
  })
}

/** A whole login. */
export async function signIn(server: PracticeServer, options: ApprovalOptions = {}): Promise<Tokens> {
  const verifier = newVerifier()
  const answer = await exchange(server, await codeFor(server, verifier, {}, options), verifier)
  if (answer.status !== 200) throw new Error(`the token endpoint answered ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body as unknown as Tokens
}

export const refresh = (server: PracticeServer, refreshToken: string) =>
  post(server, practicePaths.token, { grant_type: 'refresh_token', refresh_token: refreshToken })

/** Asks the protected API; `authorization` is the whole header. */
export async function whoami(server: PracticeServer, authorization?: string) {
  const response = await request(`${server.apiUrl}/whoami`, { headers: authorization === undefined ? {} : { authorization } })
  const body = (await response.body.json()) as Record<string, unknown>
  return { status: response.statusCode, body, challenge: response.headers['www-authenticate'] }
}
