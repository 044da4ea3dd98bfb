import { Command, CommanderError, Option } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import { errorTable } from '../protocol/index.ts'
import { readVersion } from '../protocol/version.ts'
import { describeAccountCommands } from './account-commands.ts'
import { type ChosenVault, chosenVault } from './chosen-vault.ts'
import { describeClientCommands } from './client-commands.ts'
import { type LoginContext, type LoginOptions, login } from './login-command.ts'
import { reportError } from './report-error.ts'
import { type StatusOptions, status } from './status-command.ts'
import { tokenHelp } from './token-command.ts'
import { describeVault } from './vault-commands.ts'

type Environment = Readonly<Record<string, string | undefined>>

const examples = `
Examples:
  tokentray login openai-codex      sign in; \`practice\` needs no account
  tokentray status --watch          follow what happens
  tokentray token openai-codex      print a token for a script
  tokentray clients ask on          be asked before a new program gets a token

Exit codes: 0 good, 1 unexpected, 2 wrong usage, 3 no broker is running, 4 sign-in needed, 5 try again later,
6 vault locked or keychain missing, 7 not found, 8 sign-in failed, 9 the broker cannot start here, 10 not allowed.
`

/** Runs every command but `token`; answers the exit code. */
export async function runProgram(argv: readonly string[], env: Environment, process: NodeJS.Process): Promise<number> {
  const program = new Command('tokentray')
  const vault = chosenVault(() => program.opts<{ vault?: string }>().vault, env)
  try {
    await describeProgram(program, vault, env, process).parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : errorTable.invalid_request.exit
    return reportError(vault.explained(error), process)
  }
}

function describeProgram(program: Command, vault: ChosenVault, env: Environment, process: NodeJS.Process): Command {
  program
    .description('One place that owns your AI logins and hands out fresh access tokens.')
    .version(readVersion(), '-V, --version')
    .option('--vault <name>', 'the vault that a command is for (default: TOKENTRAY_VAULT_NAME, else "default")')
    .configureHelp({ sortSubcommands: false })
    .showSuggestionAfterError()
    .showHelpAfterError('Run `tokentray --help` to see what there is.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => process.stdout.write(text),
      writeErr: (text) => process.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'tokentray: ')),
    })
    .addHelpText('after', examples)
  describeLogin(program, vault, env, process)
  program
    .command('logout <selector>')
    .description('revoke the login where the provider offers it, and forget it')
    .action(async (selector: string) => {
      const { id, revoked } = await createBrokerClient(vault.socket()).signOut(selector)
      process.stderr.write(`Signed out: ${id}${revoked ? ' (the provider confirmed the revocation)' : ''}\n`)
    })
  program
    .command('status')
    .description('show every provider and account')
    .option('--json', 'print JSON')
    .option('--watch', 'print again with every change')
    .action((options: StatusOptions) => status(options, vault, process))
  // `token` never comes here: the entry takes it before commander is loaded. It is named for the help.
  program.command('token <selector>').description('print a fresh access token, and nothing else').helpInformation = () =>
    tokenHelp
  describeVault(program, vault, process)
  describeAccountCommands(program, vault, process)
  describeClientCommands(program, vault, process)
  program
    .command('daemon')
    .description('run the broker without a window, until it is told to end')
    .action(async () => {
      vault.requireNone('The daemon serves all vaults.')
      const { runDaemon } = await import('../daemon/daemon.ts')
      // Connections to a server may be kept open for reuse; after an orderly stop nothing is left to wait for.
      process.exit(await runDaemon(env, process))
    })
  return program
}

function describeLogin(program: Command, vault: ChosenVault, env: Environment, process: NodeJS.Process): void {
  program
    .command('login <provider>')
    .description('sign in through the browser, or with a pasted response')
    .option('--no-browser', 'print the address only')
    .option('--paste', 'do not listen on the redirect port; wait for the pasted response')
    .option('--label <label>', 'label of a new account, to have several of one provider')
    .option('--account <label>', 'sign in again to this account')
    .addOption(new Option('--redirect-host <host>', 'host of the redirect address').choices(['127.0.0.1', 'localhost']))
    .action((provider: string, options: LoginOptions) => login(provider, options, loginContext(vault, env, process)))
}

function loginContext(vault: ChosenVault, env: Environment, process: NodeJS.Process): LoginContext {
  return {
    env,
    socket: vault.socket(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onInterrupt: (listener) => {
      process.once('SIGINT', listener)
      return () => process.off('SIGINT', listener)
    },
  }
}
