import { join } from 'node:path'
import { folderOf } from '../tool.ts'
import { known, objectOf, parseMembers, textOf } from './json-store.ts'
import { memberPlaces, type StoreDefinition, type StoredLogin } from './stored-login.ts'

const at = memberPlaces(['tokens'])

/**
 * `auth.json` of the Codex CLI. Its end is in the token. With an empty refresh token Codex goes on with the access token; when that is
 * over it sends the empty one, which is refused and spends nothing. Its locks are kernel locks, which this program cannot take; that
 * the file did not change meanwhile is checked instead. A process that runs looks into the file again only after its token was refused.
 */
export const codexStore: StoreDefinition = {
  id: 'codex',
  name: 'Codex CLI',
  files: ({ env, home }) => [join(folderOf(env.CODEX_HOME, join(home, '.codex')), 'auth.json')],
  logins: codexLogins,
  remembers: 'codex',
  signIn: 'codex login',
}

export function codexLogins(text: string): readonly StoredLogin[] {
  const all = parseMembers(text)
  const tokens = objectOf(all, 'tokens')
  const [accessToken, refreshToken] = [textOf(tokens, 'access_token'), textOf(tokens, 'refresh_token')]
  const key = textOf(all, 'OPENAI_API_KEY')
  const keys: readonly StoredLogin[] = key === undefined ? [] : [{ name: 'API key', provider: 'openai-codex', kind: 'api_key' }]
  if ((accessToken ?? refreshToken) === undefined) return keys
  return [
    {
      name: 'chatgpt',
      provider: 'openai-codex',
      kind: 'oauth',
      ...known({ accessToken, refreshToken, idToken: textOf(tokens, 'id_token') }),
      refreshPlace: at.refresh('refresh_token'),
      places: {
        access: at.value('access_token'),
        idToken: at.value('id_token'),
        refreshedAt: memberPlaces([]).time('last_refresh', 'date'),
      },
    },
    ...keys,
  ]
}
