import { join } from 'node:path'
import { byAlias } from './by-alias.ts'
import type { ToolDefinition } from './tool.ts'

/** It reads keys from its environment once, so that it is given one that does not run out. */
export const aider: ToolDefinition = {
  id: 'aider',
  name: 'Aider',
  commands: ['aider'],
  folder: ({ home }) => join(home, '.aider'),
  settings: ({ home }) => [join(home, '.aider.conf.yml')],
  variables: ['OPENROUTER_API_KEY', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY'],
  takes: ['openrouter', 'chatgpt', 'anthropic', 'openai-codex'],
  connect: byAlias('Aider', 'aider'),
}
