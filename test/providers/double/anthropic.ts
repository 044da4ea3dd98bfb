// Anthropic: a code that a page shows or a loopback redirect, JSON at the token endpoint, and what is asked with the token.
import { type Answer, type DoubleRequest, fault, good, oauthError, refusal } from './answer.ts'
import { type Decision, standardParameters } from './codes.ts'
import { bearerOf, type DoubleGrant } from './grants.ts'
import type { Ground, Server } from './ground.ts'
import { anything, grantTypeOf, requireGet, takeBody } from './parameters.ts'
import { randomSecret } from './random.ts'

const provider = 'anthropic'
const clientId = '9d1c250a-e61b-44d9-88ed-5944d1962f5e'
/** A name that the server compares; it is not moved with TOKENTRAY_UPSTREAM. */
const codePage = 'https://platform.claude.com/oauth/code/callback'
const loopback = /^http:\/\/localhost:[1-9]\d{0,4}\/callback$/

const scopes = [
  'org:create_api_key',
  'user:profile',
  'user:inference',
  'user:sessions:claude_code',
  'user:mcp_servers',
  'user:file_upload',
]

/** The errors of the API, which are not those of the token endpoint. */
export const anthropicError = (status: number, type: string, message: string): Answer => ({
  status,
  body: { type: 'error', error: { type, message } },
})

const refusals = {
  spent: oauthError(400, 'invalid_grant', 'Refresh token not found or invalid'),
  ended: oauthError(400, 'invalid_grant', 'Refresh token not found or invalid'),
}

export function anthropic(ground: Ground): Server {
  return {
    routes: {
      '/v1/oauth/token': (request) =>
        grantTypeOf(request) === 'refresh_token' ? refresh(ground, request) : exchange(ground, request),
      '/api/oauth/profile': (request) => {
        const { person } = signedIn(ground, request)
        const mail = person.email === undefined ? {} : { email: person.email }
        return good({
          account: { uuid: person.user, full_name: person.name, display_name: person.name, ...mail },
          organization: { uuid: person.workspace, name: person.name, organization_type: `claude_${person.plan}` },
        })
      },
      '/api/oauth/usage': (request) => {
        signedIn(ground, request)
        return good(usageOf())
      },
    },
    approve: (url, decision) => {
      const mine = url.pathname === '/oauth/authorize' && url.searchParams.get('client_id') === clientId
      return mine ? approve(ground, url, decision) : undefined
    },
  }
}

function approve(ground: Ground, url: URL, decision: Decision): string {
  const asked = (url.searchParams.get('scope') ?? '').split(' ')
  const missing = ['user:inference', 'user:profile'].filter((name) => !asked.includes(name))
  const unknown = asked.filter((name) => !scopes.includes(name))
  const further = [
    ...missing.map((name) => `scope has no ${name}`),
    ...(unknown.length === 0 ? [] : [`scope has ${unknown.join(' ')}`]),
  ]
  const shows = url.searchParams.get('redirect_uri') === codePage
  const expected = { ...standardParameters, client_id: clientId, scope: anything, redirect_uri: shows ? codePage : loopback }
  const shown = { code: 'true' }
  const value = ground.codes.readRequest(provider, url, shows ? { ...expected, ...shown } : expected, shows ? {} : shown, further)
  const issued = {
    provider,
    clientId,
    challenge: value('code_challenge'),
    redirectUri: value('redirect_uri'),
    scope: decision.scope ?? value('scope'),
    person: ground.person,
    state: value('state'),
  } as const
  if (shows && decision.deny === undefined) return `${ground.codes.issue(issued)}#${issued.state}`
  return ground.codes.redirect(issued, decision)
}

function exchange(ground: Ground, request: DoubleRequest): Answer {
  const body = takeBody(provider, request, 'json', {
    grant_type: 'authorization_code',
    client_id: clientId,
    // Whoever pastes has the state behind the code.
    code: /^[^#]+$/,
    state: anything,
    redirect_uri: anything,
    code_verifier: anything,
  })
  const { code, code_verifier: verifier, redirect_uri: redirectUri, state } = body
  const taken = ground.codes.take(provider, { code, verifier, redirectUri, state })
  const grant = ground.grants.open({ provider, clientId, person: taken.person, scope: taken.scope })
  return good({ ...tokens(ground, grant), refresh_token: ground.grants.rotate(grant, randomSecret('sk-ant-ort01-')) })
}

function refresh(ground: Ground, request: DoubleRequest): Answer {
  const expected = { grant_type: 'refresh_token', refresh_token: anything, client_id: clientId }
  const body = takeBody(provider, request, 'json', expected)
  const grant = ground.grants.takeRefresh(provider, clientId, body.refresh_token, refusals)
  return good({ ...tokens(ground, grant), ...ground.grants.renew(grant, 'sk-ant-ort01-') })
}

function tokens(ground: Ground, grant: DoubleGrant) {
  const { user, workspace, name, email } = grant.person
  const lifetime = ground.lifetime(28_800)
  return {
    access_token: ground.grants.addAccess(grant, randomSecret('sk-ant-oat01-'), lifetime),
    token_type: 'Bearer',
    expires_in: lifetime,
    scope: grant.scope,
    organization: { uuid: workspace, name },
    account: { uuid: user, ...(email === undefined ? {} : { email_address: email }) },
  }
}

/**
 * The token of a plan, be it of a login or of `claude setup-token`, which answers undefined. Throws unless it is good and marked as
 * one.
 */
export function takePlanToken(ground: Ground, request: DoubleRequest): DoubleGrant | undefined {
  requireGet(provider, request)
  const { 'anthropic-beta': betas = '', 'user-agent': agent = '', 'x-api-key': key } = request.headers
  if (key !== undefined) throw fault(`${provider}: a plan token goes without x-api-key.`)
  if (!betas.split(/,\s*/).includes('oauth-2025-04-20')) {
    throw fault(
      `${provider}: anthropic-beta has no oauth-2025-04-20.`,
      anthropicError(401, 'authentication_error', 'OAuth authentication is currently not supported.'),
    )
  }
  if (agent === '') throw fault(`${provider}: the API was asked without a User-Agent.`)
  const token = bearerOf(request)
  const unknown = anthropicError(401, 'authentication_error', 'Invalid bearer token')
  if (token === undefined) throw fault(`${provider}: the API was asked without a token.`, unknown)
  if (ground.apiKeys.has(token)) throw fault(`${provider}: an API key was sent as a bearer token.`, unknown)
  if (ground.setupTokens.has(token)) return undefined
  const grant = ground.grants.findAccess(provider, token)
  if (grant === undefined) throw refusal(`${provider}: the access token is not good.`, unknown)
  return grant
}

/** The login of a request that needs `user:profile`, which a setup token never has. */
function signedIn(ground: Ground, request: DoubleRequest): DoubleGrant {
  const grant = takePlanToken(ground, request)
  if (grant?.scope.split(' ').includes('user:profile')) return grant
  throw refusal(
    `${provider}: ${request.path} was asked without the scope user:profile.`,
    anthropicError(403, 'permission_error', 'OAuth token does not meet scope requirement user:profile'),
  )
}

function usageOf() {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
  return {
    five_hour: { utilization: 12, resets_at: at(3) },
    seven_day: { utilization: 40, resets_at: at(100) },
    seven_day_opus: null,
    seven_day_sonnet: { utilization: 3, resets_at: at(100) },
    iguana_necktie: null,
    extra_usage: { is_enabled: false, monthly_limit: 0, used_credits: 0, utilization: 0, currency: 'USD' },
    limits: [],
  }
}
