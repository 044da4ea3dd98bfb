import { createHash } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BrokerError } from '../../protocol/index.ts'
import { makeForeignFile, readForeignFile, replaceForeignFile } from '../foreign-file.ts'
import { makeFolders } from '../made-folders.ts'
import { whileLocked } from '../program-locks.ts'
import { fileChange, setting } from './file-change.ts'
import { journalPath } from './journal-path.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/**
 * One file that was changed, and the way back. Which of both states it is in is told by its digest, so that a write which a power cut came
 * before needs no repair.
 */
const journalFile = z.object({
  path: z.string(),
  /** Digest of the file before; absent when there was none. */
  before: sha256.optional(),
  after: sha256,
  /** Folders that were made for it, the outermost first. */
  folders: z.array(z.string()),
  change: fileChange,
  previous: z.array(setting),
  undo: z.string(),
})
export type JournalFile = Readonly<z.infer<typeof journalFile>>

/** A tool that was connected, and by which login. `at` is in epoch seconds. */
const connection = z.object({
  tool: z.string(),
  selector: z.string(),
  at: z.int(),
  files: z.array(journalFile),
  /** The file of the tool in which the broker keeps a fresh token. */
  token_file: z.string().optional(),
})
export type Connection = Readonly<z.infer<typeof connection>>

const journal = z.object({ version: z.literal(1), connections: z.array(connection) })

/** What was connected, the oldest first. Throws `invalid_request` for a journal that cannot be read: without it nothing could be undone. */
export async function readJournal(home: string): Promise<readonly Connection[]> {
  const path = journalPath(home)
  const file = await readForeignFile(path)
  if (file.kind === 'absent') return []
  try {
    if (file.kind === 'refused') throw new Error(file.reason)
    return journal.parse(JSON.parse(file.text)).connections
  } catch {
    throw new BrokerError('invalid_request', `What \`tokentray connect\` wrote down in ${path} cannot be read.`, {
      fix: 'Restore it, or move it away and take the lines of TokenTray out of the settings of your tools by hand.',
    })
  }
}

/** On the disk before it returns, so that no file is ever changed without a way back. When nothing is connected, nothing is left of it. */
export async function writeJournal(home: string, connections: readonly Connection[]): Promise<void> {
  const path = journalPath(home)
  if (connections.length === 0) return unlink(path).catch(ignoreAbsent)
  const text = `${JSON.stringify({ version: 1, connections }, undefined, 2)}\n`
  await makeFolders(home)
  const present = await readForeignFile(path)
  if (present.kind === 'found') await replaceForeignFile(present, text)
  else await makeForeignFile(path, text)
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** One command at a time connects or disconnects. */
export async function whileAlone<T>(home: string, work: () => Promise<T>): Promise<T> {
  await makeFolders(home)
  return whileLocked([join(home, 'connections.lock')], work, { wait: 20_000, stale: 12_000 })
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
