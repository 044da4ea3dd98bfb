import { realpath } from 'node:fs/promises'
import {
  type ConnectingContext,
  connect,
  detectTools,
  disconnect,
  fileReaders,
  installedCommand,
  LinkedFile,
  planConnection,
  previewDisconnection,
  readJournal,
  type Surroundings,
  shortened,
  shownChange,
  surroundingsOf,
  type ToolDefinition,
  toolNamed,
  usableLogins,
} from '../integrations/index.ts'
import { hasAccount } from '../ipc/account-words.ts'
import type { Asks } from '../ipc/asks.ts'
import type { Disconnected, DisconnectPlan, ToolPlan } from '../ipc/tools.ts'
import {
  BrokerError,
  type BrokerSnapshot,
  formatSelector,
  homeFolder,
  type TokenFile,
  type ToolStatus,
} from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'

/** What connects the tools of this computer. Each rejects with a BrokerError. */
export interface ToolConnections {
  list(): Promise<readonly ToolStatus[]>
  tokenFiles(): Promise<readonly TokenFile[]>
  plan(ask: Asks['tool:plan']): Promise<ToolPlan>
  connect(ask: Asks['tool:connect']): Promise<readonly ToolStatus[]>
  planDisconnection(tool: string): Promise<DisconnectPlan>
  disconnect(tool: string): Promise<Disconnected>
}

/** Where the app runs. */
export interface AppPlace {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The program of the app, which on Linux is called as the command is, and is not it. */
  readonly executable: string
  /** Milliseconds. */
  readonly now: () => number
}

type Host = Pick<HostLink, 'ask' | 'snapshot'>

/** The tools as the command connects them, with the broker of this app. P1: what a foreign file holds stays here, see `shownChange`. */
export function toolConnections(host: Host, { env, executable, now }: AppPlace): ToolConnections {
  const surroundings = surroundingsOf(env)
  const home = homeFolder(env)
  const broker = brokerOf(host)
  const contextFor = (command: string): ConnectingContext => ({ home, surroundings, program: () => [command], broker, now })
  const command = () => installedCommand('tokentray', surroundings, fileReaders, (path) => isSame(path, executable))
  const list = async () => {
    const tools = await detectTools(env, fileReaders, surroundings.platform)
    return tools.map((tool) => withShortPaths(tool, surroundings))
  }
  return {
    list,
    tokenFiles: async () => {
      const files = await host.ask('token_files', undefined)
      return files.map((file) => ({ ...file, path: shortened(file.path, surroundings) }))
    },
    plan: async (ask) => {
      const found = await command()
      return found === undefined ? { kind: 'no_command' } : planOf(ask, contextFor(found), host.snapshot())
    },
    connect: async ({ tool, account, follow }) => {
      const found = await command()
      if (found === undefined) throw notInstalled()
      await connect(toolNamed(tool), { account, followLinks: follow }, contextFor(found))
      return list()
    },
    planDisconnection: async (tool) => {
      const connections = (await readJournal(home)).filter((each) => each.tool === tool)
      const files = await previewDisconnection(connections)
      return {
        files: files.map((file) => shownChange(file, surroundings)),
        keepsToken: connections.some(({ token_file: keepsToken }) => keepsToken),
      }
    },
    disconnect: async (tool) => {
      // Nothing is started for it, so that it needs no command.
      const files = await disconnect(toolNamed(tool).id, contextFor('tokentray'))
      return {
        tools: await list(),
        restored: files.every(({ outcome }) => outcome === 'restored'),
        left: files.some(({ left }) => left.length > 0),
      }
    },
  }
}

/** A link is a question to the person, and no failure. */
async function planOf(
  { tool: name, account, follow }: Asks['tool:plan'],
  context: ConnectingContext,
  snapshot: BrokerSnapshot | undefined,
): Promise<ToolPlan> {
  const { surroundings } = context
  const tool = toolNamed(name)
  try {
    const { selector, files, tokenFile, notes } = await planConnection(tool, { account, followLinks: follow }, context)
    return {
      kind: 'ready',
      selector,
      choices: await usableLogins(tool, loginsFor(tool, snapshot), context),
      files: files.map((file) => shownChange(file, surroundings)),
      ...(tokenFile === undefined ? {} : { tokenFile: shortened(tokenFile, surroundings) }),
      notes,
    }
  } catch (error) {
    if (!(error instanceof LinkedFile)) throw error
    return { kind: 'link', path: shortened(error.path, surroundings), target: shortened(error.target, surroundings) }
  }
}

/** The selectors of the accounts that there are of its providers: each kind of them, and each that has a label. */
function loginsFor({ takes }: ToolDefinition, snapshot: BrokerSnapshot | undefined): readonly string[] {
  const selectors = takes.flatMap((provider) =>
    (snapshot?.accounts ?? [])
      .filter((row) => row.provider === provider && hasAccount(row))
      .flatMap(({ kind, label }) => [kind === 'api_key' ? 'key' : 'login', ...(label === undefined ? [] : [label])])
      .map((label) => formatSelector({ provider, label })),
  )
  return [...new Set(selectors)]
}

const brokerOf = (host: Host): ConnectingContext['broker'] => ({
  explain: (selector) => host.ask('explain', { selector }),
  putTokenFile: (tool, account, path) => host.ask('put_token_file', { tool, account, path }),
  removeTokenFile: (tool) => host.ask('remove_token_file', { tool }),
})

const withShortPaths = (tool: ToolStatus, surroundings: Surroundings): ToolStatus => ({
  ...tool,
  files: tool.files.map((file) => shortened(file, surroundings)),
  changed: tool.changed.map((file) => shortened(file, surroundings)),
})

async function isSame(one: string, other: string): Promise<boolean> {
  const real = (path: string) => realpath(path).catch(() => path)
  return (await real(one)) === (await real(other))
}

const notInstalled = (): BrokerError =>
  new BrokerError('not_found', 'The command `tokentray`, which tools start for a token, is not installed.', {
    fix: 'Install it with `npm install -g tokentray`, and try again.',
  })
