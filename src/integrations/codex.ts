import { join } from 'node:path'
import { folderOf, type Surroundings, type ToolDefinition } from './tool.ts'

const folder = ({ env, home }: Surroundings) => folderOf(env.CODEX_HOME, join(home, '.codex'))

/** It runs the command at its start, every five minutes and after a 401, and shows what the command says of a failure. */
export const codex: ToolDefinition = {
  id: 'codex',
  name: 'Codex',
  commands: ['codex'],
  folder,
  settings: (surroundings) => [join(folder(surroundings), 'config.toml')],
  variables: ['CODEX_ACCESS_TOKEN', 'CODEX_API_KEY'],
  connection: {
    kind: 'settings',
    lines: `model_provider = "tokentray"

[model_providers.tokentray]
name = "TokenTray"
base_url = "https://api.openai.com/v1"
wire_api = "responses"

[model_providers.tokentray.auth]
command = "tokentray"
args = ["token", "chatgpt", "--client", "codex"]
timeout_ms = 5000
refresh_interval_ms = 300000
`,
  },
}
