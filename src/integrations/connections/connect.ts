import { dirname } from 'node:path'
import { z } from 'zod'
import { BrokerError } from '../../protocol/index.ts'
import { makeForeignFile, replaceForeignFile } from '../foreign-file.ts'
import { makeFolders, missingFolders } from '../made-folders.ts'
import { disconnectFile } from './disconnect.ts'
import { type FileChange, setting } from './file-change.ts'
import { type Connection, digest, type JournalFile, readJournal, whileAlone, writeJournal } from './journal.ts'
import { readSettingsFile, type SettingsFile } from './settings-file.ts'
import { leftAlone, previous, put } from './text-change.ts'
import { undoOf } from './text-difference.ts'

/** A file as it is, and as it would be. */
interface PlannedFile {
  readonly file: SettingsFile
  readonly after: string
  readonly entry: JournalFile
}

/** What connecting a tool would change. Throws `invalid_request` for a file that is left as it is; nothing is written. */
async function planFiles(changes: readonly FileChange[], followLinks: boolean): Promise<readonly PlannedFile[]> {
  const planned: PlannedFile[] = []
  for (const change of changes) {
    const each = await planFile(change, followLinks)
    if (each !== undefined) planned.push(each)
  }
  return planned
}

/** Whether a change only takes away, so that nothing has to be made for it. */
export const isRemoval = (change: FileChange): boolean =>
  change.kind === 'settings' && change.settings.every(({ value }) => value === undefined)

/** Undefined where there is nothing to change. */
async function planFile(change: FileChange, followLinks: boolean): Promise<PlannedFile | undefined> {
  const file = await readSettingsFile(change.file, followLinks)
  if (file.kind === 'absent' && isRemoval(change)) return undefined
  const [path, before] = file.kind === 'found' ? [file.path, file.text] : [change.file, undefined]
  const after = put(before, change)
  if (after === before) return undefined
  const entry: JournalFile = {
    path,
    ...(before === undefined ? {} : { before: digest(before) }),
    after: digest(after),
    folders: [...(await missingFolders(dirname(path)))],
    change,
    previous: previousOf(before, change),
    undo: undoOf(before ?? '', after),
  }
  return { file, after, entry }
}

/** Throws `invalid_request` for a value that the journal could not hold, such as a date. */
function previousOf(text: string | undefined, change: FileChange): JournalFile['previous'] {
  const read = previousSettings.safeParse(previous(text, change))
  if (read.success) return read.data
  throw leftAlone(
    change.file,
    'It has a value in the place of ours that could not be put back.',
    'Take that value out of it first.',
  )
}

const previousSettings = z.array(setting)

/** What the broker does for a tool that reads its token from a file of its own. */
export interface TokenFileDesk {
  readonly path: string
  readonly put: () => Promise<unknown>
  readonly remove: () => Promise<unknown>
}

export interface ConnectRequest {
  readonly tool: string
  readonly selector: string
  readonly changes: readonly FileChange[]
  readonly followLinks: boolean
  readonly tokenFile: TokenFileDesk | undefined
  /** Milliseconds. */
  readonly now: number
}

/**
 * Connects a tool that is not connected. The way back is on the disk before the first file is changed; when one of them cannot be written,
 * those before it are put back. Throws `invalid_request` or `temporarily_unavailable`.
 */
export function connectTool(home: string, request: ConnectRequest): Promise<Connection> {
  return whileAlone(home, async () => {
    const { tool, selector, changes, followLinks, tokenFile, now } = request
    const planned = await planFiles(changes, followLinks)
    const others = await readJournal(home)
    if (others.some((each) => each.tool === tool)) {
      throw new BrokerError('invalid_request', `${tool} is connected already.`, {
        fix: `Run \`tokentray disconnect ${tool}\` first.`,
      })
    }
    const connection: Connection = {
      tool,
      selector,
      at: Math.floor(now / 1000),
      files: planned.map(({ entry }) => entry),
      ...(tokenFile === undefined ? {} : { token_file: tokenFile.path }),
    }
    await writeJournal(home, [...others, connection])
    try {
      for (const each of planned) await write(each)
      await tokenFile?.put()
    } catch (error) {
      // What cannot be put back now is still in the journal, and `disconnect` tries it again.
      await putBack(home, connection, others, tokenFile).catch(() => undefined)
      throw error
    }
    return connection
  })
}

async function putBack(
  home: string,
  { files }: Connection,
  others: readonly Connection[],
  tokenFile: TokenFileDesk | undefined,
): Promise<void> {
  await tokenFile?.remove().catch(() => undefined)
  for (const entry of files.toReversed()) await disconnectFile(entry)
  await writeJournal(home, others)
}

async function write({ file, after, entry }: PlannedFile): Promise<void> {
  if (file.kind === 'found') return replaceForeignFile(file, after)
  await makeFolders(dirname(entry.path))
  await makeForeignFile(entry.path, after)
}
