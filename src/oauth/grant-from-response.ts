import { type Grant, Secret } from '../core/index.ts'
import { numberClaim, readClaims, timeClaim } from './jwt.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import { longestLifetime, type TokenResponse } from './token-endpoint.ts'

/**
 * Makes a grant of a token response. `previous` is the grant that was refreshed: RFC 6749 section 6 lets the server leave out
 * what did not change, and some providers leave out more. Answers undefined when there is no access token at all.
 */
export function grantFromResponse(
  definition: ProviderDefinition,
  response: TokenResponse,
  now: number,
  previous?: Grant,
): Grant | undefined {
  const accessToken = response.access_token === undefined ? previous?.accessToken : new Secret(response.access_token)
  if (accessToken === undefined) return undefined
  const refreshToken = response.refresh_token === undefined ? previous?.refreshToken : new Secret(response.refresh_token)
  const idToken = response.id_token === undefined ? previous?.idToken : new Secret(response.id_token)
  const expiresAt = response.access_token === undefined ? previous?.expiresAt : expiryOf(definition, response, now, previous)
  const scope = response.scope ?? previous?.scope
  const refreshExpiresAt = refreshExpiryOf(response, now, previous)
  const identity =
    previous?.identity ??
    definition.identity({
      idToken: readClaims(response.id_token),
      accessToken: readClaims(response.access_token),
      response: response.body,
    })
  const earliest = timeClaim(response.body, 'earliest_refresh_at')
  return {
    provider: definition.id,
    issuer: definition.issuer,
    ...(definition.yields === undefined ? {} : { kind: definition.yields }),
    ...(previous?.clientId === undefined ? {} : { clientId: previous.clientId }),
    accessToken,
    tokenType: response.token_type,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(idToken === undefined ? {} : { idToken }),
    ...(scope === undefined ? {} : { scope }),
    obtainedAt: now,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    ...(earliest === undefined ? {} : { earliestRefreshAt: earliest }),
    ...(definition.jwksUri !== undefined && response.id_token !== undefined ? { unverified: true as const } : {}),
    identity,
  }
}

/** The end of the refresh token, in milliseconds: what the server says of it, or has said of the same one earlier. */
function refreshExpiryOf(response: TokenResponse, now: number, previous: Grant | undefined): number | undefined {
  if (response.refresh_token_expires_in) return now + response.refresh_token_expires_in * 1000
  const exp = numberClaim(readClaims(response.refresh_token), 'exp')
  if (exp !== undefined) return plausible(now + (exp * 1000 - (response.serverTime ?? now)), now)
  const same = response.refresh_token === undefined || response.refresh_token === previous?.refreshToken?.expose()
  return same ? previous?.refreshExpiresAt : undefined
}

/**
 * The end of the access token on our clock, in milliseconds. The `exp` of a JWT is a time of the server's clock, so it is read
 * as a distance from the server's own time where the response names it; a wrong local clock then does no harm. RFC 6749 section
 * 5.1 only recommends `expires_in`: without it, a token is taken to live as long as the one before it.
 */
function expiryOf(definition: ProviderDefinition, response: TokenResponse, now: number, previous?: Grant): number | undefined {
  const exp = numberClaim(readClaims(response.access_token), 'exp')
  const fromJwt = exp !== undefined ? plausible(now + (exp * 1000 - (response.serverTime ?? now)), now) : undefined
  const fromResponse = response.expires_in === undefined ? undefined : now + response.expires_in * 1000
  const life = previous?.expiresAt === undefined ? 0 : previous.expiresAt - previous.obtainedAt
  const usual = life > 0 ? now + life : undefined
  return (definition.expiry === 'jwt' ? (fromJwt ?? fromResponse) : (fromResponse ?? fromJwt)) ?? usual
}

function plausible(time: number, now: number): number | undefined {
  return time >= 0 && time <= now + longestLifetime * 1000 ? time : undefined
}
