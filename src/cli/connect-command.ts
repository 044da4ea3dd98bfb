import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import {
  type ChangedFile,
  type ChosenConnection,
  chooseConnection,
  connectTool,
  disconnectTool,
  previewConnection,
  previewDisconnection,
  programFolders,
  programNames,
  readJournal,
  type Surroundings,
  surroundingsOf,
  type ToolDefinition,
  tools,
} from '../integrations/index.ts'
import { BrokerError, homeFolder, type TokenFile, tokenFileTool } from '../protocol/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { connectedText, differenceText, disconnectedText, tokenFileText } from './connect-text.ts'
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
  readonly all?: boolean
  readonly json?: boolean
}

interface ConnectContext {
  readonly env: Environment
  readonly surroundings: Surroundings
  readonly home: string
  readonly vault: ChosenVault
  readonly terminal: Terminal
  readonly stdout: { write(text: string): unknown }
}

const examples = `
Every change is shown before it is made, and \`tokentray disconnect\` puts the files back byte for byte.

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
  const terminal: Terminal = { stdin, stderr, interrupt: () => kill(pid, 'SIGINT') }
  const context: ConnectContext = { env, surroundings: surroundingsOf(env), home: homeFolder(env), vault, terminal, stdout }
  program
    .command('connect [tool]')
    .description('let a tool take its tokens from TokenTray, by a change of its settings that can be undone')
    .option('--account <selector>', 'the login it is to use (default: one that it can use)')
    .option('--model <model>', 'the model, for a tool that has to be told one')
    .option('--dry-run', 'show what would be changed, and change nothing')
    .option('--follow-links', 'edit the file that a link leads to')
    .option('-y, --yes', 'do not ask')
    .option('--list', 'show which tools there are, and which are connected')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action((name: string | undefined, options: ConnectOptions) =>
      name === undefined || options.list ? list(options, context) : connect(toolNamed(name), options, context),
    )
  program
    .command('disconnect [tool]')
    .description('take a tool off TokenTray again: its settings are as they were before')
    .option('--all', 'every tool that was connected')
    .option('--dry-run', 'show what would be changed, and change nothing')
    .action((name: string | undefined, options: ConnectOptions) => disconnect(name, options, context))
}

async function list({ json = false }: ConnectOptions, { env, surroundings, home, stdout }: ConnectContext): Promise<void> {
  stdout.write(await listConnections({ env, surroundings, home, json }))
}

async function connect(tool: ToolDefinition, options: ConnectOptions, context: ConnectContext): Promise<void> {
  const { home, vault, surroundings, terminal, stdout } = context
  const broker = createBrokerClient(vault.socket())
  const chosen = await chooseConnection(
    tool,
    {
      account: options.account,
      model: options.model,
      program: programWords(context),
      explain: (selector) => broker.explain(selector, {}),
    },
    surroundings,
  )
  const files = await previewConnection(home, tool.id, chosen.plan.changes, options.followLinks === true)
  if (options.dryRun || !(await isWanted(tool, files, options, context))) {
    if (options.dryRun) stdout.write(differenceText(files, surroundings) + (chosen.plan.tokenFile ? tokenFileText(tool) : ''))
    terminal.stderr.write('Nothing was changed.\n')
    return
  }
  // Settings of an earlier connection would be taken for those of the person.
  if ((await readJournal(home)).some((each) => each.tool === tool.id))
    await disconnectTool(home, tool.id, tokenFileOf(tool, context))
  const connection = await connectTool(home, {
    tool: tool.id,
    selector: chosen.selector,
    changes: chosen.plan.changes,
    followLinks: options.followLinks === true,
    tokenFile: chosen.plan.tokenFile
      ? { put: () => putTokenFile(tool, chosen, context), ...tokenFileOf(tool, context) }
      : undefined,
    now: Date.now(),
  })
  terminal.stderr.write(connectedText(tool, connection, notesOf(chosen), surroundings))
}

const notesOf = ({ plan: { notes = [] } }: ChosenConnection): readonly string[] =>
  notes.filter(({ whenThere }) => whenThere === undefined || existsSync(whenThere)).map(({ text }) => text)

/** On a terminal the person sees the change first and says yes. */
async function isWanted(
  tool: ToolDefinition,
  files: readonly ChangedFile[],
  { yes }: ConnectOptions,
  { terminal, surroundings }: ConnectContext,
): Promise<boolean> {
  if (yes || files.length === 0 || !terminal.stdin.isTTY || !terminal.stderr.isTTY) return true
  terminal.stderr.write(differenceText(files, surroundings))
  return /^y(es)?$/i.test(await askLine(terminal, `Connect ${tool.name} in this way? [y/N] `))
}

/** The broker writes the file, as it alone has the tokens. */
async function putTokenFile(tool: ToolDefinition, { account }: ChosenConnection, { vault }: ConnectContext): Promise<void> {
  const shown: TokenFile = await createBrokerClient(vault.socket()).putTokenFile(tokenFileTool.parse(tool.id), account)
  if (shown.state === 'fresh') return
  if (shown.state !== 'taken') {
    throw new BrokerError('temporarily_unavailable', shown.error?.description ?? `No token could be put into ${shown.path}.`, {
      fix: shown.error?.fix ?? 'Run `tokentray status`, and connect again.',
    })
  }
  throw new BrokerError('invalid_request', `${tool.name} has a login of its own in ${shown.path}.`, {
    fix: `Let TokenTray own it with \`tokentray import ${tool.id} --move\`, or sign ${tool.name} out, and connect again.`,
  })
}

