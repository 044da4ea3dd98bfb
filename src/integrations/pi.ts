import { join } from 'node:path'
import { folderOf, type Surroundings, type ToolDefinition } from './tool.ts'

const folder = ({ env, home }: Surroundings) => folderOf(env.PI_CODING_AGENT_DIR, join(home, '.pi', 'agent'))

/** It runs the command for every request, and sends the token of a plan and an API key each as Anthropic wants it. */
export const pi: ToolDefinition = {
  id: 'pi',
  name: 'pi',
  commands: ['pi'],
  folder,
  settings: (surroundings) => [join(folder(surroundings), 'models.json')],
  variables: ['ANTHROPIC_OAUTH_TOKEN', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'OPENROUTER_API_KEY'],
  connection: {
    kind: 'settings',
    lines: `{
  "providers": {
    "tokentray-anthropic": {
      "baseUrl": "https://api.anthropic.com",
      "api": "anthropic-messages",
      "apiKey": "!tokentray token anthropic --client pi",
      "models": [{ "id": "claude-sonnet-4-5" }]
    }
  }
}
`,
  },
}
