import { dirname, join } from 'node:path'
import { claudeCode } from '../claude-code.ts'
import { jsonObject } from './json-object.ts'
import type { FileToken, TokenFileDefinition } from './token-file.ts'

const member = 'claudeAiOauth'

/** The plans that the program knows by name; it finds out what another one may do by itself. */
const plans = new Set(['pro', 'max', 'team', 'enterprise'])

/**
 * It reads the file again before each turn, and with `refreshToken: null` it never tries to refresh (seen with 2.1.330). On macOS it
 * looks into the keychain instead. Other members, such as the logins of MCP servers, are its own.
 */
export const claudeCodeFile: TokenFileDefinition = {
  tool: 'claude-code',
  name: claudeCode.name,
  providers: ['anthropic'],
  fileName: '.credentials.json',
  path: (surroundings) =>
    surroundings.platform === 'darwin' ? undefined : join(claudeCode.folder(surroundings), '.credentials.json'),
  lock: (path) => join(dirname(path), '.storage-write.lock'),
  put(text, token) {
    const all = text === undefined ? {} : jsonObject(text)
    if (canRefresh(all[member])) return { kind: 'taken' }
    return { kind: 'text', text: written({ ...all, [member]: loginOf(token) }) }
  },
  takeOut(text) {
    const { [member]: login, ...others } = jsonObject(text)
    if (login === undefined) return { kind: 'text', text }
    if (canRefresh(login)) return { kind: 'taken' }
    return Object.keys(others).length === 0 ? undefined : { kind: 'text', text: written(others) }
  },
}

/** Both scopes are what the program asks of a login before it takes it for one of a plan. */
function loginOf({ accessToken, expiresAt, plan }: FileToken): unknown {
  const name = plan?.toLowerCase()
  return {
    accessToken,
    refreshToken: null,
    expiresAt: expiresAt ?? null,
    scopes: ['user:inference', 'user:profile'],
    ...(name !== undefined && plans.has(name) ? { subscriptionType: name } : {}),
  }
}

/** Whether the login is one that the program refreshes by itself. */
function canRefresh(login: unknown): boolean {
  const { refreshToken } = (typeof login === 'object' && login !== null ? login : {}) as { refreshToken?: unknown }
  return typeof refreshToken === 'string' && refreshToken !== ''
}

/** The program writes it in one line, too. */
const written = (all: Readonly<Record<string, unknown>>): string => JSON.stringify(all)
