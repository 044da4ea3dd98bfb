import type { ProviderDefinition } from '../oauth/index.ts'
import { openaiDevice } from './openai-device.ts'
import { openaiIdentity } from './openai-identity.ts'
import { openaiKey } from './openai-key.ts'
import { codexUsage } from './openai-usage.ts'
import { openaiCodexRules } from './rules.ts'

const issuer = 'https://auth.openai.com'
const backend = 'https://chatgpt.com/backend-api'
/** TokenTray names itself; OpenAI accepts an honest name of a third party at login and at inference. */
const originator = 'tokentray'

/**
 * The ChatGPT plan through the client id of the Codex CLI, a public client. The redirect URI and the ports 1455 and 1457 are what
 * OpenAI has registered for it. An access token lives about ten days and says so in its `exp`; `expires_in` is not relied on.
 */
export const openaiCodex: ProviderDefinition = {
  id: 'openai-codex',
  aliases: ['codex', 'openai'],
  name: 'OpenAI Codex',
  issuer,
  flows: ['browser', 'device', 'paste'],
  keys: [openaiKey],
  rules: openaiCodexRules,
  accountPage: 'https://chatgpt.com/#settings/Security',
  authorizationEndpoint: `${issuer}/oauth/authorize`,
  tokenEndpoint: `${issuer}/oauth/token`,
  revocationEndpoint: `${issuer}/oauth/revoke`,
  clientId: 'app_EMoamEEZ73f0CkXaXp7hrann',
  scope: 'openid profile email offline_access',
  redirect: { host: 'localhost', path: '/auth/callback', ports: [1455, 1457] },
  authorizationParameters: { id_token_add_organizations: 'true', codex_cli_simplified_flow: 'true', originator },
  anotherAccountParameters: { prompt: 'login', max_age: '0' },
  device: { dialect: openaiDevice },
  refreshEncoding: 'json',
  revocationEncoding: 'json',
  terminalErrors: {
    refresh_token_expired: 'end_of_life',
    refresh_token_reused: 'used_elsewhere',
    refresh_token_invalidated: 'revoked',
  },
  terminalStatuses: [401],
  refusals: [
    {
      says: /missing_codex_entitlement/,
      description: 'The plan or the workspace you signed in with has no Codex.',
      fix: 'Choose another workspace or account in the browser, or ask who runs the workspace.',
    },
  ],
  expiry: 'jwt',
  api: {
    baseUrl: `${backend}/codex`,
    headers: ({ attributes }) => ({
      originator,
      ...(attributes?.workspace === undefined ? {} : { 'ChatGPT-Account-Id': attributes.workspace }),
    }),
    check: `${backend}/wham/usage`,
    usage: { url: `${backend}/wham/usage`, read: codexUsage },
  },
  identity: openaiIdentity,
}
