import { objectClaim, type ProviderDefinition, textClaim } from '../oauth/index.ts'
import { anthropicApi, anthropicKeys, anthropicSubscription } from './anthropic-api.ts'
import { anthropicUsage } from './anthropic-usage.ts'
import { anthropicRules } from './rules.ts'

const platform = 'https://platform.claude.com'
/** Claude Pro and Max, and what Anthropic offers to programs instead: its last page shows `code#state` to paste, bodies are JSON. */
export const anthropic: ProviderDefinition = {
  id: 'anthropic',
  aliases: ['claude'],
  name: 'Anthropic Claude',
  issuer: platform,
  flows: ['paste', 'browser'],
  keys: anthropicKeys,
  rules: anthropicRules,
  accountPage: 'https://claude.ai/settings/account',
  authorizationEndpoint: 'https://claude.ai/oauth/authorize',
  tokenEndpoint: `${platform}/v1/oauth/token`,
  clientId: '9d1c250a-e61b-44d9-88ed-5944d1962f5e',
  scope: 'org:create_api_key user:profile user:inference',
  redirect: { host: 'localhost', path: '/callback', ports: [0], codePage: `${platform}/oauth/code/callback` },
  codePageParameters: { code: 'true' },
  codeEncoding: 'json',
  codeRequest: (standard) => standard,
  refreshEncoding: 'json',
  revocationEncoding: 'json',
  terminalErrors: {},
  expiry: 'expires_in',
  api: {
    ...anthropicSubscription,
    check: `${anthropicApi}/api/oauth/profile`,
    usage: { url: `${anthropicApi}/api/oauth/usage`, read: anthropicUsage },
  },
  identity: ({ response }) => {
    const [account, organization] = [objectClaim(response, 'account'), objectClaim(response, 'organization')]
    const [user, place] = [textClaim(account, 'uuid'), textClaim(organization, 'uuid')]
    const [email, name] = [textClaim(account, 'email_address'), textClaim(organization, 'name')]
    return {
      ...(user === undefined ? {} : { key: place === undefined ? user : `${user}/${place}` }),
      ...(email === undefined ? {} : { email }),
      ...(name === undefined ? {} : { name }),
    }
  },
}
