// "Sign in with ChatGPT": OpenID Connect with a client id that is issued to each installation.
import { type Answer, type DoubleRequest, fault, good, oauthError, refusal } from './answer.ts'
import { type Decision, standardParameters } from './codes.ts'
import type { DoubleGrant } from './grants.ts'
import type { Ground, Server } from './ground.ts'
import { anything, grantTypeOf, requireGet, takeBody } from './parameters.ts'
import { profileOf } from './person.ts'
import { randomSecret, randomWord } from './random.ts'

const provider = 'chatgpt'
const firstClientId = 'dynamic_agent_client'
/** It names the API and is not moved with TOKENTRAY_UPSTREAM. */
const resource = 'https://api.openai.com/v1'
const scope = 'openid profile email offline_access resource.invoke chatgpt.tokens.use.direct'
const paths = {
  authorize: '/api/accounts/authorize',
  token: '/api/accounts/oauth/token',
  revoke: '/api/accounts/oauth/revoke',
  keys: '/.well-known/jwks.json',
}

const common = {
  ...standardParameters,
  client_id: anything,
  redirect_uri: /^http:\/\/127\.0\.0\.1:[1-9]\d{0,4}\/auth\/callback$/,
  scope,
  resource,
  nonce: /^[\x21-\x7e]{22,}$/,
  ext_agent_host_id: /^urn:uuid:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
}
const optional = { prompt: anything, login_hint: anything, id_token_hint: anything }

const refusals = {
  spent: oauthError(400, 'invalid_grant', 'The refresh token was already used. The sign-in has ended.'),
  ended: oauthError(400, 'invalid_grant', 'The sign-in has ended.'),
  replayEndsGrant: true,
} as const

/** The client ids that were issued, with the installation of each. */
type Registrations = Map<string, string>

export function chatgpt(ground: Ground): Server {
  const registrations: Registrations = new Map()
  const nonces = new WeakMap<DoubleGrant, string>()
  return {
    routes: {
      '/.well-known/openid-configuration': (request) => {
        requireGet(provider, request)
        return good(metadata(ground.origin))
      },
      [paths.keys]: (request) => {
        requireGet(provider, request)
        return good(ground.signing.jwks())
      },
      [paths.token]: (request) =>
        grantTypeOf(request) === 'refresh_token'
          ? refresh(ground, registrations, nonces, request)
          : exchange(ground, registrations, nonces, request),
      [paths.revoke]: (request) => {
        const expected = { token: anything, token_type_hint: 'refresh_token', client_id: anything }
        const body = takeBody(provider, request, 'form', expected)
        requireIssued(registrations, body.client_id)
        ground.grants.revoke(provider, body.token, body.client_id)
        return good()
      },
    },
    approve: (url, decision) => (url.pathname === paths.authorize ? approve(ground, registrations, url, decision) : undefined),
  }
}

function metadata(origin: string) {
  return {
    issuer: origin,
    authorization_endpoint: origin + paths.authorize,
    token_endpoint: origin + paths.token,
    revocation_endpoint: origin + paths.revoke,
    jwks_uri: origin + paths.keys,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  }
}

function approve(ground: Ground, registrations: Registrations, url: URL, decision: Decision): string {
  const clientId = url.searchParams.get('client_id') ?? ''
  const host = url.searchParams.get('ext_agent_host_id') ?? ''
  const first = clientId === firstClientId
  const registered = registrations.get(clientId)
  const further = [
    ...(first || registered !== undefined ? [] : ['client_id was never issued']),
    ...(registered === undefined || registered === host ? [] : ['ext_agent_host_id is of another installation']),
  ]
  const expected = first ? { ...common, agent_name_hint: anything } : common
  const value = ground.codes.readRequest(provider, url, expected, optional, further)
  const issuedId = first ? randomWord('oaiapp_') : clientId
  if (decision.deny === undefined) registrations.set(issuedId, host)
  const issued = {
    provider,
    clientId: issuedId,
    challenge: value('code_challenge'),
    redirectUri: value('redirect_uri'),
    scope: decision.scope ?? scope,
    person: ground.person,
    state: value('state'),
    nonce: value('nonce'),
  } as const
  return ground.codes.redirect(issued, decision, { client_id: issuedId })
}

function exchange(
  ground: Ground,
  registrations: Registrations,
  nonces: WeakMap<DoubleGrant, string>,
  request: DoubleRequest,
): Answer {
  const body = takeBody(provider, request, 'form', {
    grant_type: 'authorization_code',
    client_id: anything,
    code: anything,
    code_verifier: anything,
    redirect_uri: anything,
    resource,
  })
  const { code, code_verifier: verifier, redirect_uri: redirectUri, client_id: clientId } = body
  requireIssued(registrations, clientId)
  const taken = ground.codes.take(provider, { code, verifier, redirectUri, clientId })
  if (taken.person.plan === 'free') {
    const answer = oauthError(400, 'invalid_grant', 'This account cannot share its plan.')
    throw refusal(`${provider}: the plan is not eligible.`, answer)
  }
  const grant = ground.grants.open({ provider, clientId, person: taken.person, scope: taken.scope })
  if (taken.nonce !== undefined) nonces.set(grant, taken.nonce)
  return good({ ...tokens(ground, grant, taken.nonce), refresh_token: ground.grants.rotate(grant, randomSecret('rt-')) })
}

function refresh(
  ground: Ground,
  registrations: Registrations,
  nonces: WeakMap<DoubleGrant, string>,
  request: DoubleRequest,
): Answer {
  const expected = { grant_type: 'refresh_token', client_id: anything, refresh_token: anything, resource }
  const body = takeBody(provider, request, 'form', expected)
  requireIssued(registrations, body.client_id)
  const grant = ground.grants.takeRefresh(provider, body.client_id, body.refresh_token, refusals)
  return good({ ...tokens(ground, grant, nonces.get(grant)), ...ground.grants.renew(grant, 'rt-') })
}

function requireIssued(registrations: Registrations, clientId: string): void {
  if (registrations.has(clientId)) return
  const sentence = `${provider}: ${clientId === firstClientId ? firstClientId : 'a client id that nobody issued'} was sent with a token request.`
  throw fault(sentence, oauthError(401, 'invalid_client', sentence))
}

function tokens(ground: Ground, grant: DoubleGrant, nonce: string | undefined) {
  const lifetime = ground.lifetime(3_600)
  const { person, clientId } = grant
  const claims = {
    aud: clientId,
    azp: clientId,
    sub: person.user,
    ...profileOf(person),
    ...(nonce === undefined ? {} : { nonce }),
  }
  return {
    access_token: ground.grants.addAccess(grant, randomSecret('at-'), lifetime),
    id_token: ground.jwt(3_600, claims, person),
    token_type: 'Bearer',
    expires_in: lifetime,
    scope: grant.scope,
    earliest_refresh_at: Math.floor(Date.now() / 1000) + (ground.options.earliestRefresh ?? 0),
  }
}
