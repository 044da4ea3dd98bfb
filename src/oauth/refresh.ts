import * as oauth from 'oauth4webapi'
import type { Clock, Grant, RefreshOutcome } from '../core/index.ts'
import { BrokerError, type EndCause } from '../protocol/index.ts'
import { grantFromResponse } from './grant-from-response.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import { authorizationServer, client, readTokenAnswer, send } from './token-endpoint.ts'
import { type Transport, TransportError } from './transport.ts'

/** Refreshes a grant (RFC 6749 section 6). Every failure is an outcome; only a listed error code is terminal (S4). */
export async function refresh(
  definition: ProviderDefinition,
  grant: Grant,
  transport: Transport,
  clock: Clock,
): Promise<RefreshOutcome> {
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
    const answer = readTokenAnswer(
      await send(
        (options) =>
          oauth.refreshTokenGrantRequest(
            authorizationServer(definition),
            client(definition),
            oauth.None(),
            refreshToken.expose(),
            options,
          ),
        transport,
        definition.refreshEncoding,
      ),
    )
    if (answer.kind === 'granted') {
      const refreshed = grantFromResponse(definition, answer.response, clock.now(), grant)
      return { kind: 'refreshed', grant: refreshed ?? grant }
    }
    const cause = answer.kind === 'refused' ? endCause(definition, answer.error.code) : undefined
    if (cause !== undefined) return { kind: 'terminal', error: answer.error, cause }
    const { kind, ...rest } = answer
    return { ...rest, kind: 'transient', ...(kind === 'refused' ? { unused: true } : {}) }
  } catch (error) {
    return { kind: 'transient', error: reasonOf(error), ...(neverLeft(error) ? { unused: true } : {}) }
  }
}

/** Asks the server to end a grant (RFC 7009). Answers whether it confirmed that. */
export async function revoke(definition: ProviderDefinition, grant: Grant, transport: Transport): Promise<boolean> {
  if (definition.revocationEndpoint === undefined) return false
  requireOwnIssuer(definition, grant)
  const token = grant.refreshToken ?? grant.accessToken
  const additionalParameters = { token_type_hint: grant.refreshToken === undefined ? 'access_token' : 'refresh_token' }
  const answer = await send(
    (options) =>
      oauth.revocationRequest(authorizationServer(definition), client(definition), oauth.None(), token.expose(), {
        ...options,
        additionalParameters,
      }),
    transport,
    definition.revocationEncoding,
  )
  return answer.status === 200
}

/** S7, at the last place before the wire. */
function requireOwnIssuer(definition: ProviderDefinition, grant: Grant): void {
  if (grant.issuer === definition.issuer && grant.provider === definition.id) return
  throw new BrokerError('issuer_mismatch', `A login of ${grant.issuer} is never sent to ${definition.issuer}.`)
}

/** What the code of a refusal means, when it ends the grant (S4). A server seldom says more than that the grant is invalid. */
function endCause(definition: ProviderDefinition, code: string): EndCause | undefined {
  if (Object.hasOwn(definition.terminalErrors, code)) return definition.terminalErrors[code]
  return code === 'invalid_grant' ? 'unknown' : undefined
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
