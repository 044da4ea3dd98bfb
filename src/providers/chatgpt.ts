import type { ProviderDefinition } from '../oauth/index.ts'
import { openidIdentity } from './openid-identity.ts'
import { chatgptRules } from './rules.ts'

const issuer = 'https://auth.openai.com'
/** What the token is for. It names the API and is sent as it is. */
const resource = 'https://api.openai.com/v1'

/**
 * "Sign in with ChatGPT": OpenAI's documented way for a local app to use a Plus or Pro plan under a name of its own. The first sign-in
 * registers this installation and is issued a client id, which later ones of the same account use.
 */
export const chatgpt: ProviderDefinition = {
  id: 'chatgpt',
  aliases: ['siwc'],
  name: 'ChatGPT',
  issuer,
  flows: ['browser', 'paste'],
  rules: chatgptRules,
  accountPage: 'https://chatgpt.com/#settings',
  authorizationEndpoint: `${issuer}/api/accounts/authorize`,
  tokenEndpoint: `${issuer}/api/accounts/oauth/token`,
  jwksUri: `${issuer}/.well-known/jwks.json`,
  // The sources disagree about where to revoke, so that the server is asked.
  discovery: 'own_origin',
  clientId: 'dynamic_agent_client',
  registration: {
    first: ({ id }) => ({ agent_name_hint: 'TokenTray', ext_agent_host_id: `urn:uuid:${id}` }),
    later: ({ id }) => ({ ext_agent_host_id: `urn:uuid:${id}` }),
    issued: /^oaiapp_[\w-]+$/,
  },
  scope: 'openid profile email offline_access resource.invoke chatgpt.tokens.use.direct',
  requiredScope: 'chatgpt.tokens.use.direct',
  redirect: { path: '/auth/callback', ports: [0] },
  authorizationParameters: { resource },
  tokenParameters: { resource },
  refreshEncoding: 'form',
  revocationEncoding: 'form',
  terminalErrors: {
    invalid_refresh_token: 'unknown',
    token_expired: 'end_of_life',
    refresh_token_expired: 'end_of_life',
    refresh_token_invalidated: 'revoked',
    refresh_token_reused: 'used_elsewhere',
  },
  expiry: 'expires_in',
  api: { baseUrl: resource, check: `${resource}/models` },
  identity: openidIdentity,
}
