import { join } from 'node:path'
import { BrokerError } from '../protocol/index.ts'
import { inShell, profileBlock, variableLines } from './shell.ts'
import {
  type Access,
  type ConnectionPlan,
  folderOf,
  isForFewPrograms,
  onlyAccess,
  planRefused,
  type Surroundings,
  type ToolDefinition,
} from './tool.ts'

/** How it talks to each provider; `model` is what it asks for when the person names none. */
const ways: Readonly<Record<string, { readonly type: string; readonly wire?: string; readonly model: string }>> = {
  chatgpt: { type: 'openai', wire: 'responses', model: 'gpt-5' },
  'openai-codex': { type: 'openai', wire: 'responses', model: 'gpt-5' },
  anthropic: { type: 'anthropic', model: 'claude-sonnet-4-5' },
  openrouter: { type: 'openai', wire: 'completions', model: 'openrouter/auto' },
}

function connectTo([access]: readonly Access[], surroundings: Surroundings): ConnectionPlan {
  const { provider, baseUrl, command, model } = onlyAccess(access)
  if (isForFewPrograms(onlyAccess(access))) throw planRefused('GitHub Copilot CLI', provider)
  const way = ways[provider] ?? { type: 'openai', wire: 'completions', model: model ?? '' }
  if (way.model === '' && model === undefined) throw noModel(provider)
  const variables = {
    COPILOT_PROVIDER_TYPE: way.type,
    COPILOT_PROVIDER_BASE_URL: baseUrl,
    ...(way.wire === undefined ? {} : { COPILOT_PROVIDER_WIRE_API: way.wire }),
    COPILOT_PROVIDER_API_KEY_COMMAND: command.map(inShell).join(' '),
    COPILOT_MODEL: model ?? way.model,
  }
  return {
    changes: [profileBlock('github-copilot-cli', variableLines(variables, surroundings), surroundings)],
    notes: [{ text: 'Open a new shell for it. The model is in COPILOT_MODEL; choose another one with --model.' }],
  }
}

const noModel = (provider: string): BrokerError =>
  new BrokerError('invalid_request', `TokenTray does not know the models of ${provider}.`, { fix: 'Name one with --model.' })

/** It runs the command for every request. Its `config.json` may hold a login, so that none of its files is read. */
export const githubCopilotCli: ToolDefinition = {
  id: 'github-copilot-cli',
  name: 'GitHub Copilot CLI',
  commands: ['copilot'],
  folder: ({ env, home }) => folderOf(env.COPILOT_HOME, join(home, '.copilot')),
  settings: () => [],
  variables: ['COPILOT_PROVIDER_API_KEY_COMMAND', 'COPILOT_PROVIDER_API_KEY', 'COPILOT_PROVIDER_BEARER_TOKEN'],
  takes: ['chatgpt', 'openai-codex', 'anthropic', 'openrouter'],
  connect: connectTo,
}
