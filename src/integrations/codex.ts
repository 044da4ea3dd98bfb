import { join } from 'node:path'
import { type Access, type ConnectionPlan, folderOf, onlyAccess, type Surroundings, type ToolDefinition } from './tool.ts'

const folder = ({ env, home }: Surroundings) => folderOf(env.CODEX_HOME, join(home, '.codex'))

/** As other programs name themselves, so does Codex. */
const ownHeaders = new Set(['originator', 'user-agent'])

function connectTo([access]: readonly Access[], surroundings: Surroundings): ConnectionPlan {
  const { baseUrl, headers, command } = onlyAccess(access)
  const [program = '', ...args] = command
  const sent = Object.entries(headers).filter(([name]) => !ownHeaders.has(name.toLowerCase()))
  const provider = {
    name: 'TokenTray',
    base_url: baseUrl,
    wire_api: 'responses',
    ...(sent.length === 0 ? {} : { http_headers: Object.fromEntries(sent) }),
    auth: { command: program, args, timeout_ms: 5_000, refresh_interval_ms: 300_000 },
  }
  return {
    changes: [
      {
        kind: 'settings',
        file: join(folder(surroundings), 'config.toml'),
        format: 'toml',
        settings: [
          { path: ['model_provider'], value: 'tokentray' },
          { path: ['model_providers', 'tokentray'], value: provider },
        ],
      },
    ],
    notes: [
      {
        whenThere: join(folder(surroundings), 'auth.json'),
        text: 'Codex keeps a login of its own as well, and may refresh it when it starts. `tokentray import codex --move` makes TokenTray its only owner.',
      },
    ],
  }
}

/** It runs the command at its start, every five minutes and after a 401, and shows what the command says of a failure. */
export const codex: ToolDefinition = {
  id: 'codex',
  name: 'Codex',
  commands: ['codex'],
  folder,
  settings: (surroundings) => [join(folder(surroundings), 'config.toml')],
  variables: ['CODEX_ACCESS_TOKEN', 'CODEX_API_KEY'],
  takes: ['openai-codex', 'chatgpt'],
  connect: connectTo,
}
