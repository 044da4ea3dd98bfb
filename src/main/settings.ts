import { type KeptChange, type KeptSettings, keptDefaults } from './kept-settings.ts'
import { readSettingsFile, type SettingsAtStart, type SettingsDamage, settingsPath } from './settings-file.ts'
import { settingsWriter, type WriteSettings } from './settings-writer.ts'

/** The app's own settings. Accounts and grants are the broker's and are never here. Memory is the truth; the file is for the next start. */
export class Settings {
  readonly file: string
  readonly #write: WriteSettings
  readonly damage: SettingsDamage | undefined
  #kept: KeptSettings
  #members: Readonly<Record<string, unknown>>
  #writing: Promise<void> = Promise.resolve()

  constructor(file: string, start: SettingsAtStart, write: WriteSettings) {
    this.file = file
    this.#write = write
    this.damage = start.damage
    this.#kept = start.kept
    this.#members = start.members
  }

  current(): KeptSettings {
    return this.#kept
  }

  /**
   * Holds from now on. Rejects with what the system said when it could not be written; it holds until the app ends all the same, and
   * is written with the next change.
   */
  change(change: KeptChange): Promise<void> {
    const named = Object.entries(change).filter(([, value]) => value !== undefined)
    this.#kept = { ...this.#kept, ...Object.fromEntries(named) }
    this.#members = { ...this.#members, ...Object.fromEntries(named.map(([name, value]) => [name, this.#merged(name, value)])) }
    // One after the other, each with what is newest by then, so that the last one on the disk is the last one that was made.
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write({ ...keptDefaults, ...this.#members }))
    return this.#writing
  }

  /** Resolves when nothing is left to be written, whatever came of it. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => {})
  }

  /** What only a newer version knows stays, also within a member. */
  #merged(name: string, value: unknown): unknown {
    const before = this.#members[name]
    return isRecord(value) && isRecord(before) ? { ...before, ...value } : value
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The settings of the app whose own files are in `folder`. */
export async function openSettings(folder: string): Promise<Settings> {
  return new Settings(settingsPath(folder), await readSettingsFile(folder), settingsWriter(folder))
}
