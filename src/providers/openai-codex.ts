import { objectClaim, type ProviderDefinition, textClaim } from '../oauth/index.ts'

const issuer = 'https://auth.openai.com'
/** TokenTray names itself; OpenAI accepts an honest name of a third party at login and at inference. */
const originator = 'tokentray'

/**
 * The ChatGPT plan through the client id of the Codex CLI, a public client. The redirect ports 1455 and 1457 are the ones that
 * OpenAI has registered for it. An access token lives about ten days and says so in its `exp`; `expires_in` is not relied on.
 */
export const openaiCodex: ProviderDefinition = {
  id: 'openai-codex',
  aliases: ['codex', 'openai'],
  name: 'OpenAI Codex',
  issuer,
  authorizationEndpoint: `${issuer}/oauth/authorize`,
  tokenEndpoint: `${issuer}/oauth/token`,
  revocationEndpoint: `${issuer}/oauth/revoke`,
  clientId: 'app_EMoamEEZ73f0CkXaXp7hrann',
  scope: 'openid profile email offline_access',
  redirect: { path: '/auth/callback', ports: [1455, 1457] },
  authorizationParameters: { id_token_add_organizations: 'true', codex_cli_simplified_flow: 'true', originator },
  refreshEncoding: 'json',
  revocationEncoding: 'json',
  terminalErrors: {
    refresh_token_expired: 'end_of_life',
    refresh_token_reused: 'used_elsewhere',
    refresh_token_invalidated: 'revoked',
  },
  expiry: 'jwt',
  apiBaseUrl: 'https://chatgpt.com/backend-api/codex',
  identity: (idToken, accessToken) => {
    const claims = { ...objectClaim(accessToken, namespace), ...objectClaim(idToken, namespace) }
    const workspace = textClaim(claims, 'chatgpt_account_id')
    const user = textClaim(claims, 'chatgpt_user_id') ?? textClaim(claims, 'user_id') ?? textClaim(idToken, 'sub')
    const email = textClaim(idToken, 'email') ?? textClaim(objectClaim(accessToken, profile), 'email')
    const plan = textClaim(claims, 'chatgpt_plan_type')
    return {
      // Two members of one workspace and one member of two workspaces are different accounts, so the key has both.
      ...(user === undefined || workspace === undefined ? {} : { key: `${user}/${workspace}` }),
      ...(email === undefined ? {} : { email }),
      ...(plan === undefined ? {} : { plan }),
      ...(workspace === undefined ? {} : { attributes: { workspace } }),
    }
  },
  headers: ({ attributes }) => ({
    originator,
    ...(attributes?.workspace === undefined ? {} : { 'ChatGPT-Account-Id': attributes.workspace }),
  }),
}

const namespace = 'https://api.openai.com/auth'
const profile = 'https://api.openai.com/profile'
