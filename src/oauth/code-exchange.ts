import * as oauth from 'oauth4webapi'
import { BrokerError } from '../protocol/index.ts'
import { type ProviderContext, requestHeaders } from './provider-context.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import { authorizationServer, client, readTokenAnswer, send, type TokenResponse } from './token-endpoint.ts'
import { TransportError } from './transport.ts'

/** An authorization code and what belongs to it. */
export interface AuthorizationCode {
  readonly code: string
  readonly verifier: string
  readonly redirectUri: string
  /** Only some servers want it here. */
  readonly state?: string
  readonly clientId?: string
}

/** Exchanges a code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5). Throws `login_failed` with the reason. */
export async function exchangeCode(
  definition: ProviderDefinition,
  context: ProviderContext,
  { code, verifier, redirectUri, state, clientId }: AuthorizationCode,
): Promise<TokenResponse> {
  const parameters = {
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...definition.tokenParameters,
    ...(state === undefined ? {} : { state }),
  }
  const request = (options: Parameters<Parameters<typeof send>[0]>[0]) =>
    oauth.genericTokenEndpointRequest(
      authorizationServer(definition),
      client(definition, clientId),
      oauth.None(),
      'authorization_code',
      parameters,
      options,
    )
  const answer = await send(request, context.transport, {
    encoding: definition.codeEncoding ?? 'form',
    rewrite: definition.codeRequest ?? withoutState,
    ...requestHeaders(definition, context),
  }).catch((error: unknown) => {
    throw new BrokerError('login_failed', error instanceof TransportError ? error.message : 'The code could not be exchanged.')
  })
  const read = readTokenAnswer(answer, definition.tokenMember)
  if (read.kind === 'granted' && read.response.access_token !== undefined) return read.response
  throw refusedSignIn(definition, read.kind === 'granted' ? 'no access token came' : read.error.description)
}

/** RFC 6749 has no `state` here, and some servers refuse it. */
function withoutState({ state: _, ...standard }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return standard
}

/** Why a sign-in failed, in the words of the server, or in ours where the provider's file knows what they mean. */
export function refusedSignIn(definition: ProviderDefinition, reason: string): BrokerError {
  const said = `${definition.name} did not accept the sign-in: ${reason}`
  return knownRefusal(definition, reason, 'login_failed') ?? new BrokerError('login_failed', said)
}

/** What the provider's file says of a refusal in the words of the server; undefined when it says nothing. */
export function knownRefusal(
  { refusals }: ProviderDefinition,
  words: string,
  code: 'login_failed' | 'access_denied',
): BrokerError | undefined {
  const known = refusals?.find(({ says }) => says.test(words))
  return known && new BrokerError(code, known.description, { fix: known.fix })
}
