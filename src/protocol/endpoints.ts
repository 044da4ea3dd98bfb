import { accountEndpoints } from './account-endpoints.ts'
import { clientEndpoints } from './client-endpoints.ts'
import { diagnosis, diagnosisQuery } from './diagnosis.ts'
import { type Endpoint, idParams as id, providerParams as provider } from './endpoint.ts'
import { healthResponse } from './health.ts'
import { loginDecision, loginQuery, loginStatus, pastedResponse, startLoginRequest, startLoginResponse } from './login.ts'
import { shareEndpoints } from './share-endpoints.ts'
import { brokerSnapshot } from './snapshot.ts'
import { tokenQuery, tokenResponse } from './token.ts'
import { vaultEndpoints } from './vault-endpoints.ts'

/** The whole local API, version 1. */
export const endpoints = {
  token: {
    method: 'GET',
    path: '/v1/token/{provider}',
    summary: 'A fresh access token. With `Accept: text/plain`, the bare token.',
    params: provider,
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
  decideLogin: {
    method: 'POST',
    path: '/v1/logins/{id}/decision',
    summary: 'Says what becomes of a login that somebody else made than the account belongs to.',
    params: id,
    body: loginDecision,
    response: loginStatus,
  },
  cancelLogin: {
    method: 'DELETE',
    path: '/v1/logins/{id}',
    summary: 'Cancels a pending login and frees the redirect port.',
    params: id,
    response: loginStatus,
  },
  ...accountEndpoints,
  ...vaultEndpoints,
  ...shareEndpoints,
  ...clientEndpoints,
  diagnosis: {
    method: 'GET',
    path: '/v1/diagnosis',
    summary: 'What the broker sees of this computer: redirect ports, clock, proxy, certificates.',
    query: diagnosisQuery,
    response: diagnosis,
  },
  health: {
    method: 'GET',
    path: '/v1/health',
    summary: 'Who answers on this socket.',
    response: healthResponse,
  },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints
