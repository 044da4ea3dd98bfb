import { join } from 'node:path'
import { folderOf, type ToolDefinition } from './tool.ts'

/** It runs the command for every request. Its `config.json` may hold a login, so that none of its files is read. */
export const githubCopilotCli: ToolDefinition = {
  id: 'github-copilot-cli',
  name: 'GitHub Copilot CLI',
  commands: ['copilot'],
  folder: ({ env, home }) => folderOf(env.COPILOT_HOME, join(home, '.copilot')),
  settings: () => [],
  variables: ['COPILOT_PROVIDER_API_KEY_COMMAND', 'COPILOT_PROVIDER_API_KEY', 'COPILOT_PROVIDER_BEARER_TOKEN'],
  connection: {
    kind: 'variables',
    variables: [
      { name: 'COPILOT_PROVIDER_BASE_URL', value: 'https://api.openai.com/v1' },
      { name: 'COPILOT_PROVIDER_WIRE_API', value: 'responses' },
      { name: 'COPILOT_PROVIDER_API_KEY_COMMAND', value: 'tokentray token chatgpt --client github-copilot-cli' },
      { name: 'COPILOT_MODEL', value: 'gpt-5' },
    ],
  },
}
