import { homeFolder, socketPath } from '../protocol/socket-path.ts'
import type { ToolStatus } from '../protocol/tool.ts'
import { type Connection, digest, readJournal } from './connections/journal.ts'
import type { FileReaders } from './file-readers.ts'
import { readForeignFile } from './foreign-file.ts'
import { namesTokenTray, setsByTokenTray } from './mention.ts'
import { findProgram } from './program-folders.ts'
import { shellProfiles } from './shell.ts'
import { type Environment, type Surroundings, surroundingsOf, type ToolDefinition } from './tool.ts'
import { tools } from './tools.ts'

/**
 * Which tools there are on this computer and which of them take their tokens here. Their settings and the files that a shell reads are
 * looked at, and no file in which a tool keeps a login. No program is started. Throws `invalid_request` where it cannot be read what was
 * connected.
 */
export async function detectTools(
  env: Environment,
  readers: FileReaders,
  platform: NodeJS.Platform = process.platform,
): Promise<readonly ToolStatus[]> {
  const connections = await readJournal(homeFolder(env))
  const surroundings = surroundingsOf(env, platform)
  const found = { readers, socket: socketOf(surroundings), profiles: await textsOf(shellProfiles(surroundings), readers) }
  return Promise.all(
    tools.map(async (tool): Promise<ToolStatus> => {
      const { id, name } = tool
      const own = connections.find((each) => each.tool === id)
      if (own !== undefined) return { id, name, ...(await connected(own)) }
      return { id, name, state: await stateOf(tool, surroundings, found), files: [], changed: [] }
    }),
  )
}

async function connected({ selector, files }: Connection): Promise<Omit<ToolStatus, 'id' | 'name'>> {
  const changed = await Promise.all(
    files.map(async ({ path, after }) => {
      const file = await readForeignFile(path)
      return file.kind === 'found' && digest(file.text) === after ? [] : [path]
    }),
  )
  return { state: 'connected', selector, files: files.map(({ path }) => path), changed: changed.flat() }
}

interface Found {
  readonly readers: FileReaders
  readonly socket: string | undefined
  /** What the shells read. */
  readonly profiles: readonly string[]
}

/** What there is to see of a tool that TokenTray has not connected itself. */
async function stateOf(
  tool: ToolDefinition,
  surroundings: Surroundings,
  { readers, socket, profiles }: Found,
): Promise<ToolStatus['state']> {
  const settings = await textsOf(tool.settings(surroundings), readers)
  if (settings.some((text) => namesTokenTray(text, socket))) return 'connected_by_hand'
  // A profile sets a variable of the tool, or starts the tool with one set.
  const words = [...tool.variables, ...tool.commands]
  if (profiles.some((text) => setsByTokenTray(text, words, socket))) return 'connected_by_hand'
  const isThere = settings.length > 0 || (await readers.isFolder(tool.folder(surroundings)))
  return isThere || (await isInstalled(tool, surroundings, readers)) ? 'found' : 'not_installed'
}

async function isInstalled({ commands }: ToolDefinition, surroundings: Surroundings, readers: FileReaders): Promise<boolean> {
  for (const command of commands) if ((await findProgram(command, surroundings, readers)) !== undefined) return true
  return false
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
