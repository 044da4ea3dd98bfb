import { type ProviderDefinition, textClaim } from '../oauth/index.ts'
import {
  practiceApiUrl,
  practiceClientId,
  practiceIssuer,
  practicePaths,
  practiceRedirectPath,
  practiceRedirectPorts,
  practiceScopes,
} from '../practice/constants.ts'

const issuer = practiceIssuer()

/** The offline server of `src/practice`, to try everything without an account. */
export const practice: ProviderDefinition = {
  id: 'practice',
  aliases: [],
  name: 'Practice',
  issuer,
  authorizationEndpoint: issuer + practicePaths.authorization,
  tokenEndpoint: issuer + practicePaths.token,
  revocationEndpoint: issuer + practicePaths.revocation,
  clientId: practiceClientId,
  scope: practiceScopes.join(' '),
  redirect: { path: practiceRedirectPath, ports: practiceRedirectPorts },
  refreshEncoding: 'form',
  revocationEncoding: 'form',
  terminalErrors: {},
  expiry: 'expires_in',
  apiBaseUrl: practiceApiUrl(),
  identity: (idToken) => {
    const [key, email, name] = ['sub', 'email', 'name'].map((claim) => textClaim(idToken, claim))
    return {
      ...(key === undefined ? {} : { key }),
      ...(email === undefined ? {} : { email }),
      ...(name === undefined ? {} : { name }),
    }
  },
  headers: () => ({}),
}
