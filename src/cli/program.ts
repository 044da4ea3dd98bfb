import { Command, CommanderError, Option } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import { errorTable, keyKind, loginFlow } from '../protocol/index.ts'
import { readVersion } from '../protocol/version.ts'
import { describeAccountCommands } from './account-commands.ts'
import { type AddOptions, addKey, refuseArgument } from './add-command.ts'
import { type CheckOptions, check } from './check-command.ts'
import { describeChoiceCommands } from './choice-commands.ts'
import { type ChosenVault, chosenVault } from './chosen-vault.ts'
import { describeClientCommands } from './client-commands.ts'
import { describeConnectCommands } from './connect-command.ts'
import { describeDoctor } from './doctor-command.ts'
import { events } from './events-command.ts'
import { describeForeignCommands } from './foreign-commands.ts'
import type { Terminal } from './hidden-input.ts'
import { describeImportCommands } from './import-command.ts'
import { type LoginContext, type LoginOptions, login } from './login-command.ts'
import { type PreflightOptions, preflight } from './preflight-command.ts'
import { listProviders } from './providers-command.ts'
import { describeRadarCommand } from './radar-command.ts'
import { describeReferenceCommands } from './reference-commands.ts'
import { reportError } from './report-error.ts'
import { describeRunCommands } from './run-commands.ts'
import { describeShareCommands } from './share-commands.ts'
import { remoteCommandAsOption } from './ssh-arguments.ts'
import { type StatusOptions, status, statusFormats } from './status-command.ts'
import { tokenHelp } from './token-help.ts'
import { usage } from './usage-command.ts'
import { describeVault } from './vault-commands.ts'

export { signInForToken } from './sign-in-for-token.ts'

type Environment = Readonly<Record<string, string | undefined>>

const examples = `
Examples:
  tokentray login openai-codex      sign in; \`practice\` needs no account
  tokentray status --watch          follow what happens
  tokentray token openai-codex      print a token for a script
  tokentray connect codex           let Codex take its tokens here; \`disconnect\` undoes it
  tokentray clients ask on          be asked before a new program gets a token

Exit codes: 0 good, 1 unexpected, 2 wrong usage, 3 no broker is running, 4 sign-in needed, 5 try again later,
6 vault locked or keychain missing, 7 not found, 8 sign-in failed, 9 the broker cannot start here, 10 not allowed.
`

const statusHelp = `
In a bar, the line is there whether a broker runs or not:
  waybar  "custom/tokentray": { "exec": "tokentray status --format waybar --watch", "return-type": "json" }
  tmux    set -g status-right '#(tokentray status --format tmux)'

The class of waybar is ready, needs_you, working, offline, signed_out or locked.
`

