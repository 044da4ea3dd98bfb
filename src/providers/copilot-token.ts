import { type DerivedToken, type Installation, numberClaim, objectClaim, textClaim } from '../oauth/index.ts'

/** The API wants to know which editor asks and takes any name; the integration belongs to the client id and is one of a closed list. */
export const copilotHeaders = ({ version }: Installation) => ({
  'user-agent': `TokenTray/${version}`,
  'editor-version': `TokenTray/${version}`,
  'editor-plugin-version': `TokenTray/${version}`,
  'copilot-integration-id': 'vscode-chat',
})

/** The token of the Copilot API, made of a GitHub token. The answer says where the API of this plan is, in a member or in the token. */
export const copilotToken: DerivedToken = {
  url: 'https://api.github.com/copilot_internal/v2/token',
  headers: copilotHeaders,
  read: (body) => {
    const [token, end] = [textClaim(body, 'token'), numberClaim(body, 'expires_at')]
    const proxy = /(?:^|;)proxy-ep=([\w.-]+)/.exec(token ?? '')?.[1]?.replace(/^proxy\./, 'api.')
    const place = textClaim(objectClaim(body, 'endpoints'), 'api') ?? (proxy === undefined ? undefined : `https://${proxy}`)
    return {
      ...(token === undefined ? {} : { token }),
      ...(end === undefined ? {} : { expiresAt: end * 1000 }),
      ...(place === undefined ? {} : { baseUrl: place }),
    }
  },
}
