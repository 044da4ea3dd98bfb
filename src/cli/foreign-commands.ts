import type { Command } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import { stores } from '../integrations/index.ts'
import { codexOwner } from '../integrations/owners/owner.ts'
import type { AccountStatus } from '../protocol/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import type { Terminal } from './hidden-input.ts'
import { type ImportContext, importContext, lookAround } from './import-command.ts'
import { withRules } from './rule-card.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface DelegateOptions {
  readonly label?: string
  readonly acceptProviderRules?: boolean
}

interface WatchOptions {
  readonly login?: string
  readonly label?: string
  readonly readStores?: boolean
}

/** The commands about logins that stay with the program that made them. */
export function describeForeignCommands(program: Command, vault: ChosenVault, env: Environment, process: NodeJS.Process): void {
  const { terminal } = importContext(vault, env, process)
  program
    .command('delegate <program>')
    .description('leave a login to the program that has it, and ask that program for each token')
    .option('--label <label>', 'label of the new account')
    .option('--accept-provider-rules', 'you have read the rule card of the provider')
    .addHelpText('after', delegateHelp)
    .action((name: string, options: DelegateOptions) => delegate(name, options, vault.socket(), terminal))
  program
    .command('watch <program>')
    .description('show a login that another program keeps: who is signed in there, and when its token ends')
    .option('--login <name>', 'which login, when the program has several')
    .option('--label <label>', 'label of the new account')
    .option('--read-stores', 'allow to read the logins of this program')
    .addHelpText('after', watchHelp)
    .action((name: string, options: WatchOptions) => watch(name, options, importContext(vault, env, process)))
}

const delegateHelp = `
TokenTray never has the refresh token of such a login and stores no token of it. The program is started when somebody wants a
token and ended soon after. \`tokentray logout\` forgets the account here, and leaves the program signed in.

Programs that can be asked: ${codexOwner.id}
`

const watchHelp = `
No token of such a login is ever handed out. To have one: \`tokentray import <program> --move\` makes TokenTray its owner, and
\`tokentray delegate\` lets the owner be asked. \`tokentray logout\` forgets the account here, and changes nothing there.

Programs: ${stores.map(({ id }) => id).join(', ')}
`

async function delegate(name: string, options: DelegateOptions, socket: string, terminal: Terminal): Promise<void> {
  const broker = createBrokerClient(socket)
  const run = (accepts: boolean) =>
    broker.addForeignLogin({
      mode: 'delegated',
      program: name,
      ...(options.label === undefined ? {} : { label: options.label }),
      ...(accepts ? { accept_provider_rules: true } : {}),
    })
  const { account, already } = await withRules(codexOwner.provider, broker, terminal, run, options.acceptProviderRules === true)
  terminal.stderr.write(`${already ? 'Delegated already' : 'Delegated'}: ${account.id}${whose(account)}\n`)
  terminal.stderr.write(`  ${name} alone refreshes this login, and is asked when a token is wanted.\n`)
}

/** The consent is asked for here, where the person is; the broker reads what it stands for. */
async function watch(name: string, options: WatchOptions, context: ImportContext): Promise<void> {
  const { login, label, readStores } = options
  await lookAround(name, readStores === undefined ? {} : { readStores }, context)
  const { account, already } = await createBrokerClient(context.socket()).addForeignLogin({
    mode: 'watched',
    program: name,
    ...(login === undefined ? {} : { login }),
    ...(label === undefined ? {} : { label }),
  })
  const { stderr } = context.terminal
  if (account.ownership?.mode === 'delegated') {
    stderr.write(`Delegated already: ${account.id}. It shows what there is to see, and gives tokens as well.\n`)
    return
  }
  stderr.write(`${already ? 'Watched already' : 'Watched'}: ${account.id}${whose(account)}\n`)
  stderr.write(`  ${name} alone refreshes this login. No token of it is handed out here.\n`)
}

const whose = ({ identity }: AccountStatus): string => (identity?.email === undefined ? '' : ` (${identity.email})`)
