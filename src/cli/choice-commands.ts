import { Argument, type Command } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import { BrokerError } from '../protocol/index.ts'
import { chainLink } from '../protocol/provider.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { why } from './why-command.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The commands about which account of several a token comes from. */
export function describeChoiceCommands(
  program: Command,
  vault: ChosenVault,
  env: Environment,
  { stdout, stderr }: NodeJS.Process,
): void {
  const broker = () => createBrokerClient(vault.socket())
  program
    .command('why <selector>')
    .description('tell which account a token comes from, and why')
    .option('--account <label>', 'as with `token`')
    .option('--client <name>', 'as with `token`')
    .option('--json', 'print JSON')
    .action((selector: string, options) => why(selector, options, { env, socket: vault.socket() }, stdout))
  program
    .command('order <provider> [accounts...]')
    .description('show the order of the accounts of a provider, or set it: the default first')
    .action(async (provider: string, accounts: string[]) => {
      const names = accounts.flatMap((each) => each.split(',')).filter((each) => each !== '')
      if (names.length > 0) await broker().changePreferences(provider, { order: names })
      stdout.write(`${(await orderOf(broker(), provider)).join('\n')}\n`)
    })
  program
    .command('failover <provider>')
    .description('show or say whether the next account steps in while one cannot give a token')
    .addArgument(new Argument('[value]').choices(['on', 'off']))
    .action(async (provider: string, value?: string) => {
      const change = value === undefined ? {} : { failover: value === 'on' }
      const { failover } = await broker().changePreferences(provider, change)
      stderr.write(failover ? 'The next account of the order steps in.\n' : 'Only the first account of the order is used.\n')
    })
  program
    .command('chain <provider> [links...]')
    .description('show where a token of a provider is looked for, or set it')
    .action(async (provider: string, links: string[]) => {
      const chain = links.flatMap((each) => each.split(',')).filter((each) => each !== '')
      const set = chain.length === 0 ? {} : { chain: chain.map(parseLink) }
      stdout.write(`${(await broker().changePreferences(provider, set)).chain.join(' ')}\n`)
    })
  program
    .command('label <selector> [label]')
    .description('give an account another label, or none')
    .action(async (selector: string, label?: string) => {
      const { id } = await broker().changeAccount(selector, { label: label ?? null })
      stderr.write(label === undefined ? `${id} has no label any more.\n` : `${id} has the label "${label}".\n`)
    })
}

function parseLink(text: string) {
  const link = chainLink.options.find((each) => each === text)
  if (link !== undefined) return link
  throw new BrokerError('invalid_request', `"${text.slice(0, 40)}" is no link of a chain.`, {
    fix: `The links are ${chainLink.options.join(', ')}.`,
  })
}

/** How the accounts of a provider are asked for, in their order. */
async function orderOf(broker: ReturnType<typeof createBrokerClient>, provider: string): Promise<string[]> {
  const [{ accounts }, providers] = await Promise.all([broker.status(), broker.providers()])
  const info = providers.find(({ id, aliases }) => id === provider.toLowerCase() || aliases.includes(provider.toLowerCase()))
  if (info === undefined) throw new BrokerError('unknown_provider', `There is no provider "${provider.slice(0, 40)}".`)
  const own = accounts.filter((row) => row.provider === info.id && row.id !== info.id)
  if (own.length === 0) return [`${info.id} has no account.`]
  return own.map(({ id, label, is_default: isDefault }) => {
    return `${label === undefined ? id : `${info.id}:${label}`}${isDefault ? '  (default)' : ''}`
  })
}
