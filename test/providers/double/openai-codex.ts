// OpenAI with the client id of the Codex CLI: the authorization code flow, refresh, revocation and use.
import { type Answer, type DoubleRequest, fault, good, refusal } from './answer.ts'
import { standardParameters } from './codes.ts'
import { bearerOf, type DoubleGrant } from './grants.ts'
import type { Ground, Server } from './ground.ts'
import { anything, grantTypeOf, requireGet, takeBody } from './parameters.ts'
import { type Person, profileOf } from './person.ts'
import { randomSecret } from './random.ts'

const provider = 'openai-codex'
export const codexClientId = 'app_EMoamEEZ73f0CkXaXp7hrann'
/** A name that the server compares; it is not moved with TOKENTRAY_UPSTREAM. */
export const codexDeviceRedirect = 'https://auth.openai.com/deviceauth/callback'
const scope = 'openid profile email offline_access'
/** Any name but one of OpenAI's own programs. */
const honest = /^(?!codex)[\x20-\x7e]+$/i

const parameters = {
  ...standardParameters,
  client_id: codexClientId,
  redirect_uri: /^http:\/\/localhost:(1455|1457)\/auth\/callback$/,
  scope,
  id_token_add_organizations: 'true',
  codex_cli_simplified_flow: 'true',
  originator: honest,
}
const optional = { prompt: anything, max_age: /^\d+$/, allowed_workspace_id: anything }

/** OpenAI nests what other servers write on top. */
export const openaiError = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code } },
})

const refusals = {
  spent: openaiError(
    401,
    'refresh_token_reused',
    'Your refresh token has already been used to generate a new access token. Please try signing in again.',
  ),
  ended: openaiError(401, 'refresh_token_invalidated', 'Your session has ended. Please log in again.'),
}

export function openaiCodex(ground: Ground): Server {
  return {
    routes: {
      '/oauth/token': (request) =>
        grantTypeOf(request) === 'refresh_token' ? refresh(ground, request) : exchange(ground, request),
      '/oauth/revoke': (request) => revoke(ground, request),
      '/backend-api/wham/usage': (request) => usage(ground, request),
    },
    approve: (url, decision) => {
      if (url.pathname !== '/oauth/authorize' || url.searchParams.get('client_id') !== codexClientId) return undefined
      const value = ground.codes.readRequest(provider, url, parameters, optional)
      const issued = {
        provider,
        clientId: codexClientId,
        challenge: value('code_challenge'),
        redirectUri: value('redirect_uri'),
        scope: decision.scope ?? scope,
        person: ground.person,
        state: value('state'),
      } as const
      return ground.codes.redirect(issued, decision)
    },
  }
}

function exchange(ground: Ground, request: DoubleRequest): Answer {
  const body = takeBody(provider, request, 'form', {
    grant_type: 'authorization_code',
    code: anything,
    redirect_uri: anything,
    client_id: codexClientId,
    code_verifier: anything,
  })
  const { code, code_verifier: verifier, redirect_uri: redirectUri } = body
  const taken = ground.codes.take(provider, { code, verifier, redirectUri })
  const { person, scope: granted } = taken
  const grant = ground.grants.open({ provider, clientId: codexClientId, person, scope: granted })
  return good({ ...tokens(ground, grant), refresh_token: ground.grants.rotate(grant, randomSecret('rt_')) })
}

function refresh(ground: Ground, request: DoubleRequest): Answer {
  const body = takeBody(provider, request, 'json', {
    client_id: codexClientId,
    grant_type: 'refresh_token',
    refresh_token: anything,
  })
  const grant = ground.grants.takeRefresh(provider, codexClientId, body.refresh_token, refusals)
  return good({ ...tokens(ground, grant), ...ground.grants.renew(grant, 'rt_') })
}

