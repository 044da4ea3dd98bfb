import {
  addKeyRequest,
  addKeyResponse,
  checkRequest,
  checkResult,
  explainQuery,
  explanation,
  signOutResponse,
  usageQuery,
  usageResponse,
} from './account.ts'
import { type Endpoint, idParams as id, providerParams as provider } from './endpoint.ts'
import { historyQuery, historyResponse } from './history.ts'
import { fingerprintRequest, fingerprintResponse, importRequest, importResponse } from './import.ts'
import { movedLoginsResponse, returnedLogin, returnRequest } from './moved-login.ts'
import { foreignLoginRequest } from './ownership.ts'
import { preferencesChange, providerPreferences, providersResponse } from './provider.ts'
import { accountChange, accountStatus } from './snapshot.ts'

/** What a person does with the accounts that are there, and the providers. */
export const accountEndpoints = {
  signOut: {
    method: 'DELETE',
    path: '/v1/accounts/{id}',
    summary:
      'Revokes the grant where the provider offers it, then forgets it; the login of another program is forgotten only. The id may be a selector.',
    params: id,
    response: signOutResponse,
  },
  addKey: {
    method: 'POST',
    path: '/v1/accounts',
    summary: 'Keeps an API key or another token that the person brings along, and tries it at once.',
    body: addKeyRequest,
    response: addKeyResponse,
  },
  importLogin: {
    method: 'POST',
    path: '/v1/import',
    summary: 'Takes over a login that another program made. Answered when it is stored; nothing is refreshed to try it.',
    body: importRequest,
    response: importResponse,
  },
  addForeignLogin: {
    method: 'POST',
    path: '/v1/foreign-logins',
    summary: 'Makes an account of a login that another program keeps and goes on to refresh by itself.',
    body: foreignLoginRequest,
    response: importResponse,
  },
  movedLogins: {
    method: 'GET',
    path: '/v1/moved-logins',
    summary: 'The logins that moved here from other programs, and can go back.',
    response: movedLoginsResponse,
  },
  returnLogin: {
    method: 'POST',
    path: '/v1/moved-logins/{id}/return',
    summary:
      'Writes the login of an account back into the files of its program, as it is now, and forgets it. Nothing is revoked.',
    params: id,
    body: returnRequest,
    response: returnedLogin,
  },
  fingerprints: {
    method: 'POST',
    path: '/v1/fingerprints',
    summary: 'Names the refresh tokens of the accounts without showing them, under a key of the caller.',
    body: fingerprintRequest,
    response: fingerprintResponse,
  },
  changeAccount: {
    method: 'PATCH',
    path: '/v1/accounts/{id}',
    summary: 'Switches an account off or on, or gives it another label. One that is off is kept fresh, and never handed out.',
    params: id,
    body: accountChange,
    response: accountStatus,
  },
  refreshAccount: {
    method: 'POST',
    path: '/v1/accounts/{id}/refresh',
    summary: 'Refreshes now, once for everybody who asks within ten seconds.',
    params: id,
    response: accountStatus,
  },
  checkAccount: {
    method: 'POST',
    path: '/v1/accounts/{id}/check',
    summary: 'Asks the provider whether the login of an account works.',
    params: id,
    body: checkRequest,
    response: checkResult,
  },
  providers: {
    method: 'GET',
    path: '/v1/providers',
    summary: 'Every provider: the ways to sign in, its rule card, and what the person decided about several accounts.',
    response: providersResponse,
  },
  changePreferences: {
    method: 'PATCH',
    path: '/v1/providers/{provider}',
    summary: 'The order of accounts, whether the next one steps in, and where a token is looked for.',
    params: provider,
    body: preferencesChange,
    response: providerPreferences,
  },
  explain: {
    method: 'GET',
    path: '/v1/why/{provider}',
    summary: 'Which account a request for a token is answered with, and why.',
    params: provider,
    query: explainQuery,
    response: explanation,
  },
  history: {
    method: 'GET',
    path: '/v1/history',
    summary: 'What happened to the logins when, the newest last.',
    query: historyQuery,
    response: historyResponse,
  },
  usage: {
    method: 'GET',
    path: '/v1/usage',
    summary: 'How much of each plan is used, asked of the provider at most every five minutes.',
    query: usageQuery,
    response: usageResponse,
  },
} as const satisfies Record<string, Endpoint>
