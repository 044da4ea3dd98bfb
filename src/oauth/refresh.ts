import * as oauth from 'oauth4webapi'
import type { Clock, Grant, RefreshOutcome } from '../core/index.ts'
import { BrokerError, type StateError } from '../protocol/index.ts'
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
      return { kind: 'terminal', error: { code: 'expired', description: 'This login cannot be refreshed. Sign in again.' } }
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
    if (answer.kind === 'refused' && isTerminal(definition, answer.error.code)) {
      return { kind: 'terminal', error: endOfGrant(definition, answer.error) }
    }
    return { ...answer, kind: 'transient' }
  } catch (error) {
    return { kind: 'transient', error: reasonOf(error) }
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

function isTerminal(definition: ProviderDefinition, code: string): boolean {
  return code === 'invalid_grant' || definition.terminalErrors.includes(code)
}

/** What the server's words mean for the person: a server seldom says more than that the grant is invalid. */
function endOfGrant({ name }: ProviderDefinition, { code, description }: StateError): StateError {
  const reused = code === 'refresh_token_reused'
  const cause = reused
    ? 'its refresh token was used by another program'
    : 'it was revoked, it expired, or another program used it'
  return { code, description: `${name} has ended this login: ${cause} (${code}: ${description}).`, fix: 'Sign in again.' }
}

function reasonOf(error: unknown) {
  if (error instanceof TransportError) return error.reason
  if (error instanceof BrokerError) return { code: error.code, description: error.message }
  return { code: 'internal_error', description: 'The refresh met an unexpected fault.' }
}
