import type { Grant, Verification } from '../core/index.ts'
import { askJson } from './api-request.ts'
import { type Claims, numberClaim, readClaims, textClaim } from './jwt.ts'
import type { ProviderContext } from './provider-context.ts'
import type { ProviderDefinition } from './provider-definition.ts'

/** A clock of this computer that is off by this much is no reason to refuse a login. Seconds. */
const clockTolerance = 900

/** Tools wait for the token meanwhile. Milliseconds. */
const patience = 5_000

/**
 * Verifies the id_token of a grant (OpenID Connect Core section 3.1.3.7): signature, issuer, audience, time and, for a login, its
 * `nonce`. The token came from the token endpoint itself, so that keys that cannot be had now are no reason to give a login up.
 */
export async function verifyIdToken(
  definition: ProviderDefinition,
  context: ProviderContext,
  grant: Grant,
  nonce?: string,
): Promise<Verification> {
  const { jwksUri, issuer, alsoIssuer, clientId, name } = definition
  if (jwksUri === undefined) return { kind: 'good' }
  if (grant.idToken === undefined) return nonce === undefined ? { kind: 'good' } : wrong(name, 'the id_token is missing')
  const { createLocalJWKSet, jwtVerify, errors } = await import('jose')
  const keys = await askJson(context, { url: jwksUri, headers: {}, deadline: patience })
  const terms: Terms = {
    name,
    issuers: [issuer, ...(alsoIssuer === undefined ? [] : [alsoIssuer])],
    audience: grant.clientId ?? clientId,
    now: context.clock.now(),
    ...(nonce === undefined ? {} : { nonce }),
  }
  // Without the keys, what it says of itself is looked at all the same.
  if (keys.kind !== 'good') return claimsFault(readClaims(grant.idToken.expose()), terms) ?? { kind: 'unclear' }
  try {
    const { payload } = await jwtVerify(grant.idToken.expose(), createLocalJWKSet({ keys: [], ...keys.value }), {
      clockTolerance,
      // A signature by any other algorithm could be one that anybody can make.
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      currentDate: new Date(terms.now),
    })
    return claimsFault(payload, terms) ?? { kind: 'good' }
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return wrong(name, 'it is signed with an unknown key')
    if (error instanceof errors.JWTExpired) return wrong(name, overdue)
    if (error instanceof errors.JWTClaimValidationFailed) return wrong(name, `its ${error.claim} does not fit`)
    return wrong(name, 'its signature is not right')
  }
}

interface Terms {
  readonly name: string
  readonly issuers: readonly string[]
  readonly audience: string
  readonly nonce?: string
  /** Milliseconds. */
  readonly now: number
}

const overdue = 'it has expired; is the clock of this computer right?'

/** What is wrong with the claims, whoever signed them; undefined when nothing is. */
function claimsFault(claims: Claims, { name, issuers, audience, nonce, now }: Terms): Verification | undefined {
  const exp = numberClaim(claims, 'exp')
  if (!issuers.includes(String(claims.iss))) return wrong(name, 'its iss does not fit')
  if (![claims.aud].flat().includes(audience)) return wrong(name, 'its aud does not fit')
  if (claims.azp !== undefined && claims.azp !== audience) return wrong(name, 'it is for another program (azp)')
  if (textClaim(claims, 'sub') === undefined) return wrong(name, 'its sub does not fit')
  if (exp === undefined || (exp + clockTolerance) * 1000 < now) return wrong(name, overdue)
  return nonce === undefined || claims.nonce === nonce ? undefined : wrong(name, 'it belongs to another sign-in (nonce)')
}

function wrong(name: string, reason: string): Verification {
  return {
    kind: 'wrong',
    error: {
      code: 'id_token_invalid',
      description: `${name} sent an identity that cannot be believed: ${reason}.`,
      fix: 'Sign in again. If it stays, something between you and the provider changes what it says.',
    },
  }
}
