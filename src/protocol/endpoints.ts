import { z } from 'zod'
import { healthResponse } from './health.ts'
import { loginQuery, loginStatus, pastedResponse, startLoginRequest, startLoginResponse } from './login.ts'
import { brokerSnapshot } from './snapshot.ts'
import { tokenQuery, tokenResponse } from './token.ts'

/** One route of the token socket. Paths are written as in OpenAPI; the schemas validate and document it alike. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly summary: string
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly response?: z.ZodType
}

const id = z.strictObject({ id: z.string().min(1).max(160) })

/** The whole local API, version 1. */
export const endpoints = {
  token: {
    method: 'GET',
    path: '/v1/token/{provider}',
    summary: 'A fresh access token. With `Accept: text/plain`, the bare token.',
    params: z.strictObject({ provider: z.string().min(1).max(160) }),
    query: tokenQuery,
    response: tokenResponse,
  },
  status: {
    method: 'GET',
    path: '/v1/status',
    summary: 'The state of the vault, of every account and of every pending login.',
    response: brokerSnapshot,
  },
  events: {
    method: 'GET',
    path: '/v1/events',
    summary: 'Server-sent events: one `snapshot`, then a `change` for every change.',
  },
  startLogin: {
    method: 'POST',
    path: '/v1/logins',
    summary: 'Starts a login, or joins the pending one.',
    body: startLoginRequest,
    response: startLoginResponse,
  },
  login: {
    method: 'GET',
    path: '/v1/logins/{id}',
    summary: 'Where a login is; with `wait`, answered when it ends or the time is over.',
    params: id,
    query: loginQuery,
    response: loginStatus,
  },
  pastedResponse: {
    method: 'POST',
    path: '/v1/logins/{id}/response',
    summary: 'Ends a login with the response that the person copied from the browser.',
    params: id,
    body: pastedResponse,
    response: loginStatus,
  },
  cancelLogin: {
    method: 'DELETE',
    path: '/v1/logins/{id}',
    summary: 'Cancels a pending login and frees the redirect port.',
    params: id,
    response: loginStatus,
  },
  signOut: {
    method: 'DELETE',
    path: '/v1/accounts/{id}',
    summary: 'Revokes the grant where the provider offers it, then forgets it. The id may be a selector.',
    params: id,
    response: z.object({ id: z.string(), provider: z.string(), revoked: z.boolean() }),
  },
  health: {
    method: 'GET',
    path: '/v1/health',
    summary: 'Who answers on this socket.',
    response: healthResponse,
  },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints
