import { calculatePKCECodeChallenge } from 'oauth4webapi'
import { BrokerError } from '../protocol/index.ts'
import type { ProviderContext } from './provider-context.ts'
import type { ProviderDefinition } from './provider-definition.ts'

/** What one authorization request is made of. */
export interface AuthorizationTerms {
  readonly redirectUri: string
  readonly state: string
  readonly verifier: string
  readonly nonce?: string
  /** The client id that was issued earlier. */
  readonly clientId?: string
  /** Whether one more account is wanted. */
  readonly another: boolean
  /** Whether the last page shows the code, for the person to paste. */
  readonly showsCode: boolean
}

/**
 * The authorization request (RFC 6749 section 4.1.1) with PKCE (RFC 7636). The provider's extra parameters come first, so that they
 * can never replace one of the protocol.
 */
export async function authorizationUrl(
  definition: ProviderDefinition,
  context: ProviderContext,
  terms: AuthorizationTerms,
): Promise<string> {
  if (definition.authorizationEndpoint === undefined) {
    throw new BrokerError('login_failed', `${definition.name} names no page to sign in on.`)
  }
  const standard = {
    response_type: 'code',
    client_id: terms.clientId ?? definition.clientId,
    redirect_uri: terms.redirectUri,
    ...(definition.scope === '' ? {} : { scope: definition.scope }),
    code_challenge: await calculatePKCECodeChallenge(terms.verifier),
    code_challenge_method: 'S256',
    state: terms.state,
    ...(terms.nonce === undefined ? {} : { nonce: terms.nonce }),
  }
  const parameters = { ...extras(definition, context, terms), ...(definition.authorizationRequest?.(standard) ?? standard) }
  const url = new URL(definition.authorizationEndpoint)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

function extras(definition: ProviderDefinition, { installation }: ProviderContext, terms: AuthorizationTerms) {
  const { registration } = definition
  const registering = terms.clientId === undefined ? registration?.first : registration?.later
  return {
    ...definition.authorizationParameters,
    ...(terms.showsCode ? definition.codePageParameters : {}),
    ...(terms.another ? definition.anotherAccountParameters : {}),
    ...registering?.(installation()),
  }
}
