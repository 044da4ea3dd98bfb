import { type Installation, type ProviderDefinition, textClaim } from '../oauth/index.ts'
import { kimiUsage } from './kimi-usage.ts'
import { kimiRules } from './rules.ts'

const issuer = 'https://auth.kimi.com'
const api = 'https://api.kimi.com/coding/v1'

/** Kimi wants to know the device. It is told which program asks; the name of the computer is nobody's business. */
const device = ({ id, version, system, release }: Installation) => ({
  'x-msh-platform': 'tokentray',
  'x-msh-version': version,
  'x-msh-device-name': 'TokenTray',
  'x-msh-device-model': system,
  'x-msh-os-version': release,
  'x-msh-device-id': id.replaceAll('-', ''),
})

/** Kimi Code, by device code. A refresh that is refused with 401 or 403 has ended the login. */
export const kimi: ProviderDefinition = {
  id: 'kimi',
  aliases: ['moonshot'],
  name: 'Kimi Code',
  issuer,
  flows: ['device'],
  rules: kimiRules,
  accountPage: 'https://www.kimi.com/code',
  deviceAuthorizationEndpoint: `${issuer}/api/oauth/device_authorization`,
  tokenEndpoint: `${issuer}/api/oauth/token`,
  clientId: '17e5f671-d194-4dfb-9706-5516cb48c098',
  scope: '',
  requestHeaders: device,
  refreshEncoding: 'form',
  revocationEncoding: 'form',
  terminalErrors: {},
  terminalStatuses: [401, 403],
  expiry: 'expires_in',
  api: {
    baseUrl: api,
    headers: (_identity, installation) => device(installation),
    check: `${api}/usages`,
    usage: { url: `${api}/usages`, read: kimiUsage },
  },
  identity: ({ accessToken }) => {
    const key = textClaim(accessToken, 'user_id') ?? textClaim(accessToken, 'sub')
    const email = textClaim(accessToken, 'email')
    return { ...(key === undefined ? {} : { key }), ...(email === undefined ? {} : { email }) }
  },
}
