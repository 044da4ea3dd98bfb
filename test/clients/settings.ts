// How each program is connected to the broker: as a person does it.
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
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

/** Which login a program takes its token from. */
export const selectorOf = (client: ClientName): string => (client === 'claude' ? 'anthropic' : 'chatgpt')

/** What the person had set before, so that nobody but the API is asked. */
const own: Readonly<Partial<Record<ClientName, readonly [path: string, text: string]>>> = {
  codex: ['.codex/config.toml', quietCodex],
  claude: ['.claude/settings.json', '{\n    "env": { "DISABLE_TELEMETRY": "1" }\n}'],
}

/** The names that `tokentray connect` has for the programs. */
export const toolOf = { codex: 'codex', claude: 'claude-code', copilot: 'github-copilot-cli', pi: 'pi' } as const

export async function writeSettings({ home }: Person, path: string, text: string): Promise<void> {
  const file = join(home, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** Writes what the person had set before, where they had set anything. */
export async function writeOwnSettings(person: Person, client: ClientName): Promise<void> {
  const before = own[client]
  if (before !== undefined) await writeSettings(person, ...before)
}

/** Connects a program by `tokentray connect`; answers the variables that it is started with from then on. */
export async function connect(
  person: Person,
  client: ClientName,
  selector = selectorOf(client),
): Promise<Record<string, string>> {
  await writeOwnSettings(person, client)
  const ended = await person.tokentray('connect', toolOf[client], '--account', selector)
  expect(ended.code, ended.stderr).toBe(0)
  return client === 'copilot' ? profileVariables(person) : {}
}

/** The variables that a new shell of the person has. */
async function profileVariables({ home, env }: Person): Promise<Record<string, string>> {
  const { stdout } = await promisify(execFile)('sh', ['-c', '. "$HOME/.profile" && env'], { env: { ...env, HOME: home } })
  const variables = stdout.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string])
  return Object.fromEntries(variables.filter(([name]) => name.startsWith('COPILOT_')))
}
