import { type ProviderDefinition, textClaim } from '../oauth/index.ts'
import { copilotHeaders, copilotToken } from './copilot-token.ts'
import { copilotUsage } from './copilot-usage.ts'
import { githubCopilotRules } from './rules.ts'

const github = 'https://github.com'
const api = 'https://api.github.com'

/**
 * GitHub Copilot: the person signs in to GitHub once, by device code, and that token has no end. The token that the API takes is made of
 * it and lives half an hour.
 */
export const githubCopilot: ProviderDefinition = {
  id: 'github-copilot',
  aliases: ['copilot'],
  name: 'GitHub Copilot',
  issuer: github,
  flows: ['device'],
  keys: [
    {
      kind: 'github_token',
      name: 'GitHub token',
      pattern: /^(gh[opu]_|github_pat_)\w{16,}$/,
      where: 'run `gh auth token`, which prints it',
      api: { baseUrl: 'https://api.githubcopilot.com' },
    },
  ],
  rules: githubCopilotRules,
  accountPage: `${github}/settings/applications`,
  deviceAuthorizationEndpoint: `${github}/login/device/code`,
  tokenEndpoint: `${github}/login/oauth/access_token`,
  clientId: 'Iv1.b507a08c87ecfe98',
  scope: 'read:user',
  refreshEncoding: 'form',
  revocationEncoding: 'form',
  terminalErrors: {},
  refusals: [
    {
      says: /^40[34]:/,
      description: 'You signed in to GitHub, but this account has no Copilot.',
      fix: 'Look at https://github.com/settings/copilot, or sign in with the account that has it.',
    },
  ],
  expiry: 'expires_in',
  derived: copilotToken,
  api: {
    baseUrl: 'https://api.individual.githubcopilot.com',
    headers: (_identity, installation) => copilotHeaders(installation),
    check: `${api}/copilot_internal/user`,
    usage: { url: `${api}/copilot_internal/user`, read: copilotUsage },
    asksWithSource: true,
  },
  identity: () => ({}),
  person: {
    url: `${api}/user`,
    read: (body) => {
      const [id, name] = [textClaim(body, 'id'), textClaim(body, 'login')]
      return { ...(id === undefined ? {} : { key: `github.com/${id}` }), ...(name === undefined ? {} : { name }) }
    },
  },
}
