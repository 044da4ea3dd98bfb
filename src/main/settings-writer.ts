import { readFile } from 'node:fs/promises'
import { settingsName, settingsPath } from './settings-file.ts'

/** Replaces everything that the settings file holds; rejects with what the system said. */
export type WriteSettings = (members: Readonly<Record<string, unknown>>) => Promise<void>

/** What the settings library offers, whose own checks are not used: everything has passed our schema before. */
interface Library {
  store: Record<string, unknown>
}
export interface LibraryOptions {
  readonly name: string
  readonly cwd: string
  readonly configFileMode: number
  readonly clearInvalidConfig: boolean
  readonly serialize: (members: unknown) => string
}

const serialize = (members: unknown): string => JSON.stringify(members, undefined, '\t')

/**
 * Writes through the settings library, which renames a finished file into place. The library is loaded with the first write. It does not
 * look whether a disk that fills up has taken everything, so that the file is read back.
 */
export function settingsWriter(
  folder: string,
  load: (options: LibraryOptions) => Promise<Library> = electronStore,
): WriteSettings {
  let library: Promise<Library> | undefined
  return async (members) => {
    library ??= load({ name: settingsName, cwd: folder, configFileMode: 0o600, clearInvalidConfig: true, serialize })
    try {
      ;(await library).store = { ...members }
    } catch (error) {
      // The library refuses for good where its file was a folder when it was loaded.
      library = undefined
      throw error
    }
    const written = await readFile(settingsPath(folder), 'utf8')
    if (written !== serialize(members)) throw new Error('The file is not whole.')
  }
}

const electronStore = async (options: LibraryOptions): Promise<Library> => {
  const { default: Store } = await import('electron-store')
  return new Store<Record<string, unknown>>(options)
}
