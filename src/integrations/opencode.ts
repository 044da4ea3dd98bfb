import { join } from 'node:path'
import { openCodeConnections, openCodePlugin } from './connections/opencode-plugin.ts'
import {
  type Access,
  type ConnectionPlan,
  folderOf,
  isForFewPrograms,
  planRefused,
  type Surroundings,
  type ToolDefinition,
} from './tool.ts'

const folder = ({ env, home }: Surroundings) => join(folderOf(env.XDG_CONFIG_HOME, join(home, '.config')), 'opencode')

/** Where OpenCode (1.18.33) looks for plugins at each start. */
export const openCodePluginFile = (surroundings: Surroundings): string => join(folder(surroundings), 'plugins', 'tokentray.js')

/** It has no way to run a command, but a plugin of its own has; the token of a ChatGPT plan is one that the plugin knows how to send. */
function connectTo(accesses: readonly Access[], surroundings: Surroundings): ConnectionPlan {
  const usable = accesses.filter((access) => access.provider === 'openai-codex' || !isForFewPrograms(access))
  const connections = openCodeConnections(usable.map(({ provider }) => provider)).map((connection) => ({
    ...connection,
    selector: usable.find(({ provider }) => provider === connection.selector)?.selector ?? connection.selector,
  }))
  if (connections.length === 0) throw planRefused('OpenCode', accesses.map(({ provider }) => provider).join(' and '))
  const text = openCodePlugin({ connections, command: accesses[0]?.program ?? [] })
  return {
    changes: [{ kind: 'whole', file: openCodePluginFile(surroundings), text }],
    notes: ['opencode.json', 'opencode.jsonc'].map((name) => ({
      whenThere: join(folder(surroundings), name),
      text: `A provider that has a baseURL of its own in ${name} is left as it is.`,
    })),
  }
}

export const opencode: ToolDefinition = {
  id: 'opencode',
  name: 'OpenCode',
  commands: ['opencode'],
  folder,
  settings: (surroundings) => [
    ...['opencode.json', 'opencode.jsonc'].map((name) => join(folder(surroundings), name)),
    openCodePluginFile(surroundings),
  ],
  variables: ['OPENROUTER_API_KEY', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY'],
  takes: ['openai-codex', 'chatgpt', 'anthropic', 'github-copilot'],
  takesEvery: true,
  connect: connectTo,
}
