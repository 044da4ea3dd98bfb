import { realpath } from 'node:fs/promises'
import type { Command } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import {
  type ConnectingContext,
  connect,
  disconnect,
  fileReaders,
  installedCommand,
  type PlannedConnection,
  planConnection,
  previewDisconnection,
  readJournal,
  type Surroundings,
  surroundingsOf,
  type ToolDefinition,
  toolNamed,
} from '../integrations/index.ts'
import { BrokerError, homeFolder } from '../protocol/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { connectedText, differenceText, disconnectedText, plannedText } from './connect-text.ts'
import { listConnections } from './connection-list.ts'
import { askLine, type Terminal } from './hidden-input.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface ConnectOptions {
  readonly account?: string
  readonly model?: string
  readonly dryRun?: boolean
  readonly followLinks?: boolean
  readonly yes?: boolean
  readonly list?: boolean
  readonly json?: boolean
}

interface DisconnectOptions {
  readonly all?: boolean
  readonly dryRun?: boolean
}

interface Context extends ConnectingContext {
  readonly terminal: Terminal
  readonly stdout: { write(text: string): unknown }
}

const examples = `
On a terminal, the change is shown and asked about first. \`tokentray disconnect\` puts the files back byte for byte.

Examples:
  tokentray connect --list
  tokentray connect codex --dry-run
  tokentray connect claude-code --account anthropic:work
  tokentray disconnect --all
`

/** The commands that let a tool take its tokens here, and that undo it. */
export function describeConnectCommands(
  program: Command,
  vault: ChosenVault,
  env: Environment,
  { stdin, stdout, stderr, kill, pid }: NodeJS.Process,
): void {
  const surroundings = surroundingsOf(env)
  const context: Context = {
    home: homeFolder(env),
    surroundings,
    program: () => programWords(surroundings, vault),
    broker: brokerOf(vault),
    now: Date.now,
    terminal: { stdin, stderr, interrupt: () => kill(pid, 'SIGINT') },
    stdout,
  }
  program
    .command('connect [tool]')
    .description('let a tool take its tokens from TokenTray, by a change of its settings that can be undone')
    .option('--account <selector>', 'the login it is to use (default: one that it can use)')
    .option('--model <model>', 'the model, for a tool that has to be told one')
    .option('--dry-run', 'show what would be changed, and change nothing')
    .option('--follow-links', 'edit the file that a link leads to')
    .option('-y, --yes', 'do not ask')
    .option('--list', 'show which tools there are, and which are connected')
    .option('--json', 'print JSON, with --list')
    .addHelpText('after', examples)
    .action(async (name: string | undefined, options: ConnectOptions) => {
      if (name !== undefined && !options.list) return connectOne(toolNamed(name), options, context)
      stdout.write(await listConnections({ env, surroundings, json: options.json === true }))
    })
  program
    .command('disconnect [tool]')
    .description('take a tool off TokenTray again: its settings are as they were before')
    .option('--all', 'every tool that was connected')
    .option('--dry-run', 'show what would be changed, and change nothing')
    .action((name: string | undefined, options: DisconnectOptions) => disconnectSome(name, options, context))
}

function brokerOf(vault: ChosenVault): ConnectingContext['broker'] {
  const broker = () => createBrokerClient(vault.socket())
  return {
    explain: (selector) => broker().explain(selector, {}),
    putTokenFile: (tool, account, path) => broker().putTokenFile(tool, { account, path }),
    removeTokenFile: (tool) => broker().removeTokenFile(tool),
  }
}

async function connectOne(tool: ToolDefinition, options: ConnectOptions, context: Context): Promise<void> {
  const { stdout, surroundings, terminal } = context
  const planned = await planConnection(tool, options, context)
  if (options.dryRun) {
    stdout.write(plannedText(tool, planned, surroundings))
    terminal.stderr.write('Nothing was changed.\n')
    return
  }
  if (!(await isWanted(tool, planned, options, context))) {
    terminal.stderr.write('Nothing was changed.\n')
    return
  }
  const connection = await connect(tool, options, context)
  terminal.stderr.write(connectedText(tool, connection, planned.notes, surroundings))
}

/** On a terminal the person sees the change first and says yes. */
async function isWanted(
  tool: ToolDefinition,
  planned: PlannedConnection,
  { yes }: ConnectOptions,
  { terminal, surroundings }: Context,
): Promise<boolean> {
  if (yes || planned.files.length === 0 || !terminal.stdin.isTTY || !terminal.stderr.isTTY) return true
  terminal.stderr.write(plannedText(tool, planned, surroundings))
  return /^y(es)?$/i.test(await askLine(terminal, `Connect ${tool.name} in this way? [y/N] `))
}

async function disconnectSome(name: string | undefined, { all, dryRun }: DisconnectOptions, context: Context): Promise<void> {
  const { home, terminal, stdout, surroundings } = context
  if (name === undefined && !all) {
    throw new BrokerError('invalid_request', 'It is not said which tool is to be disconnected.', {
      fix: 'Name one of `tokentray connect --list`, or say --all.',
    })
  }
  const wanted = name === undefined ? undefined : toolNamed(name)
  const connections = (await readJournal(home)).filter(({ tool }) => wanted === undefined || tool === wanted.id)
  if (wanted !== undefined && connections.length === 0) throw notConnected(wanted)
  if (dryRun) {
    stdout.write(differenceText(await previewDisconnection(connections), surroundings))
    terminal.stderr.write('Nothing was changed.\n')
    return
  }
  let failure: unknown
  // The last one first: where two have changed one file, each finds it as it left it.
  for (const { tool } of connections.toReversed()) {
    try {
      terminal.stderr.write(disconnectedText(toolNamed(tool).name, await disconnect(tool, context), surroundings))
    } catch (error) {
      failure ??= error
    }
  }
  if (failure !== undefined) throw failure
  if (connections.length === 0) terminal.stderr.write('No tool is connected.\n')
}

/** How a tool starts this program: by its name where that leads here, and otherwise with the whole path. */
async function programWords(surroundings: Surroundings, vault: ChosenVault): Promise<readonly string[]> {
  const own = await realpath(process.argv[1] ?? '')
  // Windows has a file of another kind beside it, and on Linux the app is called so as well.
  const isOther = async (path: string) => surroundings.platform !== 'win32' && (await realpath(path)) !== own
  const found = await installedCommand('tokentray', surroundings, fileReaders, isOther)
  const name = vault.name()
  return [...(found === undefined ? [process.execPath, own] : [found]), ...(name === undefined ? [] : ['--vault', name])]
}

const notConnected = ({ name }: ToolDefinition): BrokerError =>
  new BrokerError('not_found', `${name} was not connected by \`tokentray connect\`.`, {
    fix: '`tokentray connect --list` shows what is. Lines that were written by hand are taken out by hand.',
  })
