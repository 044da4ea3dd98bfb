import { z } from 'zod'
import {
  addKeyRequest,
  addKeyResponse,
  checkRequest,
  checkResult,
  explainQuery,
  explanation,
  usageQuery,
  usageResponse,
} from './account.ts'
import {
  approvalDecision,
  approvalRequest,
  clientName,
  clientPolicy,
  clientRule,
  clientRuleRequest,
  ledgerEntry,
  ledgerQuery,
  policyChange,
  proofResponse,
} from './client.ts'
import { healthResponse } from './health.ts'
import { fingerprintRequest, fingerprintResponse, importRequest, importResponse } from './import.ts'
import { loginDecision, loginQuery, loginStatus, pastedResponse, startLoginRequest, startLoginResponse } from './login.ts'
import {
  createVaultRequest,
  removeVaultQuery,
  removeVaultResponse,
  vaultEntry,
  vaultName,
  vaultsResponse,
} from './named-vault.ts'
import { preferencesChange, providerPreferences, providersResponse } from './provider.ts'
import { accountChange, accountStatus, brokerSnapshot } from './snapshot.ts'
import { tokenQuery, tokenResponse } from './token.ts'
import { unlockRequest, vaultMoveRequest, vaultMoveResponse, vaultStatus } from './vault.ts'

/** One route of the token socket. Paths are written as in OpenAPI; the schemas validate and document it alike. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly summary: string
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly response?: z.ZodType
}

const id = z.strictObject({ id: z.string().min(1).max(160) })
const client = z.strictObject({ client: clientName })
const vault = z.strictObject({ name: vaultName })
const provider = z.strictObject({ provider: z.string().min(1).max(160) })

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
  signOut: {
    method: 'DELETE',
    path: '/v1/accounts/{id}',
    summary: 'Revokes the grant where the provider offers it, then forgets it. The id may be a selector.',
    params: id,
    response: z.object({
      id: z.string(),
      provider: z.string(),
      revoked: z.boolean(),
      account_page: z.string().optional().describe('Where the person can see that it is gone, and end it where it is not.'),
    }),
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
  usage: {
    method: 'GET',
    path: '/v1/usage',
    summary: 'How much of each plan is used, asked of the provider at most every five minutes.',
    query: usageQuery,
    response: usageResponse,
  },
  lock: {
    method: 'POST',
    path: '/v1/lock',
    summary: 'Forgets every token and the data key until `unlock`; what is stored stays.',
    response: vaultStatus,
  },
  unlock: {
    method: 'POST',
    path: '/v1/unlock',
    summary: 'Opens the vault, for a person: with the passphrase, or with the prompt of the keychain.',
    body: unlockRequest,
    response: vaultStatus,
  },
  moveVault: {
    method: 'POST',
    path: '/v1/vault/move',
    summary: 'Moves the data key to another store; the old one is deleted last.',
    body: vaultMoveRequest,
    response: vaultMoveResponse,
  },
  vaults: {
    method: 'GET',
    path: '/v1/vaults',
    summary: 'Every vault with its socket; on the socket of the default vault only, as the next two.',
    response: vaultsResponse,
  },
  createVault: {
    method: 'POST',
    path: '/v1/vaults',
    summary: 'Makes a vault with a key, a socket and permissions of its own, which is served at once.',
    body: createVaultRequest,
    response: vaultEntry,
  },
  removeVault: {
    method: 'DELETE',
    path: '/v1/vaults/{name}',
    summary: 'Deletes a vault with its key. Refused while accounts are signed in, unless `sign_out` is `true`.',
    params: vault,
    query: removeVaultQuery,
    response: removeVaultResponse,
  },
  policy: {
    method: 'GET',
    path: '/v1/policy',
    summary: 'Which clients may have tokens.',
    response: clientPolicy,
  },
  changePolicy: {
    method: 'PATCH',
    path: '/v1/policy',
    summary: 'Whether a client without a rule has to be allowed first.',
    body: policyChange,
    response: clientPolicy,
  },
  putClientRule: {
    method: 'PUT',
    path: '/v1/policy/{client}',
    summary: 'Allows or denies a client, for some accounts and some time if wanted.',
    params: client,
    body: clientRuleRequest,
    response: clientRule,
  },
  removeClientRule: {
    method: 'DELETE',
    path: '/v1/policy/{client}',
    summary: 'Forgets what was decided about a client.',
    params: client,
    response: clientPolicy,
  },
  decideApproval: {
    method: 'POST',
    path: '/v1/approvals/{id}',
    summary: 'Answers a client that waits for the person.',
    params: id,
    body: approvalDecision,
    response: approvalRequest,
  },
  ledger: {
    method: 'GET',
    path: '/v1/ledger',
    summary: 'Who got which token when, the newest last.',
    query: ledgerQuery,
    response: z.object({ entries: z.array(ledgerEntry) }),
  },
  proof: {
    method: 'POST',
    path: '/v1/proof',
    summary: 'Begins to prove which process is at the other end of this connection (Linux).',
    response: proofResponse,
  },
  health: {
    method: 'GET',
    path: '/v1/health',
    summary: 'Who answers on this socket.',
    response: healthResponse,
  },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints
