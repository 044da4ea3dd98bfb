import { join } from 'node:path'
import { BrokerError } from '../protocol/index.ts'
import { inShell } from './shell.ts'
import { type Access, type ConnectionPlan, folderOf, type Surroundings, type ToolDefinition } from './tool.ts'

const folder = ({ env, home }: Surroundings) => folderOf(env.PI_CODING_AGENT_DIR, join(home, '.pi', 'agent'))

/** The names that pi itself has for the providers, so that all of its own models stay. A key goes to the platform of its provider. */
function nameIn({ provider, kind }: Access): string | undefined {
  if (provider === 'openai-codex') return kind === 'login' ? 'openai-codex' : 'openai'
  return { anthropic: 'anthropic', chatgpt: 'openai', 'github-copilot': 'github-copilot', openrouter: 'openrouter', xai: 'xai' }[
    provider
  ]
}

/** What pi puts behind the address by itself is not in it. */
const addressIn = ({ provider, kind, baseUrl }: Access): string =>
  provider === 'openai-codex' && kind === 'login' ? baseUrl.replace(/\/codex$/, '') : baseUrl

function connectTo(accesses: readonly Access[], surroundings: Surroundings): ConnectionPlan {
  const settings = accesses.flatMap((access) => {
    const name = nameIn(access)
    if (name === undefined) throw unknown(access)
    return [
      { path: ['providers', name, 'baseUrl'], value: addressIn(access) },
      { path: ['providers', name, 'apiKey'], value: `!${access.command.map(inShell).join(' ')}` },
    ]
  })
  return {
    changes: [{ kind: 'settings', file: join(folder(surroundings), 'models.json'), format: 'jsonc', settings }],
    notes: [
      {
        whenThere: join(folder(surroundings), 'auth.json'),
        text: 'A login that pi has of its own for the same provider goes first. `tokentray import pi` shows them; /logout in pi ends one.',
      },
    ],
  }
}

const unknown = ({ provider, selector }: Access): BrokerError =>
  new BrokerError('invalid_request', `pi knows no models of ${provider}.`, {
    fix: `Describe them in models.json, with "apiKey": "!tokentray token ${selector} --client pi".`,
  })

/** It runs the command for every request, and sends the token of a plan and an API key each as Anthropic wants it. */
export const pi: ToolDefinition = {
  id: 'pi',
  name: 'pi',
  commands: ['pi'],
  folder,
  settings: (surroundings) => [join(folder(surroundings), 'models.json')],
  variables: ['ANTHROPIC_OAUTH_TOKEN', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'OPENROUTER_API_KEY'],
  takes: ['openai-codex', 'chatgpt', 'anthropic', 'github-copilot', 'openrouter', 'xai'],
  takesEvery: true,
  connect: connectTo,
}
