import { join } from 'node:path'
import { known, parseMembers, textOf, timeOf } from './json-store.ts'
import type { StoreDefinition } from './stored-login.ts'

/** `oauth_creds.json` of the Gemini CLI. Refresh tokens of Google do not rotate, and TokenTray has no login of Google to move it to. */
export const geminiStore: StoreDefinition = {
  id: 'gemini',
  name: 'Gemini CLI',
  files: ({ home }) => [join(home, '.gemini', 'oauth_creds.json')],
  logins: (text) => {
    const entry = parseMembers(text)
    const [accessToken, refreshToken] = [textOf(entry, 'access_token'), textOf(entry, 'refresh_token')]
    if ((accessToken ?? refreshToken) === undefined) return []
    return [{ name: 'google', kind: 'oauth', ...known({ accessToken, expiresAt: timeOf(entry.expiry_date, 1) }) }]
  },
  neverMoves: true,
  signIn: 'gemini, then /auth',
}
