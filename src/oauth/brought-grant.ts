import type { BroughtTokens, Grant, ShownTokens } from '../core/index.ts'
import { BrokerError } from '../protocol/index.ts'
import { completeSignIn } from './complete-sign-in.ts'
import { grantFromResponse } from './grant-from-response.ts'
import { readClaims, textClaim, timeClaim } from './jwt.ts'
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
      body: personBody(person),
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

/** Makes a grant of an access token that another program keeps fresh. It is as old as it says itself, as far as it says so. */
export function grantOfProgram(
  definition: ProviderDefinition,
  now: number,
  { accessToken, idToken, expiresAt, person = {} }: ShownTokens,
): Grant {
  const claims = readClaims(accessToken.expose())
  requireIssuer(definition, textClaim(claims, 'iss'))
  const made = grantFromResponse(
    definition,
    {
      access_token: accessToken.expose(),
      token_type: 'Bearer',
      ...(idToken === undefined ? {} : { id_token: idToken.expose() }),
      ...(expiresAt === undefined ? {} : { expires_in: (expiresAt - now) / 1000 }),
      body: personBody(person),
    },
    now,
  )
  if (made === undefined) throw new BrokerError('invalid_request', 'This login has no access token.')
  const { unverified: _, idToken: __, ...grant } = made
  const issuedAt = timeClaim(claims, 'iat') ?? now - presumedAge
  return { ...grant, obtainedAt: Math.min(now, grant.expiresAt ?? now, issuedAt) }
}

/** As a token response names the person, where the tokens do not. */
const personBody = (person: NonNullable<ShownTokens['person']>) => ({
  account: { uuid: person.account, email_address: person.email },
  organization: { uuid: person.organization },
})

/** S7: under TOKENTRAY_UPSTREAM, a token of the real server must not go to the one in its place. */
function requireIssuer({ name, issuer }: ProviderDefinition, told: string | undefined): void {
  const origin = told !== undefined && URL.canParse(told) ? new URL(told).origin : undefined
  if (origin === undefined || origin === new URL(issuer).origin) return
  throw new BrokerError('issuer_mismatch', `This token is of ${origin}, and ${name} is at ${issuer} here. It is not used.`)
}

function requireTakeover({ id, name, flows, keys = [], yields, derived, registration }: ProviderDefinition): void {
  // A server that issues a client id to each installation refuses a refresh token under another one.
  if (flows.length > 0 && yields === undefined && derived === undefined && registration === undefined) return
  const fix = keys.length > 0 ? `Run \`tokentray add ${id}\` or \`tokentray login ${id}\`.` : `Run \`tokentray login ${id}\`.`
  throw new BrokerError('invalid_request', `A login of ${name} cannot be taken over from another program.`, { fix })
}
