import { join } from 'node:path'
import { byAlias } from './by-alias.ts'
import { folderOf, type Surroundings, type ToolDefinition } from './tool.ts'

const folder = ({ env, home }: Surroundings) => join(folderOf(env.XDG_CONFIG_HOME, join(home, '.config')), 'opencode')

/** It has no way to run a command, and reads its variables once, so that it is given what does not run out: a key. */
export const opencode: ToolDefinition = {
  id: 'opencode',
  name: 'opencode',
  commands: ['opencode'],
  folder,
  settings: (surroundings) => ['opencode.json', 'opencode.jsonc'].map((name) => join(folder(surroundings), name)),
  variables: ['OPENROUTER_API_KEY', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY'],
  takes: ['openrouter'],
  connect: byAlias('opencode'),
}
