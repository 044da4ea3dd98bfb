import { randomBytes } from 'node:crypto'
import { type Configuration, type JWK, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { adapterFor } from './adapter.ts'
import {
  practiceClientId,
  practicePaths,
  practiceRedirectHosts,
  practiceRedirectPath,
  practiceRedirectPorts,
  practiceScopes,
} from './constants.ts'
import { deviceFlow, keepPace, takeUserCode } from './device-flow.ts'
import { messagePage, quietHeaders } from './pages.ts'
import type { PracticePerson } from './people.ts'
import type { StateStore } from './state-store.ts'
import { countTokenRequest, emptyStatistics, type PracticeStatistics } from './statistics.ts'

export interface AuthorizationServerOptions {
  readonly issuer: string
  readonly store: StateStore
  readonly signingKey: JWK
  readonly people: readonly PracticePerson[]
  readonly accessTokenLifetime: number
  readonly accessTokenBits: number
  readonly devicePollInterval: number
  readonly redirectPorts: readonly number[]
}

/** The authorization server, ready to answer. */
export interface AuthorizationServer {
  readonly provider: Provider
  /** Where a login may end: the origins of the redirect URIs. */
  readonly redirectOrigins: readonly string[]
  statistics(): PracticeStatistics
}

type Next = () => Promise<void>

const day = 24 * 60 * 60

/** Sets up the certified library with the rules of this server. */
export function authorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  let statistics = emptyStatistics
  const reuse = () => {
    statistics = { ...statistics, reuseDetections: statistics.reuseDetections + 1 }
  }
  const ports = [...new Set([...practiceRedirectPorts, ...options.redirectPorts])]
  const redirectOrigins = ports.flatMap((port) => practiceRedirectHosts.map((host) => `http://${host}:${port}`))
  const provider = new Provider(options.issuer, configuration(options, redirectOrigins, reuse))
  exactRedirectUris(provider)
  // The web framework below would print every fault on the console, which belongs to the host.
  provider.app.silent = true
  // A denied device code that comes back has no grant that could be revoked; the library reports it all the same.
  provider.on('grant.revoked', (ctx: KoaContextWithOIDC, grantId: string | undefined) => {
    if (ctx.oidc.route === 'token' && grantId !== undefined) reuse()
  })
  const pace = keepPace(options.devicePollInterval)
  provider.use(async (ctx, next: Next) => {
    askForConsent(ctx as unknown as KoaContextWithOIDC)
    takeUserCode(ctx as unknown as KoaContextWithOIDC)
    await next()
    pace(ctx as unknown as KoaContextWithOIDC)
    statistics = counted(statistics, ctx as unknown as KoaContextWithOIDC)
  })
  provider.use((ctx, next) => answerDurably(ctx as unknown as KoaContextWithOIDC, next, options.store))
  return { provider, redirectOrigins, statistics: () => statistics }
}

