import type { Grant } from '../core/index.ts'
import { BrokerError } from '../protocol/index.ts'
import { askApi } from './api-request.ts'
import { knownRefusal, refusedSignIn } from './code-exchange.ts'
import { deriveToken } from './derived-token.ts'
import { grantFromResponse } from './grant-from-response.ts'
import { verifyIdToken } from './id-token.ts'
import type { ProviderContext } from './provider-context.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import type { TokenResponse } from './token-endpoint.ts'

/** What a login knows besides the token response. */
export interface SignInTerms {
  /** OpenID Connect Core section 3.1.2.1. */
  readonly nonce?: string
  readonly clientId?: string
}

/** Makes a grant of the token response of a login, and checks everything that must be right before it is anybody's account. */
export async function grantOfSignIn(
  definition: ProviderDefinition,
  context: ProviderContext,
  response: TokenResponse,
  { nonce, clientId }: SignInTerms = {},
): Promise<Grant> {
  const made = grantFromResponse(definition, response, context.clock.now())
  if (made === undefined) throw refusedSignIn(definition, 'no access token came')
  const { unverified: _, ...known } = clientId === undefined ? made : { ...made, clientId }
  requireScope(definition, known)
  const verified = await verifyIdToken(definition, context, known, nonce)
  if (verified.kind === 'wrong') throw new BrokerError('login_failed', verified.error.description)
  const grant = verified.kind === 'unclear' ? { ...known, unverified: true as const } : known
  return completeSignIn(definition, context, grant)
}

/** Asks who it is, where the response did not say, and makes the token of the API, where that is another one. */
export async function completeSignIn(definition: ProviderDefinition, context: ProviderContext, grant: Grant): Promise<Grant> {
  const { person, derived, name } = definition
  const told = person === undefined ? undefined : await askApi(definition, context, grant, person)
  if (told?.kind === 'refused') throw refusedSignIn(definition, told.detail ?? 'the token is not valid')
  const identity =
    person !== undefined && told?.kind === 'good' ? { ...grant.identity, ...person.read(told.value) } : grant.identity
  const named = { ...grant, identity }
  if (derived === undefined) return named
  const outcome = await deriveToken(definition, derived, context, named)
  if (outcome.kind === 'good') return outcome.value
  const detail = outcome.kind === 'none' ? undefined : outcome.detail
  const known = knownRefusal(definition, detail ?? '', 'login_failed')
  if (known !== undefined) throw known
  const reason = outcome.kind === 'none' ? '' : ` ${outcome.error.description}`
  throw new BrokerError('login_failed', `You signed in, but ${name} gave no token.${reason}${detail ? ` (${detail})` : ''}`)
}

/** RFC 6749 section 3.3: a server may grant less than it was asked for. */
function requireScope({ requiredScope, name }: ProviderDefinition, { scope }: Grant): void {
  if (requiredScope === undefined || scope === undefined || scope.split(' ').includes(requiredScope)) return
  throw new BrokerError('access_denied', `You signed in to ${name}, but did not allow the use of your plan.`, {
    fix: 'Sign in again, and allow it on the page of the provider.',
  })
}
