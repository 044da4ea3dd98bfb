import { z } from 'zod'
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
import { type Endpoint, idParams as id } from './endpoint.ts'
import { tokenFile, tokenFileRequest, tokenFilesResponse, tokenFileTool } from './token-file.ts'

const client = z.strictObject({ client: clientName })
const tool = z.strictObject({ tool: tokenFileTool })

/** Which programs may have tokens, who got one, and the files of those that cannot ask. */
export const clientEndpoints = {
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
  tokenFiles: {
    method: 'GET',
    path: '/v1/token-files',
    summary: 'The files of tools in which a fresh access token is kept.',
    response: tokenFilesResponse,
  },
  putTokenFile: {
    method: 'PUT',
    path: '/v1/token-files/{tool}',
    summary: 'Keeps a fresh access token of an account in the file of a tool, and never a refresh token.',
    params: tool,
    body: tokenFileRequest,
    response: tokenFile,
  },
  removeTokenFile: {
    method: 'DELETE',
    path: '/v1/token-files/{tool}',
    summary: 'Takes the token out of the file again.',
    params: tool,
    response: tokenFilesResponse,
  },
  proof: {
    method: 'POST',
    path: '/v1/proof',
    summary: 'Begins to prove which process is at the other end of this connection (Linux).',
    response: proofResponse,
  },
} as const satisfies Record<string, Endpoint>
