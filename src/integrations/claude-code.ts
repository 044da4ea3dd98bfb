import { join } from 'node:path'
import { BrokerError } from '../protocol/index.ts'
import type { Setting } from './connections/file-change.ts'
import { inShell } from './shell.ts'
import { type Access, type ConnectionPlan, folderOf, onlyAccess, type Surroundings, type ToolDefinition } from './tool.ts'

const folder = ({ env, home }: Surroundings) => folderOf(env.CLAUDE_CONFIG_DIR, join(home, '.claude'))

function loginFile(surroundings: Surroundings): string {
  if (surroundings.platform !== 'darwin') return join(folder(surroundings), '.credentials.json')
  throw new BrokerError(
    'invalid_request',
    'On macOS, Claude Code reads its login from the keychain, where TokenTray puts nothing.',
    {
      fix: 'Run it with `tokentray exec anthropic -- claude`, or connect it to an API key: `--account` names it.',
    },
  )
}

const usualAddress = 'https://api.anthropic.com'

/** A token of a plan would be sent as an API key by the helper, so that it goes into the file that Claude Code reads for each turn. */
function connectTo([access]: readonly Access[], surroundings: Surroundings): ConnectionPlan {
  const { kind, baseUrl, command } = onlyAccess(access)
  const helper: Setting = { path: ['apiKeyHelper'], ...(kind === 'login' ? {} : { value: command.map(inShell).join(' ') }) }
  const address: Setting = { path: ['env', 'ANTHROPIC_BASE_URL'], ...(baseUrl === usualAddress ? {} : { value: baseUrl }) }
  const file = join(folder(surroundings), 'settings.json')
  const set = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'].filter((name) => surroundings.env[name])
  return {
    changes: [{ kind: 'settings', file, format: 'json', settings: [helper, address] }],
    ...(kind === 'login' ? { tokenFile: loginFile(surroundings) } : {}),
    notes: set.map((name) => ({ text: `${name} is set in this shell, and Claude Code takes it first. Unset it.` })),
  }
}

/** It runs the helper every five minutes and after a 401. What the helper prints is sent as an API key. */
export const claudeCode: ToolDefinition = {
  id: 'claude-code',
  name: 'Claude Code',
  commands: ['claude'],
  folder,
  settings: (surroundings) => [join(folder(surroundings), 'settings.json')],
  variables: ['CLAUDE_CODE_OAUTH_TOKEN', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_API_KEY'],
  takes: ['anthropic'],
  connect: connectTo,
}
