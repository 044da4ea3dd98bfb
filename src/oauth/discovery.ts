import { BrokerError } from '../protocol/index.ts'
import { askJson } from './api-request.ts'
import { type Claims, textClaim } from './jwt.ts'
import type { ProviderContext } from './provider-context.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import { isSafeAddress } from './safe-address.ts'

/** Endpoints that a file or the program itself names are never replaced by what a server says. */
const members = {
  authorizationEndpoint: 'authorization_endpoint',
  tokenEndpoint: 'token_endpoint',
  revocationEndpoint: 'revocation_endpoint',
  deviceAuthorizationEndpoint: 'device_authorization_endpoint',
  jwksUri: 'jwks_uri',
} as const

/** A definition whose missing endpoints are read from the issuer's metadata: OpenID Connect Discovery, or RFC 8414. */
export interface Discovered {
  /**
   * With everything that a login needs. Throws `temporarily_unavailable` when the metadata is needed for that and cannot be had, and
   * `login_failed` when it belongs to another issuer (RFC 8414 section 3.3).
   */
  required(): Promise<ProviderDefinition>
  /** With everything that the server names, or without when it cannot be asked. Never rejects. */
  whole(): Promise<ProviderDefinition>
}

/** The metadata is read once, with the first use. */
export function discovering(definition: ProviderDefinition, context: ProviderContext): Discovered {
  let known: Promise<ProviderDefinition> | undefined
  const discovered = () => {
    known ??= discover(definition, context).catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
  const suffices = definition.discovery === undefined || isComplete(definition)
  return {
    required: async () => (suffices ? definition : discovered()),
    whole: async () => (definition.discovery === undefined ? definition : discovered().catch(() => definition)),
  }
}

/** Whether a login and a refresh can do without the metadata. */
function isComplete(definition: ProviderDefinition): boolean {
  const { flows, scope, authorizationEndpoint, deviceAuthorizationEndpoint, tokenEndpoint, jwksUri } = definition
  const hasPage = authorizationEndpoint !== undefined || !flows.some((flow) => flow !== 'device')
  const hasDevice = deviceAuthorizationEndpoint !== undefined || !flows.includes('device')
  return tokenEndpoint !== '' && hasPage && hasDevice && (jwksUri !== undefined || !scope.split(' ').includes('openid'))
}

async function discover(definition: ProviderDefinition, context: ProviderContext): Promise<ProviderDefinition> {
  const { issuer, name, relocate = (url: string) => url } = definition
  const metadata = await read(definition, context)
  const said = textClaim(metadata, 'issuer')
  if (said !== issuer && said !== definition.alsoIssuer) {
    throw new BrokerError('login_failed', `The metadata of ${name} belongs to another issuer (${said ?? 'none'}).`, {
      fix: `Write \`issuer\` exactly as the server does; here it is ${issuer}.`,
    })
  }
  const found = Object.entries(members).flatMap(([member, wireName]) => {
    const url = textClaim(metadata, wireName)
    // Without `openid` there is no id_token to verify.
    const useful = member !== 'jwksUri' || definition.scope.split(' ').includes('openid')
    const missing = useful && !definition[member as keyof typeof members]
    if (url === undefined || !missing) return []
    const place = requireSafe(relocate(url), wireName, name)
    const allowed = definition.discovery === 'any' || new URL(place).origin === new URL(issuer).origin
    return allowed ? [[member, place]] : []
  })
  const complete: ProviderDefinition = { ...definition, ...Object.fromEntries(found) }
  if (complete.tokenEndpoint !== '') return complete
  throw new BrokerError('login_failed', `The metadata of ${name} names no token endpoint.`)
}

/** For each of the two places. A login waits for it, and so does a sign-out. Milliseconds. */
const patience = 10_000

async function read({ issuer, name }: ProviderDefinition, context: ProviderContext): Promise<Claims> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname === '/' ? '' : pathname.replace(/\/$/, '')
  const places = [`${origin}${path}/.well-known/openid-configuration`, `${origin}/.well-known/oauth-authorization-server${path}`]
  let reason = ''
  for (const url of places) {
    const outcome = await askJson(context, { url, headers: {}, deadline: patience })
    if (outcome.kind === 'good') return outcome.value
    if (outcome.kind !== 'none') reason = outcome.error.description
  }
  throw new BrokerError('temporarily_unavailable', `The metadata of ${name} cannot be read: ${reason}`, {
    fix: `Look at ${places[0]} in a browser, or name the endpoints in the file of the provider.`,
  })
}

/** Codes and tokens are sent there, so that nobody on the way may read them. */
function requireSafe(text: string, member: string, name: string): string {
  if (isSafeAddress(text)) return text
  throw new BrokerError('login_failed', `The ${member} of ${name} is not an https address.`)
}
