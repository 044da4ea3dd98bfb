import { delimiter, isAbsolute, join } from 'node:path'
import type { FileReaders } from './file-readers.ts'
import type { Surroundings } from './tool.ts'

/** A PATH that somebody made longer in every shell must not cost thousands of looks. */
const mostFolders = 100

/**
 * Where commands are looked for: PATH without its relative folders, and the usual places that an app started from a desktop does not find
 * there, because no shell has set it up.
 */
export function programFolders(surroundings: Surroundings): readonly string[] {
  const { home, platform } = surroundings
  const usual = {
    linux: [join(home, '.local', 'bin')],
    darwin: ['/opt/homebrew/bin', '/usr/local/bin', join(home, '.local', 'bin')],
  }
  const others = platform === 'linux' || platform === 'darwin' ? usual[platform] : []
  return [...new Set([...pathFolders(surroundings), ...others])]
}

/** PATH without its relative folders. */
export const pathFolders = ({ env }: Surroundings): readonly string[] =>
  (env.PATH ?? env.Path ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .slice(0, mostFolders)

/** The files that a command may be. */
export const programNames = (command: string, platform: NodeJS.Platform): readonly string[] =>
  platform === 'win32' ? ['.exe', '.cmd', '.bat', '.ps1'].map((ending) => `${command}${ending}`) : [command]

/** The file that runs when somebody types the command; undefined when there is none. */
export async function findProgram(
  command: string,
  surroundings: Surroundings,
  { isProgram }: Pick<FileReaders, 'isProgram'>,
): Promise<string | undefined> {
  const names = programNames(command, surroundings.platform)
  for (const folder of programFolders(surroundings)) {
    for (const name of names) if (await isProgram(join(folder, name))) return join(folder, name)
  }
  return undefined
}
