// The settings of each program that connect it to the broker.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Person } from './person.ts'
import type { ClientName } from './programs.ts'

/** What keeps Codex from asking anybody but the API that it is configured for. */
export const quietCodex = `# As few questions as possible.
check_for_update_on_startup = false
model = "gpt-5" # a model that this provider has

[analytics]
enabled = false

[features]
plugins = false
apps = false

[otel]
metrics_exporter = "none"
`

interface SettingsFile {
  /** Below the home of the person. */
  readonly path: string
  readonly connected: (origin: string) => string
}

/** Which login a program takes its token from. */
export const selectorOf = (client: ClientName): string => (client === 'claude' ? 'anthropic' : 'chatgpt')

const settingsOf: Readonly<Record<Exclude<ClientName, 'copilot'>, SettingsFile>> = {
  codex: {
    path: '.codex/config.toml',
    connected: (origin) => `model_provider = "tokentray"
${quietCodex}
[model_providers.tokentray]
name = "TokenTray"
base_url = "${origin}/v1"
wire_api = "responses"

[model_providers.tokentray.auth]
command = "tokentray"
args = ["token", "chatgpt", "--client", "codex"]
timeout_ms = 5000
refresh_interval_ms = 300000
`,
  },
  claude: {
    path: '.claude/settings.json',
    connected: (origin) => `{
  "env": { "DISABLE_TELEMETRY": "1", "ANTHROPIC_BASE_URL": "${origin}" },
  "apiKeyHelper": "tokentray token anthropic --client claude-code"
}`,
  },
  pi: {
    path: '.pi/agent/models.json',
    connected: (origin) =>
      JSON.stringify({
        providers: {
          'tokentray-chatgpt': {
            baseUrl: `${origin}/v1`,
            api: 'openai-responses',
            apiKey: '!tokentray token chatgpt --client pi',
            models: [{ id: 'gpt-5' }],
          },
        },
      }),
  },
}

/** The variables that connect the GitHub Copilot CLI. */
const copilotVariables = ({ double }: Person): Record<string, string> => ({
  COPILOT_PROVIDER_BASE_URL: `${double.origin}/v1`,
  COPILOT_PROVIDER_WIRE_API: 'responses',
  COPILOT_MODEL: 'gpt-5',
  COPILOT_PROVIDER_API_KEY_COMMAND: 'tokentray token chatgpt --client github-copilot-cli',
})

export async function writeSettings({ home }: Person, path: string, text: string): Promise<void> {
  const file = join(home, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** Connects a program; answers the variables that it is started with from then on. */
export async function connect(person: Person, client: ClientName): Promise<Record<string, string>> {
  if (client === 'copilot') return copilotVariables(person)
  const { path, connected } = settingsOf[client]
  await writeSettings(person, path, connected(person.double.origin))
  return {}
}
