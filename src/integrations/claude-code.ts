import { join } from 'node:path'
import { folderOf, type Surroundings, type ToolDefinition } from './tool.ts'

const folder = ({ env, home }: Surroundings) => folderOf(env.CLAUDE_CONFIG_DIR, join(home, '.claude'))

/** It runs the helper every five minutes and after a 401. What the helper prints is sent as an API key. */
export const claudeCode: ToolDefinition = {
  id: 'claude-code',
  name: 'Claude Code',
  commands: ['claude'],
  folder,
  settings: (surroundings) => [join(folder(surroundings), 'settings.json')],
  variables: ['CLAUDE_CODE_OAUTH_TOKEN', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_API_KEY'],
  connection: {
    kind: 'settings',
    lines: `{
  "apiKeyHelper": "tokentray token anthropic --client claude-code"
}
`,
  },
}
