import type { Identity } from '../core/index.ts'
import { type Claims, type SignInFacts, textClaim } from '../oauth/index.ts'

/** Who signed in, by the standard claims (OpenID Connect Core section 5.1). */
export function identityOfClaims(claims: Claims): Identity {
  const [key, email, name] = ['sub', 'email', 'name'].map((claim) => textClaim(claims, claim))
  return {
    ...(key === undefined ? {} : { key }),
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
  }
}

/** The id_token tells; a server without one may write the same into an access token that is a JWT. */
export const openidIdentity = ({ idToken, accessToken }: SignInFacts): Identity =>
  identityOfClaims(Object.keys(idToken).length > 0 ? idToken : accessToken)
