import { join } from 'node:path'
import { known, parseMembers, textOf, timeOf } from './json-store.ts'
import type { StoreDefinition } from './stored-login.ts'

/** `oauth_creds.json` of Qwen Code. TokenTray has no login of Qwen to move it to, and the program takes no file without a refresh token. */
export const qwenStore: StoreDefinition = {
  id: 'qwen',
  name: 'Qwen Code',
  files: ({ home }) => [join(home, '.qwen', 'oauth_creds.json')],
  logins: (text) => {
    const entry = parseMembers(text)
    const [accessToken, refreshToken] = [textOf(entry, 'access_token'), textOf(entry, 'refresh_token')]
    if ((accessToken ?? refreshToken) === undefined) return []
    return [{ name: 'qwen', kind: 'oauth', ...known({ accessToken, refreshToken, expiresAt: timeOf(entry.expiry_date, 1) }) }]
  },
  neverMoves: true,
  signIn: 'qwen, then /auth',
}