function configuration(
  options: AuthorizationServerOptions,
  redirectOrigins: readonly string[],
  onReuse: () => void,
): Configuration {
  const { people, accessTokenLifetime, accessTokenBits } = options
  return {
    ...rules,
    adapter: (model) => adapterFor(model, options.store, onReuse),
    clients: [
      {
        client_id: practiceClientId,
        client_name: 'TokenTray',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        redirect_uris: redirectOrigins.map((origin) => origin + practiceRedirectPath),
      },
    ],
    // Cookies live for one login and logins do not outlive the process, so neither must the key that signs them.
    cookies: {
      names: { session: 'practice_session', interaction: 'practice_login', resume: 'practice_resume' },
      keys: [randomBytes(32).toString('base64url')],
      long: { signed: true, httpOnly: true, sameSite: 'lax' },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    jwks: { keys: [options.signingKey] },
    formats: { bitsOfOpaqueRandomness: (_ctx, model) => (model.kind === 'AccessToken' ? accessTokenBits : 256) },
    ttl: {
      AccessToken: accessTokenLifetime,
      AuthorizationCode: 60,
      DeviceCode: 600,
      IdToken: 3600,
      RefreshToken: 30 * day,
      // A grant must outlive every rotation of its refresh tokens, or refreshing would end on its anniversary.
      Grant: 365 * day,
      Interaction: 600,
      Session: 600,
    },
    findAccount: (_ctx, id) => {
      const person = people.find((candidate) => candidate.id === id)
      if (person === undefined) return undefined
      const claims = { sub: person.id, name: person.name, email: person.email, email_verified: true }
      return { accountId: person.id, claims: () => claims }
    },
  }
}

/** What does not depend on the options. Everything that is not needed is off, so that it can be neither found nor misused. */
const rules: Configuration = {
  scopes: [...practiceScopes],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  // The name and the email address belong into the id_token, where TokenTray looks for them, not only into the userinfo.
  conformIdTokenClaims: false,
  clientAuthMethods: ['none'],
  responseTypes: ['code'],
  pkce: { methods: ['S256'], required: () => true },
  // One machine has one clock; an expired token is expired.
  clockTolerance: 0,
  // RFC 9700 section 4.14.2: the refresh tokens of a public client are used once.
  rotateRefreshToken: true,
  expiresWithSession: () => false,
  enabledJWA: { idTokenSigningAlgValues: ['RS256'] },
  routes: {
    authorization: practicePaths.authorization,
    token: practicePaths.token,
    device_authorization: practicePaths.deviceAuthorization,
    code_verification: practicePaths.device,
    revocation: practicePaths.revocation,
    userinfo: practicePaths.userinfo,
    jwks: practicePaths.jwks,
  },
  interactions: { url: (_ctx, interaction) => `${practicePaths.interaction}/${interaction.uid}` },
  discovery: { service: 'tokentray-practice' },
  features: {
    devInteractions: { enabled: false },
    deviceFlow,
    revocation: { enabled: true },
    userinfo: { enabled: true },
    resourceIndicators: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    rpInitiatedLogout: { enabled: false },
  },
  // No web page has business with this server.
  clientBasedCORS: () => false,
  renderError: (ctx) => {
    const page = messagePage(
      ctx.status,
      'This sign-in cannot go on',
      'The request was not one that the practice server allows, or it is too old. Start the sign-in again from TokenTray.',
    )
    ctx.set({ ...page.headers })
    ctx.body = page.html
  },
}

/**
 * The library lets a native client use any loopback port (RFC 8252 section 7.3). The real servers that TokenTray talks to know
 * two ports only, so this one compares character by character.
 */
function exactRedirectUris(provider: Provider): void {
  provider.Client.prototype.redirectUriAllowed = function (uri) {
    return this.redirectUris?.includes(uri) ?? false
  }
}

/** Nothing is answered before it is kept: a client must not learn of a rotation that a crash could undo (S3, seen from the other side). */
async function answerDurably(ctx: KoaContextWithOIDC, next: Next, store: StateStore): Promise<void> {
  await next()
  try {
    await store.flush()
  } catch {
    ctx.status = 503
    ctx.body = { error: 'temporarily_unavailable', error_description: 'the practice server cannot write its state' }
  }
  ctx.set({ ...quietHeaders })
}

/**
 * OpenID Connect Core section 11 grants `offline_access` only to a request that asks for the consent page. This server always
 * shows it, so a client need not ask; it still gets no refresh token without asking for `offline_access`.
 */
function askForConsent(ctx: KoaContextWithOIDC): void {
  const { scope, prompt = '' } = ctx.query
  if (ctx.path !== practicePaths.authorization || typeof scope !== 'string' || typeof prompt !== 'string') return
  const prompts = prompt.split(' ').filter((word) => word !== '')
  if (!scope.split(' ').includes('offline_access') || prompts.includes('none') || prompts.includes('consent')) return
  ctx.query = { ...ctx.query, prompt: [...prompts, 'consent'].join(' ') }
}

function counted(before: PracticeStatistics, ctx: KoaContextWithOIDC): PracticeStatistics {
  if (ctx.method !== 'POST') return before
  // A request that no route took has no `oidc`, whatever the type says.
  const oidc = ctx.oidc as KoaContextWithOIDC['oidc'] | undefined
  if (ctx.path === practicePaths.token) return countTokenRequest(before, oidc?.params?.grant_type, ctx.status === 200)
  if (ctx.path !== practicePaths.revocation || ctx.status !== 200) return before
  const revoked = oidc?.entities.RefreshToken ?? oidc?.entities.AccessToken
  return revoked === undefined ? before : { ...before, revocations: before.revocations + 1 }
}
