import { existsSync } from 'node:fs'
import { BrokerError, type Explanation, type TokenFileTool, tokenFileTool } from '../../protocol/index.ts'
import { emptyTokenFile, tokenFileDefinitions } from '../token-files/index.ts'
import type { Surroundings, ToolDefinition } from '../tool.ts'
import { tools } from '../tools.ts'
import { type ChosenConnection, chooseConnection } from './accesses.ts'
import { connectTool } from './connect.ts'
import { type DisconnectedFile, disconnectTool } from './disconnect.ts'
import { type Connection, readJournal } from './journal.ts'
import { type ChangedFile, previewConnection } from './preview.ts'

/** What is asked of the broker; without a token in any answer. */
export interface ConnectionBroker {
  readonly explain: (selector: string) => Promise<Explanation>
  readonly putTokenFile: (tool: TokenFileTool, account: string, path: string) => Promise<unknown>
  readonly removeTokenFile: (tool: TokenFileTool) => Promise<unknown>
}

export interface ConnectingContext {
  /** The folder of TokenTray. */
  readonly home: string
  readonly surroundings: Surroundings
  /** The command of TokenTray as a tool can start it, with the options that belong to each call. May throw. */
  readonly program: () => readonly string[] | Promise<readonly string[]>
  readonly broker: ConnectionBroker
  /** Milliseconds. */
  readonly now: () => number
}

/** What the person says of a connection. */
export interface ConnectionWish {
  /** A selector; without it, whichever login the tool can use. */
  readonly account?: string | undefined
  readonly model?: string | undefined
  readonly followLinks?: boolean | undefined
}

/** What connecting a tool would come to. `notes` are what the person should know. */
export interface PlannedConnection {
  readonly selector: string
  readonly files: readonly ChangedFile[]
  readonly tokenFile: string | undefined
  readonly notes: readonly string[]
}

/** What connecting a tool would change. Nothing is written; throws as connecting would. */
export async function planConnection(
  tool: ToolDefinition,
  wish: ConnectionWish,
  context: ConnectingContext,
): Promise<PlannedConnection> {
  const { selector, plan } = await choose(tool, wish, context)
  return {
    selector,
    files: await previewConnection(context.home, tool.id, plan.changes, wish.followLinks === true),
    tokenFile: plan.tokenFile,
    notes: [...notesOf(plan.notes), ...notesOfEnvironment(context.surroundings)],
  }
}

/** Connects a tool; an earlier connection of it is undone first, as its settings would be taken for those of the person. */
export async function connect(tool: ToolDefinition, wish: ConnectionWish, context: ConnectingContext): Promise<Connection> {
  const { home } = context
  const chosen = await choose(tool, wish, context)
  const { selector, plan } = chosen
  const followLinks = wish.followLinks === true
  if ((await readJournal(home)).some((each) => each.tool === tool.id)) {
    // The earlier one is not given up for one that cannot be made.
    await previewConnection(home, tool.id, plan.changes, followLinks)
    await disconnect(tool.id, context)
  }
  return connectTool(home, {
    tool: tool.id,
    selector,
    changes: plan.changes,
    followLinks,
    tokenFile: tokenFileDesk(tool, chosen, context),
    now: context.now(),
  })
}

/** Takes a tool off TokenTray again. Throws as `disconnectTool` does. */
export const disconnect = (id: string, context: ConnectingContext): Promise<readonly DisconnectedFile[]> =>
  disconnectTool(context.home, id, (path) => removeTokenFile(id, path, context))

/** Those of the logins that the tool can be connected to. */
export async function usableLogins(
  tool: ToolDefinition,
  selectors: readonly string[],
  context: ConnectingContext,
): Promise<readonly string[]> {
  const usable = await Promise.all(
    selectors.map((account) =>
      choose(tool, { account }, context).then(
        () => [account],
        (error: unknown) => {
          if (error instanceof BrokerError) return []
          throw error
        },
      ),
    ),
  )
  return usable.flat()
}

/** The tool with an id, or with a command. Throws `not_found`. */
export function toolNamed(name: string): ToolDefinition {
  const tool = tools.find(({ id, commands }) => id === name || commands.includes(name))
  if (tool !== undefined) return tool
  throw new BrokerError('not_found', `TokenTray knows no tool "${name.slice(0, 40)}".`, {
    fix: `Known: ${tools.map(({ id }) => id).join(', ')}. Any other one gets a token by \`tokentray exec\`.`,
  })
}

const choose = async (tool: ToolDefinition, wish: ConnectionWish, { program, broker, surroundings }: ConnectingContext) =>
  chooseConnection(tool, { ...wish, program: await program(), explain: broker.explain }, surroundings)

const notesOf = (notes: ChosenConnection['plan']['notes'] = []): readonly string[] =>
  notes.filter(({ whenThere }) => whenThere === undefined || existsSync(whenThere)).map(({ text }) => text)

/** What leads `tokentray` to another broker here than where the tool will run it. */
const notesOfEnvironment = ({ env }: Surroundings): readonly string[] =>
  ['TOKENTRAY_HOME', 'TOKENTRAY_SOCKET']
    .filter((name) => env[name])
    .map((name) => `${name} is set in this shell. Start the tool with it as well, as it asks the usual TokenTray otherwise.`)

function tokenFileDesk(tool: ToolDefinition, { plan, account }: ChosenConnection, context: ConnectingContext) {
  const path = plan.tokenFile
  if (path === undefined) return undefined
  return {
    path,
    put: () => context.broker.putTokenFile(tokenFileTool.parse(tool.id), account, path),
    remove: () => removeTokenFile(tool.id, path, context),
  }
}

/** The broker stops to keep a token in it. A broker that knows nothing of it has no token there either, but for an old one. */
async function removeTokenFile(id: string, path: string, { broker }: ConnectingContext): Promise<void> {
  const tool = tokenFileTool.parse(id)
  try {
    await broker.removeTokenFile(tool)
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code !== 'not_found') throw error
    await emptyTokenFile(tokenFileDefinitions[tool], path)
  }
}
