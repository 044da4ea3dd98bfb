import { dirname, join } from 'node:path'
import { folderOf } from '../tool.ts'
import { known, objectOf, parseMembers, textOf, timeOf } from './json-store.ts'
import { memberPlaces, type StoreDefinition } from './stored-login.ts'

const at = memberPlaces(['claudeAiOauth'])

/**
 * `.credentials.json` of Claude Code, on Linux and Windows; on macOS it is an item of the keychain, which is not read. With `null` for
 * the refresh token Claude Code goes on with the access token and never refreshes. The file has secrets of MCP servers as well, which
 * stay as they are.
 */
export const claudeCodeStore: StoreDefinition = {
  id: 'claude-code',
  name: 'Claude Code',
  files: ({ env, home }) => [join(folderOf(env.CLAUDE_CONFIG_DIR, join(home, '.claude')), '.credentials.json')],
  logins: (text) => {
    const login = objectOf(parseMembers(text), 'claudeAiOauth')
    const [accessToken, refreshToken] = [textOf(login, 'accessToken'), textOf(login, 'refreshToken')]
    if ((accessToken ?? refreshToken) === undefined) return []
    const { scopes } = login
    const person = known({ account: textOf(login, 'accountUuid'), organization: textOf(login, 'organizationUuid') })
    return [
      {
        name: 'claude.ai',
        provider: 'anthropic',
        kind: 'oauth',
        ...known({ accessToken, refreshToken, expiresAt: timeOf(login.expiresAt, 1), plan: textOf(login, 'subscriptionType') }),
        ...(Array.isArray(scopes) && scopes.every((each) => typeof each === 'string') ? { scope: scopes.join(' ') } : {}),
        person,
        refreshPlace: at.refresh('refreshToken', null),
        places: { access: at.value('accessToken'), expiresAt: at.time('expiresAt', 'milliseconds') },
      },
    ]
  },
  locks: (file) => {
    const folder = dirname(file)
    return [join(folder, '.oauth_refresh.lock'), `${folder}.lock`, join(folder, '.storage-write.lock')]
  },
  signIn: 'claude auth login',
}
