import { known, type Members, objectsOf, parseMembers, textOf, timeOf } from './json-store.ts'
import { memberPlaces, type StoredLogin } from './stored-login.ts'

/** The providers of TokenTray with the client id under which pi and OpenClaw sign in. */
const sameClients: Readonly<Record<string, string>> = {
  'openai-codex': 'openai-codex',
  anthropic: 'anthropic',
  xai: 'xai',
}

/** The logins of a map from provider to login, as pi writes `auth.json` and wrote `oauth.json`. */
export const tokenMap =
  (providers = sameClients) =>
  (text: string): readonly StoredLogin[] =>
    objectsOf(parseMembers(text)).flatMap(([name, entry]) => loginOf(name, providers[name], entry, [name]))

/**
 * One entry of such a map. A key may be a command to run or the name of a variable: it is told as a key, and nothing is run. The GitHub
 * token of Copilot does not rotate, so that two programs with it harm nobody, and it is not moved.
 */
export function loginOf(
  name: string,
  provider: string | undefined,
  entry: Members,
  path: readonly (string | number)[],
): readonly StoredLogin[] {
  const type = textOf(entry, 'type') ?? 'oauth'
  const told = { name, ...known({ provider }) }
  if (type === 'api' || type === 'api_key') return [{ ...told, kind: 'api_key' }]
  if (type === 'token') return [{ ...told, kind: 'setup_token' }]
  const [access, refresh] = [textOf(entry, 'access'), textOf(entry, 'refresh')]
  if (type !== 'oauth' || (access ?? refresh) === undefined) return []
  const at = memberPlaces(path)
  return [
    {
      ...told,
      kind: 'oauth',
      ...known({ accessToken: access, refreshToken: refresh, expiresAt: timeOf(entry.expires, 1) }),
      ...known({ person: personOf(entry) }),
      ...(provider === undefined
        ? {}
        : {
            refreshPlace: at.refresh('refresh'),
            places: { access: at.value('access'), expiresAt: at.time('expires', 'milliseconds') },
          }),
    },
  ]
}

function personOf(entry: Members): StoredLogin['person'] {
  const email = textOf(entry, 'email')
  return email === undefined ? undefined : { email }
}
