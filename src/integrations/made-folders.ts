import { mkdir, rmdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BrokerError } from '../protocol/index.ts'

/** The folders that a path lacks, the outermost first. */
export async function missingFolders(path: string): Promise<readonly string[]> {
  if ((await stat(path).catch(() => undefined)) !== undefined || dirname(path) === path) return []
  return [...(await missingFolders(dirname(path))), path]
}

/** Makes a folder, and those that it is in, for the person alone. Answers those that were missing; throws `invalid_request`. */
export async function makeFolders(path: string): Promise<readonly string[]> {
  const missing = await missingFolders(path)
  for (const folder of missing) {
    await mkdir(folder, { mode: 0o700 }).catch(({ code }: NodeJS.ErrnoException) => {
      if (code === 'EEXIST') return
      throw new BrokerError('invalid_request', `The folder ${folder} cannot be made (${code}).`, {
        fix: `Make ${dirname(folder)} writable for your user, and try again.`,
      })
    })
  }
  return missing
}

/** Takes folders away again that were made, as far as nobody has put anything into them. */
export async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) await rmdir(folder).catch(() => undefined)
}
