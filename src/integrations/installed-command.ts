import { dirname, join } from 'node:path'
import type { FileReaders } from './file-readers.ts'
import { pathFolders, programFolders, programNames } from './program-folders.ts'
import type { Surroundings } from './tool.ts'

/**
 * How another program starts a command: by its name where that leads to it, and otherwise with the whole path, as at one of the usual places
 * that only a shell has on its PATH. Undefined where it is not installed. `isOther` tells of a program that only has the same name.
 */
export async function installedCommand(
  name: string,
  surroundings: Surroundings,
  readers: Pick<FileReaders, 'isProgram'>,
  isOther: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  const files = programFolders(surroundings).flatMap((folder) =>
    programNames(name, surroundings.platform).map((file) => join(folder, file)),
  )
  let isFirst = true
  for (const file of files) {
    if (!(await readers.isProgram(file))) continue
    if (!(await isOther(file))) return isFirst && pathFolders(surroundings).includes(dirname(file)) ? name : file
    isFirst = false
  }
  return undefined
}
