// Logins at an authorization server without a browser and without the redirect port.
import { expect } from 'vitest'
import { approveAuthorization, type PracticeOptions, type PracticeServer, startPracticeServer } from '../../src/practice/index.ts'
import type { RunningDaemon } from './running-daemon.ts'
import type { Answer } from './socket-request.ts'

/** A real authorization server (oidc-provider) with the API it protects. */
export async function withPracticeServer<T>(
  options: Partial<PracticeOptions>,
  body: (server: PracticeServer) => Promise<T>,
): Promise<T> {
  const server = await startPracticeServer({ port: 0, ...options })
  try {
    return await body(server)
  } finally {
    await server.close()
  }
}

/** Whoever answers for a set of logins: a daemon, or one vault of it. */
export type Answering = Pick<RunningDaemon, 'ask'>

export interface StartedLogin {
  readonly id: string
  readonly authorization_url: string
  readonly prompt: { readonly kind: string; readonly reason?: string; readonly redirect_port?: number }
}

export async function startLogin(daemon: Answering, request: Readonly<Record<string, string>>): Promise<StartedLogin> {
  const answer = await daemon.ask('/v1/logins', { method: 'POST', body: { ...request, accept_provider_rules: true } })
  expect(answer.status, answer.text).toBe(200)
  return answer.json as unknown as StartedLogin
}

export function paste(daemon: Answering, id: string, pasted: string): Promise<Answer> {
  return daemon.ask(`/v1/logins/${id}/response`, { method: 'POST', body: { pasted } })
}

/** What a person with a browser answers an authorization URL with: the redirect, which is not fetched. */
export type Approve = (authorizationUrl: string) => string | Promise<string>

/** Signs in with a pasted response; answers the id of the account. */
export async function signIn(
  daemon: Answering,
  { provider = 'practice', approve = approveAuthorization, ...request }: SignIn = {},
): Promise<string> {
  const login = await startLogin(daemon, { provider, flow: 'paste', ...request })
  const answer = await paste(daemon, login.id, await approve(login.authorization_url))
  expect(answer.json, answer.text).toMatchObject({ status: 'completed' })
  return String(answer.json?.account)
}

export interface SignIn {
  readonly provider?: string
  readonly approve?: Approve
  readonly label?: string
}

/** The access token that the broker hands out now. */
export async function tokenOf(daemon: Answering, selector = 'practice', query = ''): Promise<string> {
  const answer = await daemon.ask(`/v1/token/${selector}${query}`)
  expect(answer.status, answer.text).toBe(200)
  return String(answer.json?.access_token)
}

/** What the protected API answers a token. */
export async function whoami(server: PracticeServer, token: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.apiUrl}/whoami`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
