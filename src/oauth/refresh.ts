import * as oauth from 'oauth4webapi'
import type { Grant, RefreshOutcome, Secret } from '../core/index.ts'
import { BrokerError, type EndCause } from '../protocol/index.ts'
import { refreshDerived } from './derived-token.ts'
import { grantFromResponse } from './grant-from-response.ts'
import { type ProviderContext, requestHeaders } from './provider-context.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import { authorizationServer, client, type ProtocolRequest, readTokenAnswer, send } from './token-endpoint.ts'
import { TransportError } from './transport.ts'

/** Refreshes a grant (RFC 6749 section 6). Every failure is an outcome; only a listed error code is terminal (S4). */
export async function refresh(definition: ProviderDefinition, grant: Grant, context: ProviderContext): Promise<RefreshOutcome> {
  try {
    const { refreshToken } = grant
    if (refreshToken === undefined) {
      return {
        kind: 'terminal',
        error: { code: 'expired', description: 'there is no refresh token' },
        cause: 'end_of_life',
      }
    }
    requireOwnIssuer(definition, grant)
    if (definition.derived !== undefined) return await refreshDerived(definition, definition.derived, context, grant)
    const answer = readTokenAnswer(await sendRefresh(definition, grant, refreshToken, context))
    if (answer.kind === 'granted') {
      const refreshed = grantFromResponse(definition, answer.response, context.clock.now(), grant)
      return { kind: 'refreshed', grant: refreshed ?? grant }
    }
    const cause = answer.kind === 'refused' ? endCause(definition, answer.error.code, answer.status) : undefined
    if (cause !== undefined) return { kind: 'terminal', error: answer.error, cause }
    const { kind, error, retryAfter } = answer
    const unused = kind === 'refused' || answer.unused === true
    return {
      kind: 'transient',
      error,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(unused ? { unused } : {}),
    }
  } catch (error) {
    return { kind: 'transient', error: reasonOf(error), ...(neverLeft(error) ? { unused: true } : {}) }
  }
}

function sendRefresh(definition: ProviderDefinition, grant: Grant, refreshToken: Secret, context: ProviderContext) {
  const additionalParameters = definition.tokenParameters
  const request: ProtocolRequest = (options) =>
    oauth.refreshTokenGrantRequest(
      authorizationServer(definition),
      client(definition, grant.clientId),
      oauth.None(),
      refreshToken.expose(),
      { ...options, ...(additionalParameters === undefined ? {} : { additionalParameters }) },
    )
  return send(request, context.transport, { encoding: definition.refreshEncoding, ...requestHeaders(definition, context) })
}

/**
 * Asks the server to end a grant (RFC 7009); a server in trouble is asked once more. Answers whether it confirmed that. A key is not
 * of this server's making, so that there is nothing to revoke.
 */
export async function revoke(definition: ProviderDefinition, grant: Grant, context: ProviderContext): Promise<boolean> {
  if (definition.revocationEndpoint === undefined || grant.kind !== undefined) return false
  requireOwnIssuer(definition, grant)
  const token = grant.refreshToken ?? grant.accessToken
  const additionalParameters = { token_type_hint: grant.refreshToken === undefined ? 'access_token' : 'refresh_token' }
  const request: ProtocolRequest = (options) =>
    oauth.revocationRequest(authorizationServer(definition), client(definition, grant.clientId), oauth.None(), token.expose(), {
      ...options,
      additionalParameters,
    })
  const wording = { encoding: definition.revocationEncoding, ...requestHeaders(definition, context) }
  const answer = await send(request, context.transport, wording)
  if (answer.status < 500) return answer.status === 200
  await new Promise<void>((resolve) => context.clock.after(secondTryAfter, resolve))
  return (await send(request, context.transport, wording)).status === 200
}

/** Milliseconds between the two tries of a revocation. */
const secondTryAfter = 1_000

/** S7, at the last place before the wire. */
function requireOwnIssuer(definition: ProviderDefinition, grant: Grant): void {
  if (grant.issuer === definition.issuer && grant.provider === definition.id) return
  throw new BrokerError('issuer_mismatch', `A login of ${grant.issuer} is never sent to ${definition.issuer}.`)
}

/** What the code of a refusal means, when it ends the grant (S4). A server seldom says more than that the grant is invalid. */
function endCause(definition: ProviderDefinition, code: string, status: number): EndCause | undefined {
  if (Object.hasOwn(definition.terminalErrors, code)) return definition.terminalErrors[code]
  return code === 'invalid_grant' || definition.terminalStatuses?.includes(status) ? 'unknown' : undefined
}

/** Whether the server certainly saw nothing of the request. */
function neverLeft(error: unknown): boolean {
  return error instanceof BrokerError || (error instanceof TransportError && error.neverLeft)
}

function reasonOf(error: unknown) {
  if (error instanceof TransportError) return error.reason
  if (error instanceof BrokerError) return { code: error.code, description: error.message }
  return { code: 'internal_error', description: 'The refresh met an unexpected fault.' }
}
