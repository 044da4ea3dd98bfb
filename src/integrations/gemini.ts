import { join } from 'node:path'
import { byAlias } from './by-alias.ts'
import type { Surroundings, ToolDefinition } from './tool.ts'

const folder = ({ home }: Surroundings) => join(home, '.gemini')

/** It takes a token of Google, which is no built-in provider; a file of five lines makes it one. */
export const gemini: ToolDefinition = {
  id: 'gemini',
  name: 'Gemini CLI',
  commands: ['gemini'],
  folder,
  settings: (surroundings) => [join(folder(surroundings), 'settings.json')],
  variables: ['GOOGLE_CLOUD_ACCESS_TOKEN', 'GEMINI_API_KEY'],
  takes: ['google', 'gemini'],
  connect: byAlias('Gemini CLI', 'gemini'),
}
