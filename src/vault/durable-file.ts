import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import * as nodeFiles from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BrokerError } from '../protocol/index.ts'
import { faultError, type VaultFault } from './fault.ts'

/** The part of `node:fs/promises` that the vault uses, so that a test can put a full or read-only disk in its place. */
export type Files = Pick<
  typeof nodeFiles,
  'chmod' | 'copyFile' | 'link' | 'lstat' | 'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'unlink'
>

export const realFiles: Files = nodeFiles

/** Ends the name of a file that is not complete yet. One that stays behind belongs to a process that was killed. */
export const unfinishedSuffix = '.tmp'

/** The last good copy of a file, from before its latest write. */
export const previousOf = (path: string): string => `${path}.previous`

/** Far above every grant. A larger file is not ours, and reading it would only cost memory. Bytes. */
const sizeLimit = 1_048_576

/** Codes of file systems without hard links. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'])

/**
 * Replaces a file so that a power cut leaves the old or the new text and nothing in between: the text is written under another
 * name and synced, the present file is kept as `<name>.previous`, the new one is renamed into place, and the folder is synced,
 * because a rename lives in the folder. Resolves when all of that is on the disk; throws `vault_unavailable`.
 *
 * This is not write-file-atomic, for two measured reasons. On a disk that fills up, it resolves after a short write and has put
 * the torn file over the good one, where `FileHandle.writeFile` goes on until everything is written or the disk says why not.
 * And it follows a symbolic link at the target; here the exclusive open never does, and the rename replaces the link itself.
 */
export async function writeDurably(path: string, text: string, files: Files = realFiles): Promise<void> {
  const unfinished = unfinishedName(path)
  try {
    const handle = await files.open(unfinished, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await keepPrevious(path, files)
    await files.rename(unfinished, path)
    await syncFolder(dirname(path), files)
  } catch (error) {
    await files.unlink(unfinished).catch(() => undefined)
    throw fileError(error, 'write', path)
  }
}

/**
 * The text of a file, or undefined when there is none. Something that is no regular file, or is far too large, reads as empty
 * text, which no format accepts, so that it is set aside like any damaged file. Throws `vault_unavailable`.
 */
export async function readText(path: string, files: Files = realFiles): Promise<string | undefined> {
  try {
    const info = await files.lstat(path)
    return info.isFile() && info.size <= sizeLimit ? await files.readFile(path, 'utf8') : ''
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw fileError(error, 'read', path)
  }
}

/** Makes `copy` another good copy of `path`, replacing what was there in one step. */
export async function copyDurably(path: string, copy: string, files: Files = realFiles): Promise<void> {
  const unfinished = unfinishedName(copy)
  try {
    await files.link(path, unfinished)
  } catch (error) {
    if (!withoutLinks.has(codeOf(error))) throw error
    await files.copyFile(path, unfinished, constants.COPYFILE_EXCL)
    const handle = await files.open(unfinished, 'r+')
    await handle.sync().finally(() => handle.close())
  }
  // Unlinked even after success: rename(2) does nothing when both names are links to one file already, and leaves this one.
  await files.rename(unfinished, copy).finally(() => files.unlink(unfinished).catch(() => undefined))
}

/** Removes files in the given order, so that the last one decides when the thing is gone. Throws `vault_unavailable`. */
export async function removeDurably(paths: readonly string[], files: Files = realFiles): Promise<void> {
  for (const path of paths) {
    try {
      await ignoreMissing(files.unlink(path))
    } catch (error) {
      throw fileError(error, 'remove', path)
    }
  }
  const [first] = paths
  if (first !== undefined) await ignoreMissing(syncFolder(dirname(first), files))
}

/** Renames a damaged file to `<name>.damaged-<time>`, never over another one. Answers the new path. */
export async function setAside(path: string, now: number, files: Files = realFiles): Promise<string> {
  const aside = `${path}.damaged-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`
  let free = aside
  for (let number = 2; await exists(free, files); number += 1) free = `${aside}-${number}`
  await files.rename(path, free)
  return free
}

/**
 * Creates a folder that only its owner may enter, and takes the access of others away from an existing one. A link, or the folder
 * of somebody else, is refused: who can change where it leads can put files of their own in the place of ours.
 */
export async function ensurePrivateFolder(path: string, files: Files = realFiles): Promise<void> {
  try {
    await files.mkdir(path, { recursive: true, mode: 0o700 })
    if (process.platform === 'win32') return
    const info = await files.lstat(path)
    if (!info.isDirectory() || info.uid !== process.getuid?.())
      throw Object.assign(new Error('not ours'), { code: foreignFolder })
    if ((info.mode & 0o077) !== 0) await files.chmod(path, 0o700)
  } catch (error) {
    throw fileError(error, 'write', path)
  }
}

const foreignFolder = 'a link, or the folder of another user'

/** What a failed file operation means for the person. */
export function fileError(error: unknown, action: 'read' | 'write' | 'remove', path: string): BrokerError {
  return faultError('vault_unavailable', fileFault(codeOf(error), action, path), error)
}

function fileFault(code: string, action: 'read' | 'write' | 'remove', path: string): VaultFault {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        code: 'disk_full',
        description: `The disk is full: ${path} could not be written. The last stored state is intact.`,
        fix: `Free some space on the disk of ${dirname(path)}. TokenTray tries again by itself.`,
      }
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'folder_refused',
        description: `TokenTray may not ${action} ${path} (${code}).`,
        fix: `Make ${dirname(path)} readable and writable for your user, or set TOKENTRAY_HOME to a folder that is.`,
      }
    case foreignFolder:
      return {
        code: 'folder_refused',
        description: `TokenTray does not use ${path}, because it is ${code}.`,
        fix: 'Put a folder of your own in its place, such as the one that the link leads to, or set TOKENTRAY_HOME to another folder.',
      }
    default:
      return {
        code: 'file_failed',
        description: `TokenTray could not ${action} ${path} (${code}).`,
        fix: `Check the disk and the folder ${dirname(path)}. TokenTray tries again by itself.`,
      }
  }
}

/** The errno code of a thrown value. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown fault'
}

const unfinishedName = (path: string): string => `${path}.${randomBytes(6).toString('hex')}${unfinishedSuffix}`

/** The present file gets its second name before it loses its first, so that there is no moment without a good file. */
async function keepPrevious(path: string, files: Files): Promise<void> {
  const present = await ignoreMissing(files.lstat(path))
  if (present?.isFile()) await copyDurably(path, previousOf(path), files)
}

async function syncFolder(path: string, files: Files): Promise<void> {
  // Windows cannot open a folder as a file; there NTFS journals the rename itself.
  if (process.platform === 'win32') return
  const handle = await files.open(path, 'r')
  await handle.sync().finally(() => handle.close())
}

async function exists(path: string, files: Files): Promise<boolean> {
  return (await ignoreMissing(files.lstat(path))) !== undefined
}

async function ignoreMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