/** Runs every command but `token`; answers the exit code. */
export async function runProgram(argv: readonly string[], env: Environment, process: NodeJS.Process): Promise<number> {
  const program = new Command('tokentray')
  const vault = chosenVault(() => program.opts<{ vault?: string }>().vault, env)
  try {
    await describeProgram(program, vault, env, process).parseAsync(remoteCommandAsOption(argv), { from: 'user' })
    return Number(process.exitCode ?? 0)
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
  program.commandsGroup('Logins:')
  describeLogin(program, vault, env, process)
  describeAccountsEnds(program, vault, process)
  describeImportCommands(program, vault, env, process)
  describeForeignCommands(program, vault, env, process)
  program.commandsGroup('Tokens:')
  // `token` never comes here: the entry takes it before commander is loaded. It is named for the help.
  program.command('token <selector>').description('print a fresh access token, and nothing else').helpInformation = () =>
    tokenHelp
  describeRunCommands(program, vault, env, process)
  program.commandsGroup('Tools and other computers:')
  describeConnectCommands(program, vault, env, process)
  describeClientCommands(program, vault, process)
  describeShareCommands(program, vault, process)
  program.commandsGroup('How everything stands:')
  describeStatus(program, vault, process)
  describeDoctor(program, vault, env, process)
  describeQuestions(program, vault, process)
  describeRadarCommand(program, vault, env, process)
  program.commandsGroup('Accounts and the vault:')
  describeChoiceCommands(program, vault, env, process)
  describeAccountCommands(program, vault, process)
  describeVault(program, vault, process)
  program.commandsGroup('TokenTray itself:').helpCommand('help [command]', 'show the options of a command')
  describeReferenceCommands(program, process)
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

/** How everything stands, and what happens. */
function describeStatus(program: Command, vault: ChosenVault, process: NodeJS.Process): void {
  program
    .command('status')
    .description('show every provider and account')
    .addOption(new Option('--format <format>', 'text, or one line for a bar').choices(statusFormats))
    .option('--json', 'short for --format json')
    .option('--watch', 'print again with every change')
    .addHelpText('after', statusHelp)
    .action((options: StatusOptions) => status(options, vault, process))
  program
    .command('events')
    .description('print what happens, a line of JSON each: the whole `snapshot` first, then each `change`')
    .option('--once', 'end with the broker instead of waiting for its next start')
    .action((options: { once?: boolean }) => events(options, vault, process))
}

/** How an account comes without a login, and how it goes. */
function describeAccountsEnds(program: Command, vault: ChosenVault, process: NodeJS.Process): void {
  program
    .command('logout <selector>')
    .description('revoke the login where the provider offers it, and forget it')
    .action(async (selector: string) => {
      const { id, revoked, account_page: page, kept_by: owner } = await createBrokerClient(vault.socket()).signOut(selector)
      if (owner !== undefined) {
        process.stderr.write(`Forgotten here: ${id}. The login is still that of ${owner}, which was not changed.\n`)
        return
      }
      process.stderr.write(`Signed out: ${id}${revoked ? ' (the provider confirmed the revocation)' : ''}\n`)
      if (!revoked && page !== undefined)
        process.stderr.write(`  It was forgotten here. To end it at the provider as well: ${page}\n`)
    })
  program
    .command('add <provider>')
    .allowExcessArguments()
    .description('keep an API key, a setup token or a GitHub token, typed unseen or piped in')
    .option('--stdin', 'read it from a pipe')
    .addOption(new Option('--kind <kind>', 'what it is, when it cannot be told by its looks').choices(keyKind.options))
    .option('--label <label>', 'label of the new account')
    .option('--account <label>', 'put it in place of the key of this account')
    .option('--accept-provider-rules', 'you have read the rule card of the provider')
    .action((provider: string, options: AddOptions, { args }: Command) => {
      if (args.length > 1) throw refuseArgument(provider)
      return addKey(provider, options, vault.socket(), terminalOf(process))
    })
}

/** The commands that ask the providers. */
function describeQuestions(program: Command, vault: ChosenVault, process: NodeJS.Process): void {
  program
    .command('check [selectors...]')
    .description('ask each provider whether your logins work')
    .option('--timeout <time>', 'how long each may take', '30')
    .option('--verbose', 'print what the provider said')
    .option('--json', 'print JSON')
    .action(async (names: string[], options: CheckOptions) => {
      process.exitCode = await check(names, options, vault.socket(), process.stdout)
    })
  program
    .command('preflight [selectors...]')
    .description('tell whether logins last for some time, and what ends first: before a run that nobody watches')
    .option('--for <time>', 'how long', '8h')
    .option('--json', 'print JSON')
    .action(async (names: string[], options: PreflightOptions) => {
      process.exitCode = await preflight(names, options, vault.socket(), process.stdout)
    })
  program
    .command('usage [selector]')
    .description('show how much of your plans is used, where the provider tells')
    .option('--json', 'print JSON')
    .action((selector: string | undefined, options) => usage(selector, options, vault.socket(), process.stdout))
  program
    .command('providers [provider]')
    .description('show every provider, the ways to sign in, and its rules')
    .option('--json', 'print JSON')
    .action((name: string | undefined, options) => listProviders(name, options, vault.socket(), process))
}

function describeLogin(program: Command, vault: ChosenVault, env: Environment, process: NodeJS.Process): void {
  program
    .command('login <provider>')
    .description('sign in through the browser, by device code, or with a pasted response')
    .option('--no-browser', 'print the address only')
    .addOption(
      new Option('--flow <flow>', 'the way to sign in (default: the one that fits the provider)').choices(loginFlow.options),
    )
    .option('--device', 'short for --flow device: type a code on whatever device')
    .option('--paste', 'short for --flow paste: do not listen on the redirect port; wait for the pasted response')
    .option('--accept-provider-rules', 'you have read the rule card (`tokentray providers`) and go on')
    .option('--replace', 'if somebody else signs in, give them the account')
    .option('--add', 'if somebody else signs in, make one more account')
    .option('--label <label>', 'label of a new account, to have several of one provider')
    .option('--account <label>', 'sign in again to this account')
    .addOption(new Option('--redirect-host <host>', 'host of the redirect address').choices(['127.0.0.1', 'localhost']))
    .action((provider: string, options: LoginOptions) => login(provider, options, loginContext(vault, env, process)))
}

function terminalOf(process: NodeJS.Process): Terminal {
  return { stdin: process.stdin, stderr: process.stderr, interrupt: () => process.kill(process.pid, 'SIGINT') }
}

function loginContext(vault: ChosenVault, env: Environment, process: NodeJS.Process): LoginContext {
  return {
    env,
    socket: vault.socket(),
    ...terminalOf(process),
    stdout: process.stdout,
    onInterrupt: (listener) => {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
      for (const signal of signals) process.once(signal, listener)
      return () => {
        for (const signal of signals) process.off(signal, listener)
      }
    },
  }
}
