import { join } from 'node:path'
import { byAlias } from './by-alias.ts'
import type { Surroundings, ToolDefinition } from './tool.ts'

const folder = ({ home }: Surroundings) => join(home, '.qwen')

/** It reads a key, an address and a model from its environment once. */
export const qwen: ToolDefinition = {
  id: 'qwen',
  name: 'Qwen Code',
  commands: ['qwen'],
  folder,
  settings: (surroundings) => [join(folder(surroundings), 'settings.json')],
  variables: ['OPENAI_API_KEY'],
  takes: ['chatgpt', 'openai-codex', 'openrouter'],
  connect: byAlias('Qwen Code', 'qwen'),
}
