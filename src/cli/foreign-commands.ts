import type { Command } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import { codexOwner } from '../integrations/owners/owner.ts'
import type { AccountStatus } from '../protocol/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import type { Terminal } from './hidden-input.ts'
import { withRules } from './rule-card.ts'

interface DelegateOptions {
  readonly label?: string
  readonly acceptProviderRules?: boolean
}

/** The commands about logins that stay with the program that made them. */
export function describeForeignCommands(
  program: Command,
  vault: ChosenVault,
  { stdin, stderr, kill, pid }: NodeJS.Process,
): void {
  const terminal: Terminal = { stdin, stderr, interrupt: () => kill(pid, 'SIGINT') }
  program
    .command('delegate <program>')
    .description('leave a login to the program that has it, and ask that program for each token')
    .option('--label <label>', 'label of the new account')
    .option('--accept-provider-rules', 'you have read the rule card of the provider')
    .addHelpText('after', delegateHelp)
    .action((name: string, options: DelegateOptions) => delegate(name, options, vault.socket(), terminal))
}

const delegateHelp = `
TokenTray never has the refresh token of such a login and stores no token of it. The program is started when somebody wants a
token and ended soon after. \`tokentray logout\` forgets the account here, and leaves the program signed in.

Programs that can be asked: ${codexOwner.id}
`

async function delegate(name: string, options: DelegateOptions, socket: string, terminal: Terminal): Promise<void> {
  const broker = createBrokerClient(socket)
  const label = options.label === undefined ? {} : { label: options.label }
  const run = (accepts: boolean) =>
    broker.addForeignLogin({
      mode: 'delegated',
      program: name,
      ...label,
      ...(accepts ? { accept_provider_rules: true } : {}),
    })
  const { account, already } = await withRules(codexOwner.provider, broker, terminal, run, options.acceptProviderRules === true)
  terminal.stderr.write(`${already ? 'Delegated already' : 'Delegated'}: ${account.id}${whose(account)}\n`)
  terminal.stderr.write(`  ${name} alone refreshes this login, and is asked when a token is wanted.\n`)
}

const whose = ({ identity }: AccountStatus): string => (identity?.email === undefined ? '' : ` (${identity.email})`)
