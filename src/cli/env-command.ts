import { createBrokerClient } from '../client/index.ts'
import { BrokerError } from '../protocol/errors.ts'
import { everyVariable } from '../protocol/program-variables.ts'
import { parseSelector } from '../protocol/selector.ts'
import { askToken, type TokenSource } from './asked-token.ts'
import { parseChosenVariable, selectVariables } from './selected-variables.ts'
import { type Shell, setLine, shellOf, unsetLine } from './shell-lines.ts'

export interface EnvOptions {
  readonly shell?: Shell
  readonly set?: readonly string[]
  readonly minValid?: string
  readonly client?: string
  readonly unset?: boolean
  readonly show?: boolean
}

/** Prints lines for a shell that set the variables of some tokens, or with `--unset` take them all away. */
export async function env(
  selectors: readonly string[],
  options: EnvOptions,
  source: Omit<TokenSource, 'client'>,
  stdout: { readonly isTTY?: boolean; write(text: string): unknown },
): Promise<void> {
  const shell = options.shell ?? shellOf(source.env, process.platform)
  const chosen = (options.set ?? []).map(parseChosenVariable)
  if (options.unset && selectors.length + chosen.length > 0) {
    const names = [...(await providerIds(selectors, source)).flatMap(everyVariable), ...chosen.map(({ name }) => name)]
    stdout.write([...new Set(names)].map((name) => unsetLine(shell, name)).join(''))
    return
  }
  if (stdout.isTTY && !options.show) throw onScreen(selectors, shell)
  const asking: TokenSource = { ...source, client: options.client ?? 'tokentray-env', minValid: options.minValid }
  const { set, removed } = await selectVariables(selectors, chosen, (selector) => askToken(selector, asking))
  const gone = removed.filter((name) => source.env[name] !== undefined)
  const lines = [
    ...gone.map((name) => unsetLine(shell, name)),
    ...Object.entries(set).map(([name, value]) => setLine(shell, name, value)),
  ]
  stdout.write(lines.join(''))
}

const evaluated: Readonly<Record<Shell, (command: string) => string>> = {
  sh: (command) => `eval "$(${command})"`,
  fish: (command) => `${command} | source`,
  powershell: (command) => `${command} | Out-String | Invoke-Expression`,
}

function onScreen(selectors: readonly string[], shell: Shell): BrokerError {
  const command = `tokentray env ${selectors.join(' ')}`
  return new BrokerError('invalid_request', 'This would write a token on the screen, where it stays.', {
    fix: `Run \`${evaluated[shell](command)}\`, or say --show.`,
  })
}

/** The providers that are meant, whatever they are called. A name that no provider has throws `unknown_provider`. */
async function providerIds(selectors: readonly string[], { vault }: Pick<TokenSource, 'vault'>): Promise<readonly string[]> {
  const names = selectors.map((selector) => parseSelector(selector).provider)
  if (names.length === 0) return []
  const known = await createBrokerClient(vault.socket()).providers()
  return names.map((name) => {
    const info = known.find(({ id, aliases }) => id === name || aliases.includes(name))
    if (info !== undefined) return info.id
    throw new BrokerError('unknown_provider', `There is no provider "${name}".`)
  })
}