const tokenFileOf = (tool: ToolDefinition, { vault }: ConnectContext) => ({
  remove: async () => {
    const known = tokenFileTool.safeParse(tool.id)
    if (!known.success) return
    await createBrokerClient(vault.socket())
      .removeTokenFile(known.data)
      .catch((error: unknown) => {
        if (!(error instanceof BrokerError) || error.code !== 'not_found') throw error
      })
  },
})

async function disconnect(name: string | undefined, options: ConnectOptions, context: ConnectContext): Promise<void> {
  const { home, terminal, stdout, surroundings } = context
  const connections = (await readJournal(home)).filter(({ tool }) => options.all || tool === name)
  if (name === undefined && !options.all) {
    throw new BrokerError('invalid_request', 'It is not said which tool is to be disconnected.', {
      fix: 'Name one of `tokentray connect --list`, or say --all.',
    })
  }
  if (name !== undefined && connections.length === 0) throw notConnected(toolNamed(name))
  if (options.dryRun) {
    stdout.write(differenceText(await previewDisconnection(connections), surroundings))
    terminal.stderr.write('Nothing was changed.\n')
    return
  }
  let failure: unknown
  // The last one first: where two have changed one file, each finds it as it left it.
  for (const connection of connections.toReversed()) {
    try {
      const tool = tools.find(({ id }) => id === connection.tool)
      const tokenFile = tool === undefined ? { remove: async () => undefined } : tokenFileOf(tool, context)
      terminal.stderr.write(
        disconnectedText(tool?.name ?? connection.tool, await disconnectTool(home, connection.tool, tokenFile), surroundings),
      )
    } catch (error) {
      failure ??= error
    }
  }
  if (failure !== undefined) throw failure
  if (connections.length === 0) terminal.stderr.write('No tool is connected.\n')
}

/** How a tool starts this program: by its name where that leads here, and otherwise with the whole path. */
function programWords({ surroundings, vault }: ConnectContext): readonly string[] {
  const names = programNames('tokentray', surroundings.platform)
  const isOnPath = programFolders(surroundings).some((folder) => names.some((each) => existsSync(join(folder, each))))
  const name = vault.name()
  return [
    ...(isOnPath ? ['tokentray'] : [process.execPath, realpathSync(process.argv[1] ?? '')]),
    ...(name === undefined ? [] : ['--vault', name]),
  ]
}

function toolNamed(name: string): ToolDefinition {
  const tool = tools.find(({ id, commands }) => id === name || commands.includes(name))
  if (tool !== undefined) return tool
  throw new BrokerError('not_found', `TokenTray knows no tool "${name.slice(0, 40)}".`, {
    fix: `Known: ${tools.map(({ id }) => id).join(', ')}. Any other one gets a token by \`tokentray exec\`.`,
  })
}

const notConnected = ({ id, name }: ToolDefinition): BrokerError =>
  new BrokerError('not_found', `${name} was not connected by \`tokentray connect\`.`, {
    fix: `\`tokentray connect --list\` shows what is. Lines that were written by hand are taken out by hand (${id}).`,
  })
