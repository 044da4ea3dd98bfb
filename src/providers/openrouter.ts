import { numberClaim, objectClaim, type ProviderDefinition, textClaim } from '../oauth/index.ts'
import { openrouterRules } from './rules.ts'

const issuer = 'https://openrouter.ai'
const key = `${issuer}/api/v1/key`
const api = {
  baseUrl: `${issuer}/api/v1`,
  check: key,
  usage: {
    url: key,
    read: (body: Readonly<Record<string, unknown>>) => {
      const remaining = numberClaim(objectClaim(body, 'data'), 'limit_remaining')
      return { windows: [], ...(remaining === undefined ? {} : { credits: { remaining, unit: 'USD' } }) }
    },
  },
}

/**
 * OpenRouter: PKCE through the browser that yields a key without an end. It is not quite OAuth: the redirect URI has a name of its own,
 * no client id is wanted and no `state` comes back, so that the state is in the path.
 */
export const openrouter: ProviderDefinition = {
  id: 'openrouter',
  aliases: [],
  name: 'OpenRouter',
  issuer,
  flows: ['browser', 'paste'],
  keys: [{ kind: 'api_key', name: 'API key', pattern: /^sk-or-[\w-]{16,}$/, where: `${issuer}/settings/keys`, api }],
  rules: openrouterRules,
  accountPage: `${issuer}/settings/keys`,
  authorizationEndpoint: `${issuer}/auth`,
  tokenEndpoint: `${issuer}/api/v1/auth/keys`,
  clientId: 'none',
  scope: '',
  redirect: { host: 'localhost', path: '/auth/callback', ports: [0], stateInPath: true },
  authorizationRequest: ({ redirect_uri: callback = '', code_challenge: challenge = '' }) => ({
    callback_url: callback,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }),
  codeEncoding: 'json',
  codeRequest: ({ code = '', code_verifier: verifier = '' }) => ({
    code,
    code_verifier: verifier,
    code_challenge_method: 'S256',
  }),
  tokenMember: 'key',
  yields: 'api_key',
  refreshEncoding: 'form',
  revocationEncoding: 'form',
  terminalErrors: {},
  expiry: 'expires_in',
  api,
  identity: ({ response }) => {
    const user = textClaim(response, 'user_id')
    return user === undefined ? {} : { key: user }
  },
}
