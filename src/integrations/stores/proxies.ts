import { join } from 'node:path'
import { codexLogins } from './codex.ts'
import { dateOf, known, parseMembers, textOf, timeOf } from './json-store.ts'
import { type LoginPlaces, memberPlaces, type StoreDefinition, type StoredLogin } from './stored-login.ts'

const accountFile = memberPlaces([])
const filePlaces: LoginPlaces = {
  access: accountFile.value('access_token'),
  idToken: accountFile.value('id_token'),
  expiresAt: accountFile.time('expired', 'date'),
  refreshedAt: accountFile.time('last_refresh', 'date'),
}

/** One file per account; `type` is the provider, `expired` an RFC 3339 date. Reloaded whenever a file changes. */
export const cliProxyApiStore: StoreDefinition = {
  id: 'cli-proxy-api',
  name: 'CLIProxyAPI',
  files: ({ home }) => [join(home, '.cli-proxy-api', '*.json')],
  logins: (text) => {
    const entry = parseMembers(text)
    const type = textOf(entry, 'type')
    const provider = { codex: 'openai-codex', claude: 'anthropic', xai: 'xai' }[type ?? '']
    const [accessToken, refreshToken] = [textOf(entry, 'access_token'), textOf(entry, 'refresh_token')]
    if (type === undefined || (accessToken ?? refreshToken) === undefined) return []
    const person = {
      account: textOf(entry, 'account_uuid'),
      organization: textOf(entry, 'organization_uuid'),
      email: textOf(entry, 'email'),
    }
    return [
      {
        name: type,
        kind: 'oauth',
        ...known({ provider, accessToken, refreshToken, idToken: textOf(entry, 'id_token'), expiresAt: dateOf(entry.expired) }),
        person: known(person),
        ...(provider === undefined ? {} : { refreshPlace: accountFile.refresh('refresh_token'), places: filePlaces }),
      },
    ]
  },
  signIn: 'cli-proxy-api -login',
}

/** `accounts.json` of codex-claude-proxy, and the copy of each account in the form of Codex. */
export const codexClaudeProxyStore: StoreDefinition = {
  id: 'codex-claude-proxy',
  name: 'codex-claude-proxy',
  files: ({ home }) => {
    const folder = join(home, '.codex-claude-proxy')
    return [join(folder, 'accounts.json'), join(folder, 'accounts', '*', 'auth.json')]
  },
  logins: (text) => {
    const { accounts } = parseMembers(text)
    return Array.isArray(accounts) ? accounts.flatMap(proxyAccount) : codexLogins(text)
  },
  signIn: 'its own page, "Add account"',
}

function proxyAccount(value: unknown, place: number): readonly StoredLogin[] {
  if (typeof value !== 'object' || value === null) return []
  const entry = value as Readonly<Record<string, unknown>>
  const [accessToken, refreshToken] = [textOf(entry, 'accessToken'), textOf(entry, 'refreshToken')]
  if ((accessToken ?? refreshToken) === undefined) return []
  const at = memberPlaces(['accounts', place])
  return [
    {
      name: textOf(entry, 'email') ?? `account ${place + 1}`,
      provider: 'openai-codex',
      kind: 'oauth',
      ...known({ accessToken, refreshToken, idToken: textOf(entry, 'idToken'), expiresAt: timeOf(entry.expiresAt, 1) }),
      refreshPlace: at.refresh('refreshToken'),
      places: {
        access: at.value('accessToken'),
        idToken: at.value('idToken'),
        expiresAt: at.time('expiresAt', 'milliseconds'),
      },
    },
  ]
}
