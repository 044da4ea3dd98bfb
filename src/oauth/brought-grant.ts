import type { BroughtTokens, Grant } from '../core/index.ts'
import { BrokerError } from '../protocol/index.ts'
import { completeSignIn } from './complete-sign-in.ts'
import { grantFromResponse } from './grant-from-response.ts'
import type { ProviderContext } from './provider-context.ts'
import type { ProviderDefinition } from './provider-definition.ts'

/**
 * How old a token is taken to be, whose age nobody knows. One that came just now would not be refreshed even for a person who asks, and
 * one that never was good would be taken for the fault of a server. Milliseconds.
 */
const presumedAge = 60_000

/**
 * Makes a grant of a login that another program made with the client id that this provider is used with here. Nothing is refreshed to
 * try it: whoever did, and was stopped before the new token was stored, would have spent the login.
 */
export async function grantFromTokens(
  definition: ProviderDefinition,
  context: ProviderContext,
  { accessToken, refreshToken, idToken, scope, expiresAt, person = {} }: BroughtTokens,
): Promise<Grant> {
  requireTakeover(definition)
  const now = context.clock.now()
  const made = grantFromResponse(
    definition,
    {
      access_token: accessToken.expose(),
      token_type: 'Bearer',
      refresh_token: refreshToken.expose(),
      ...(idToken === undefined ? {} : { id_token: idToken.expose() }),
      ...(scope === undefined ? {} : { scope }),
      ...(expiresAt === undefined ? {} : { expires_in: (expiresAt - now) / 1000 }),
      // As a token response names the person, where the tokens do not.
      body: { account: { uuid: person.account, email_address: person.email }, organization: { uuid: person.organization } },
    },
    now,
  )
  if (made === undefined) throw new BrokerError('invalid_request', 'This login has no access token.')
  // An id_token is good for an hour or less. An old one would be refused for its age, and the next refresh brings another one.
  const { unverified: _, idToken: __, ...grant } = made
  // Without a known end, it is taken to be over: a refresh is due then, and that one names an end.
  const { expiresAt: end = now } = grant
  const brought = { ...grant, expiresAt: end, obtainedAt: Math.min(now, end) - presumedAge }
  return end > now ? completeSignIn(definition, context, brought) : brought
}

function requireTakeover({ id, name, flows, keys = [], yields, derived, registration }: ProviderDefinition): void {
  // A server that issues a client id to each installation refuses a refresh token under another one.
  if (flows.length > 0 && yields === undefined && derived === undefined && registration === undefined) return
  const fix = keys.length > 0 ? `Run \`tokentray add ${id}\` or \`tokentray login ${id}\`.` : `Run \`tokentray login ${id}\`.`
  throw new BrokerError('invalid_request', `A login of ${name} cannot be taken over from another program.`, { fix })
}
