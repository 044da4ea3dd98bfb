import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, link, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { BrokerError } from '../protocol/index.ts'

/** A file as it was read: a link is followed, and `path` is where it leads. */
export type ForeignFile =
  | { readonly kind: 'found'; readonly path: string; readonly text: string; readonly mode: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Far above every store that is known. Bytes. */
const largest = 1_048_576

/** Reads a file of the person; anything else is refused with the reason. Never throws. */
export async function readForeignFile(named: string): Promise<ForeignFile> {
  try {
    const path = await realpath(named)
    const { O_RDONLY, O_NONBLOCK = 0 } = constants
    // Without blocking: to open a pipe that nobody writes to would wait for ever.
    const handle = await open(path, O_RDONLY | O_NONBLOCK)
    try {
      const { size, mode, uid, ...about } = await handle.stat().then((info) => ({ ...info, isFile: info.isFile() }))
      if (!about.isFile) return { kind: 'refused', reason: 'it is no regular file' }
      if (uid !== (process.getuid?.() ?? uid)) return { kind: 'refused', reason: 'it belongs to another user' }
      if (size > largest) return { kind: 'refused', reason: 'it is larger than any list of logins' }
      const bytes = await handle.readFile()
      const text = bytes.toString('utf8')
      // A text that would not come back as the same bytes could not be written without a loss.
      if (!Buffer.from(text).equals(bytes)) return { kind: 'refused', reason: 'it is no text' }
      return { kind: 'found', path, text, mode: mode & 0o777 }
    } finally {
      await handle.close()
    }
  } catch (error) {
    const { code = 'unknown fault' } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { kind: 'absent' }
      : { kind: 'refused', reason: `it cannot be read (${code})` }
  }
}

/**
 * Puts another text in the place of a file in one step, with its mode, unless the file is not as it was read. Throws
 * `temporarily_unavailable` then, and `invalid_request` where it cannot be written.
 */
export async function replaceForeignFile(file: Extract<ForeignFile, { kind: 'found' }>, text: string): Promise<void> {
  await writeUnfinished(file.path, text, file.mode, async (unfinished) => {
    await requireUnchanged(file)
    await rename(unfinished, file.path)
  })
}

/** Makes a file that only the person can read. Throws `temporarily_unavailable` when there is one, and `invalid_request` as above. */
export async function makeForeignFile(path: string, text: string): Promise<void> {
  await writeUnfinished(path, text, 0o600, async (unfinished) => {
    // Unlike a rename, a link never takes the place of anything.
    await link(unfinished, path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? changedMeanwhile(path) : error
    })
    await unlink(unfinished)
  })
}

/** Is told of every step of a replacement. Each call settles when what it notes would survive a power cut. */
export interface Witness {
  /** The text is about to be written beside its place, at `unfinished`. */
  preparing(unfinished: string): Promise<void>
  /** All of it is there. From here on, the replacement has happened as soon as there is no `unfinished` any more. */
  placing(unfinished: string): Promise<void>
  /** It does not happen. */
  withdrawn(): Promise<void>
}

/**
 * As `replaceForeignFile`, for a text that may have one owner only: whenever this process ends, the notes of the witness and the disk
 * tell whether the file has the text.
 */
export async function replaceBeforeWitness(
  file: Extract<ForeignFile, { kind: 'found' }>,
  text: string,
  witness: Witness,
): Promise<void> {
  const unfinished = unfinishedName(file.path)
  await witness.preparing(unfinished)
  try {
    await writeSynced(unfinished, text, file.mode)
    await syncFolder(dirname(unfinished))
    await witness.placing(unfinished)
    await requireUnchanged(file)
    await rename(unfinished, file.path)
  } catch (error) {
    // The note goes first: as long as it is there, a text that is gone means one that is in its place.
    await witness.withdrawn()
    await unlink(unfinished).catch(() => undefined)
    throw writeFault(file.path, error)
  }
  await syncFolder(dirname(file.path)).catch(() => undefined)
}

/** As late as can be: not every program takes a lock that this one could take as well. */
async function requireUnchanged(file: Extract<ForeignFile, { kind: 'found' }>): Promise<void> {
  const present = await readForeignFile(file.path)
  if (present.kind !== 'found' || present.text !== file.text) throw changedMeanwhile(file.path)
}

/** Writes a text beside its place and syncs it, then `place` puts it there in one step. */
async function writeUnfinished(
  path: string,
  text: string,
  mode: number,
  place: (unfinished: string) => Promise<void>,
): Promise<void> {
  const unfinished = unfinishedName(path)
  try {
    await writeSynced(unfinished, text, mode)
    await place(unfinished)
    await syncFolder(dirname(path))
  } catch (error) {
    await unlink(unfinished).catch(() => undefined)
    throw writeFault(path, error)
  }
}

const unfinishedName = (path: string): string => join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)

async function writeSynced(unfinished: string, text: string, mode: number): Promise<void> {
  const handle = await open(unfinished, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await chmod(unfinished, mode)
}

function writeFault(path: string, error: unknown): BrokerError {
  if (error instanceof BrokerError) return error
  const { code = 'unknown fault' } = error as NodeJS.ErrnoException
  return new BrokerError('invalid_request', `${path} cannot be written (${code}).`, {
    fix: `Make ${dirname(path)} writable for your user, and try again.`,
  })
}

function changedMeanwhile(path: string): BrokerError {
  return new BrokerError('temporarily_unavailable', `${path} was changed by its program meanwhile.`, {
    fix: 'End that program, and run the same command again.',
  })
}

/** The files that a path means; a segment with `*` stands for every name that fits. Never throws. */
export async function expandPath(path: string): Promise<readonly string[]> {
  const star = path.split(sep).findIndex((segment) => segment.includes('*'))
  if (star === -1) return (await stat(path).catch(() => undefined)) === undefined ? [] : [path]
  const segments = path.split(sep)
  const folder = segments.slice(0, star).join(sep)
  const [before = '', after = ''] = (segments[star] ?? '').split('*')
  const names = await readdir(folder).catch(() => [])
  const fitting = names.filter((name) => name.startsWith(before) && name.endsWith(after)).sort()
  const found = fitting.slice(0, mostFiles).map((name) => expandPath([folder, name, ...segments.slice(star + 1)].join(sep)))
  return (await Promise.all(found)).flat()
}

/** In one folder. */
const mostFiles = 200

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder as a file; there NTFS journals the rename itself.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}
