import { z } from 'zod'
import { homeFolder, socketPath } from '../protocol/socket-path.ts'
import type { ToolStatus } from '../protocol/tool.ts'
import { journalPath } from './connections/journal-path.ts'
import type { FileReaders } from './file-readers.ts'
import { namesTokenTray, setsByTokenTray } from './mention.ts'
import { findProgram } from './program-folders.ts'
import { ownProfile, shellProfiles, variableLines } from './shell.ts'
import { type Environment, type Surroundings, surroundingsOf, type ToolDefinition } from './tool.ts'
import { tools } from './tools.ts'

/**
 * Which tools there are on this computer and which of them take their tokens here. Their settings and the files that a shell reads are
 * looked at, and no file in which a tool keeps a login. No program is started.
 */
export async function detectTools(
  env: Environment,
  readers: FileReaders,
  platform: NodeJS.Platform = process.platform,
): Promise<readonly ToolStatus[]> {
  const surroundings = surroundingsOf(env, platform)
  const socket = socketOf(surroundings)
  const profiles = await textsOf(shellProfiles(surroundings), readers)
  const connected = toolsIn(await readers.readText(journalPath(homeFolder(env))))
  return Promise.all(tools.map((tool) => statusOf(tool, surroundings, { readers, socket, profiles, connected })))
}

/** The tools that `tokentray connect` has connected, some of which show it nowhere in their settings. */
function toolsIn(journal: string | undefined): ReadonlySet<string> {
  try {
    return new Set(toolsOfJournal.parse(JSON.parse(journal ?? '')).connections.map(({ tool }) => tool))
  } catch {
    return new Set()
  }
}

const toolsOfJournal = z.object({ connections: z.array(z.object({ tool: z.string() })) })

interface Found {
  readonly readers: FileReaders
  readonly socket: string | undefined
  /** What the shells read. */
  readonly profiles: readonly string[]
  /** Ids of tools. */
  readonly connected: ReadonlySet<string>
}

async function statusOf(tool: ToolDefinition, surroundings: Surroundings, found: Found): Promise<ToolStatus> {
  const state = await stateOf(tool, surroundings, found)
  return { id: tool.id, name: tool.name, state, ...instructions(tool, surroundings) }
}

async function stateOf(
  tool: ToolDefinition,
  surroundings: Surroundings,
  { readers, socket, profiles, connected }: Found,
): Promise<ToolStatus['state']> {
  if (connected.has(tool.id)) return 'connected'
  const settings = await textsOf(tool.settings(surroundings), readers)
  if (settings.some((text) => namesTokenTray(text, socket))) return 'connected'
  if (profiles.some((text) => setsByTokenTray(text, tool.variables, socket))) return 'connected'
  const isThere = settings.length > 0 || (await readers.isFolder(tool.folder(surroundings)))
  return isThere || (await isInstalled(tool, surroundings, readers)) ? 'found' : 'not_installed'
}

async function isInstalled({ commands }: ToolDefinition, surroundings: Surroundings, readers: FileReaders): Promise<boolean> {
  for (const command of commands) if ((await findProgram(command, surroundings, readers)) !== undefined) return true
  return false
}

function instructions({ id, settings, connection }: ToolDefinition, surroundings: Surroundings) {
  const isOwn = connection.kind === 'settings'
  const file = isOwn ? (settings(surroundings)[0] ?? '') : ownProfile(surroundings)
  const lines = isOwn ? connection.lines : variableLines(connection, id, surroundings.platform)
  return { where: shortened(file, surroundings), lines }
}

/** The texts of the files that can be read. */
async function textsOf(files: readonly string[], readers: FileReaders): Promise<readonly string[]> {
  const texts = await Promise.all(files.map((file) => readers.readText(file)))
  return texts.filter((text) => text !== undefined)
}

/** A path as a person writes it. */
export function shortened(file: string, { home, platform }: Surroundings): string {
  return platform !== 'win32' && file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file
}

/** Undefined when the environment names one that cannot be used. */
function socketOf({ env, platform }: Surroundings): string | undefined {
  try {
    return socketPath(env, platform)
  } catch {
    return undefined
  }
}
