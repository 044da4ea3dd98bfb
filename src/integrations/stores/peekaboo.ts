import { join } from 'node:path'
import { known, timeOf } from './json-store.ts'
import type { StoreDefinition, StoredLogin } from './stored-login.ts'

const providers = { OPENAI: 'openai-codex', ANTHROPIC: 'anthropic' } as const

/** The lines `KEY=VALUE` of Peekaboo and Tachikoma. Their times are seconds. */
export const peekabooStore: StoreDefinition = {
  id: 'peekaboo',
  name: 'Peekaboo',
  files: ({ home }) => ['.peekaboo', '.tachikoma'].map((folder) => join(home, folder, 'credentials')),
  logins: (text) => {
    const values = readLines(text)
    const oauth = Object.entries(providers).flatMap(([prefix, provider]): StoredLogin[] => {
      const of = (name: string) => values.get(`${prefix}_${name}`)
      const line = (name: string) => ({ kind: 'line', key: `${prefix}_${name}` }) as const
      const [accessToken, refreshToken] = [of('ACCESS_TOKEN'), of('REFRESH_TOKEN')]
      if ((accessToken ?? refreshToken) === undefined) return []
      return [
        {
          name: prefix.toLowerCase(),
          provider,
          kind: 'oauth',
          ...known({ accessToken, refreshToken, expiresAt: timeOf(of('ACCESS_EXPIRES'), 1000) }),
          refreshPlace: line('REFRESH_TOKEN'),
          places: { access: line('ACCESS_TOKEN'), expiresAt: { place: line('ACCESS_EXPIRES'), form: 'seconds' } },
        },
      ]
    })
    const keys = [...values.keys()].filter((key) => key.endsWith('_API_KEY'))
    return [...oauth, ...keys.map((key): StoredLogin => ({ name: key, kind: 'api_key' }))]
  },
  signIn: 'peekaboo config login',
}

/** The last line of a key counts. */
function readLines(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const [, key, value] = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*(\S+)\s*$/.exec(line) ?? []
    return key === undefined || value === undefined ? [] : [[key, value] as const]
  })
  return new Map(pairs)
}