function revoke(ground: Ground, request: DoubleRequest): Answer {
  const isRefresh = typeof request.body === 'object' && request.body.token_type_hint === 'refresh_token'
  const hint = { token: anything, token_type_hint: /^(refresh|access)_token$/ }
  const client = { client_id: codexClientId }
  const body = takeBody(provider, request, 'json', isRefresh ? { ...hint, ...client } : hint, isRefresh ? {} : client)
  ground.grants.revoke(provider, body.token, isRefresh ? codexClientId : undefined)
  return good()
}

/** The claims of both tokens; an organization is one of the API platform and no workspace. */
function tokens(ground: Ground, grant: DoubleGrant) {
  const { person } = grant
  const lifetime = ground.lifetime(864_000)
  const auth = { 'https://api.openai.com/auth': accountOf(person) }
  const { email, ...named } = profileOf(person)
  const idToken = {
    aud: [codexClientId],
    sub: `auth0|${person.user}`,
    ...named,
    ...(email === undefined ? {} : { email }),
    ...auth,
  }
  const accessToken = {
    aud: ['https://api.openai.com/v1'],
    client_id: codexClientId,
    sub: `auth0|${person.user}`,
    scp: grant.scope.split(' '),
    ...auth,
    ...(email === undefined ? {} : { 'https://api.openai.com/profile': { email, email_verified: true } }),
  }
  return {
    id_token: ground.jwt(3_600, idToken, person),
    access_token: ground.grants.addAccess(grant, ground.jwt(lifetime, accessToken, person), lifetime),
    token_type: 'Bearer',
    expires_in: lifetime,
  }
}

const accountOf = ({ user, workspace, plan }: Person) => ({
  chatgpt_account_id: workspace,
  chatgpt_plan_type: plan,
  chatgpt_user_id: user,
  user_id: user,
  organizations: [{ id: `org-of-${user}`, is_default: true, role: 'owner', title: 'Personal' }],
  groups: [],
  completed_platform_onboarding: true,
  is_org_owner: true,
})

function usage(ground: Ground, request: DoubleRequest): Answer {
  requireGet(provider, request)
  const { originator, 'chatgpt-account-id': account, 'user-agent': agent = '' } = request.headers
  if (agent === '') throw fault(`${provider}: the usage was asked without a User-Agent.`)
  if (originator !== undefined && !honest.test(originator)) throw fault(`${provider}: the originator is one of OpenAI's own.`)
  const token = bearerOf(request)
  if (token === undefined)
    throw fault(`${provider}: the usage was asked without a token.`, openaiError(401, 'no_token', 'No token.'))
  const grant = ground.grants.findAccess(provider, token)
  if (grant === undefined) {
    throw refusal(
      `${provider}: the access token is not good.`,
      openaiError(401, 'token_expired', 'Provided authentication token is expired. Please try signing in again.'),
    )
  }
  const { workspace, plan } = grant.person
  if (account !== workspaceOf(grant.person)) {
    throw fault(
      `${provider}: ChatGPT-Account-Id is missing or of another workspace.`,
      openaiError(403, 'forbidden', 'Forbidden.'),
    )
  }
  return good(usageOf(workspace, plan))
}

/** The workspace that the tokens of a person tell; undefined when their claims were replaced by some without. */
function workspaceOf({ workspace, claims = {} }: Person): string | undefined {
  if (!Object.hasOwn(claims, 'https://api.openai.com/auth')) return workspace
  const replaced = claims['https://api.openai.com/auth'] as Readonly<Record<string, unknown>> | null | undefined
  return replaced?.chatgpt_account_id === undefined ? undefined : String(replaced.chatgpt_account_id)
}

function usageOf(workspace: string, plan: string) {
  const window = (percent: number, length: number, left: number) => ({
    used_percent: percent,
    limit_window_seconds: length,
    reset_after_seconds: left,
    reset_at: Math.floor(Date.now() / 1000) + left,
  })
  return {
    account_id: workspace,
    plan_type: plan,
    rate_limit: {
      allowed: true,
      limit_reached: false,
      primary_window: window(15, 18_000, 1_234),
      secondary_window: window(5, 604_800, 9_999),
    },
    credits: { has_credits: true, unlimited: false, balance: '150.0' },
    additional_rate_limits: [],
  }
}
