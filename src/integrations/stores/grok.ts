import { join } from 'node:path'
import { folderOf } from '../tool.ts'
import { dateOf, known, objectsOf, parseMembers, textOf, timeOf } from './json-store.ts'
import type { StoreDefinition } from './stored-login.ts'

/**
 * `auth.json` of the Grok CLI: a map from issuer and client id to login. What it does without a refresh token is not known, so that none
 * is moved; other programs sign in with the same client id and may have a copy.
 */
export const grokStore: StoreDefinition = {
  id: 'grok',
  name: 'Grok CLI',
  files: ({ env, home }) => [join(folderOf(env.GROK_HOME, join(home, '.grok')), 'auth.json')],
  logins: (text) =>
    objectsOf(parseMembers(text)).flatMap(([name, entry]) => {
      const [accessToken, refreshToken, email] = [textOf(entry, 'key'), textOf(entry, 'refresh_token'), textOf(entry, 'email')]
      if ((accessToken ?? refreshToken) === undefined) return []
      const expiresAt = dateOf(entry.expires_at) ?? timeOf(entry.expires_at, 1000)
      const person = email === undefined ? undefined : { email }
      return [{ name, kind: 'oauth' as const, ...known({ accessToken, refreshToken, expiresAt, person }) }]
    }),
  neverMoves: true,
  signIn: 'grok login',
}
