import { join } from 'node:path'
import { folderOf, type Surroundings } from '../tool.ts'
import { known, parseMembers, textOf, timeOf } from './json-store.ts'
import type { StoreDefinition } from './stored-login.ts'

/**
 * `kimi-code.json` of Kimi CLI and of Kimi Code, which came after it and may have the same login. Both tell the server which device they
 * are; whether it takes a refresh token from another device is not known, so that none is moved.
 */
export const kimiStores: readonly StoreDefinition[] = [
  store('kimi-cli', 'Kimi CLI', ({ env, home }) => folderOf(env.KIMI_SHARE_DIR, join(home, '.kimi'))),
  store('kimi-code', 'Kimi Code', ({ env, home }) => folderOf(env.KIMI_CODE_HOME, join(home, '.kimi-code'))),
]

function store(id: string, name: string, folder: (surroundings: Surroundings) => string): StoreDefinition {
  return {
    id,
    name,
    files: (surroundings) => [join(folder(surroundings), 'credentials', 'kimi-code.json')],
    logins: (text) => {
      const entry = parseMembers(text)
      const [accessToken, refreshToken] = [textOf(entry, 'access_token'), textOf(entry, 'refresh_token')]
      if ((accessToken ?? refreshToken) === undefined) return []
      const expiresAt = timeOf(entry.expires_at, 1000)
      return [{ name: 'kimi-code', kind: 'oauth', ...known({ accessToken, refreshToken, expiresAt }) }]
    },
    neverMoves: true,
    signIn: 'kimi, then /login',
  }
}
