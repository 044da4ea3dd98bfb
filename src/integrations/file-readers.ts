import { constants } from 'node:fs'
import { access, open, stat } from 'node:fs/promises'

/** What is looked at on the disk to find tools. Nothing here throws: what cannot be read is as good as not there. */
export interface FileReaders {
  /** The beginning of a file, 256 KiB at most; undefined for what is no regular file or cannot be read. */
  readText(path: string): Promise<string | undefined>
  isFolder(path: string): Promise<boolean>
  /** Whether there is a file that can be started. */
  isProgram(path: string): Promise<boolean>
}

/** Bytes. */
const mostOfAFile = 262_144

export const fileReaders: FileReaders = { readText, isFolder, isProgram }

/** A symbolic link is followed, as many people keep their settings elsewhere and link to them. */
async function readText(path: string): Promise<string | undefined> {
  const { O_RDONLY, O_NONBLOCK = 0 } = constants
  try {
    // Without blocking: to open a pipe that nobody writes to would wait for ever.
    const file = await open(path, O_RDONLY | O_NONBLOCK)
    try {
      const about = await file.stat()
      if (!about.isFile()) return undefined
      const bytes = Buffer.alloc(Math.min(about.size, mostOfAFile))
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
      return bytes.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

async function isFolder(path: string): Promise<boolean> {
  const about = await stat(path).catch(() => undefined)
  return about?.isDirectory() ?? false
}

async function isProgram(path: string): Promise<boolean> {
  const about = await stat(path).catch(() => undefined)
  if (!about?.isFile()) return false
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
