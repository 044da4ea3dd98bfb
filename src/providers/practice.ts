import type { ProviderDefinition } from '../oauth/index.ts'
import {
  practiceApiUrl,
  practiceClientId,
  practiceIssuer,
  practicePaths,
  practiceRedirectPath,
  practiceRedirectPorts,
  practiceScopes,
} from '../practice/constants.ts'
import { openidIdentity } from './openid-identity.ts'

const issuer = practiceIssuer()

/** The offline server of `src/practice`, to try everything without an account. */
export const practice: ProviderDefinition = {
  id: 'practice',
  aliases: [],
  name: 'Practice',
  issuer,
  flows: ['browser', 'device', 'paste'],
  authorizationEndpoint: issuer + practicePaths.authorization,
  deviceAuthorizationEndpoint: issuer + practicePaths.deviceAuthorization,
  tokenEndpoint: issuer + practicePaths.token,
  revocationEndpoint: issuer + practicePaths.revocation,
  clientId: practiceClientId,
  scope: practiceScopes.join(' '),
  redirect: { path: practiceRedirectPath, ports: practiceRedirectPorts },
  refreshEncoding: 'form',
  revocationEncoding: 'form',
  terminalErrors: {},
  expiry: 'expires_in',
  api: { baseUrl: practiceApiUrl(), check: `${practiceApiUrl()}/whoami` },
  identity: openidIdentity,
}
