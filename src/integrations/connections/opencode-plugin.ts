import { pluginBody } from './opencode-plugin-text.ts'

/** A provider of OpenCode, by its name there, that can be given tokens. */
export type OpenCodeProvider = keyof typeof places

export interface OpenCodeConnection {
  readonly provider: OpenCodeProvider
  /** Which login of the broker it takes, such as `openai-codex:work`. */
  readonly selector: string
}

export interface OpenCodePluginOptions {
  /** One for each provider at most. */
  readonly connections: readonly OpenCodeConnection[]
  /**
   * The program and its first words, to which `token <selector> …` is added, such as `['tokentray']`. It is started without a shell, so
   * that a `.cmd` file of Windows does not do. A full path also works where OpenCode was started without the PATH of a shell.
   */
  readonly command: readonly string[]
}

/**
 * What the addresses of OpenCode begin with, which the `base_url` of a token takes the place of. `address` is said to OpenCode, so
 * that no variable of the environment leads it elsewhere. GitHub Copilot has several, each with its model.
 */
const places = {
  openai: { base: 'https://api.openai.com/v1', address: 'https://api.openai.com/v1' },
  anthropic: { base: 'https://api.anthropic.com', address: 'https://api.anthropic.com/v1' },
  'github-copilot': { base: 'https://api.githubcopilot.com' },
} as const

/** The logins that each provider can take, the best first. */
const logins: Readonly<Record<OpenCodeProvider, readonly string[]>> = {
  openai: ['openai-codex', 'chatgpt'],
  anthropic: ['anthropic'],
  'github-copilot': ['github-copilot'],
}

/**
 * What to connect for somebody who has accounts of these providers of the broker. OpenCode offers the models of whatever is connected,
 * so that a provider without an account is left out.
 */
export function openCodeConnections(providers: readonly string[]): readonly OpenCodeConnection[] {
  return (Object.keys(logins) as OpenCodeProvider[]).flatMap((provider) => {
    const selector = logins[provider].find((login) => providers.includes(login))
    return selector === undefined ? [] : [{ provider, selector }]
  })
}

/**
 * The plugin for OpenCode: one file of JavaScript without dependencies and without a secret, that is all there is to connect it. Its
 * fetch runs the command before each request, so that the rules for the socket, the vault and the account are those of
 * `tokentray token`. Ends with a line break.
 */
export function openCodePlugin({ connections, command }: OpenCodePluginOptions): string {
  const head = `// Written by TokenTray: OpenCode takes its tokens from it. \`tokentray disconnect opencode\` takes this file away again.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'

const command = ${JSON.stringify(command)}
`
  // OpenCode calls every export as a plugin, and a plugin can speak for one provider.
  const exported = connections.map(({ provider, selector }, place) => {
    const connection = JSON.stringify({ id: provider, selector, ...places[provider] })
    return `export const connection${place + 1} = connect(${connection})\n`
  })
  return head + pluginBody + exported.join('')
}
