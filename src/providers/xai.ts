import type { ProviderDefinition } from '../oauth/index.ts'
import { openidIdentity } from './openid-identity.ts'
import { xaiRules } from './rules.ts'

const issuer = 'https://auth.x.ai'
const api = { baseUrl: 'https://api.x.ai/v1', check: 'https://api.x.ai/v1/models' }

/** SuperGrok and X Premium, by device code. A refresh may leave the refresh token as it is. */
export const xai: ProviderDefinition = {
  id: 'xai',
  aliases: ['grok'],
  name: 'xAI Grok',
  issuer,
  flows: ['device'],
  keys: [{ kind: 'api_key', name: 'API key', pattern: /^xai-[\w-]{16,}$/, where: 'https://console.x.ai', api }],
  rules: xaiRules,
  accountPage: 'https://accounts.x.ai',
  deviceAuthorizationEndpoint: `${issuer}/oauth2/device/code`,
  tokenEndpoint: `${issuer}/oauth2/token`,
  clientId: 'b1a00492-073a-47ea-816f-4c329264a828',
  scope: 'openid profile email offline_access grok-cli:access api:access',
  device: { parameters: { referrer: 'tokentray' } },
  refreshEncoding: 'form',
  revocationEncoding: 'form',
  terminalErrors: {},
  expiry: 'expires_in',
  api,
  identity: openidIdentity,
}
