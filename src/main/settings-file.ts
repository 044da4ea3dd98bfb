import { lstat, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type KeptSettings, keptDefaults } from './kept-settings.ts'

/** A settings file that could not be used. */
export interface SettingsDamage {
  readonly file: string
  /** Where it is now; undefined when it could not be moved. */
  readonly aside: string | undefined
}

export interface SettingsAtStart {
  readonly kept: KeptSettings
  /** The members of the file as they were, also those that only a newer version knows. */
  readonly members: Readonly<Record<string, unknown>>
  readonly damage?: SettingsDamage
}

/** Far above every settings file. A larger one is not ours, and reading it would only cost memory. Bytes. */
const sizeLimit = 262_144

/** The name without its ending, as the settings library wants it. */
export const settingsName = 'settings'
export const settingsPath = (folder: string): string => join(folder, `${settingsName}.json`)

const atDefaults: SettingsAtStart = { kept: keptDefaults, members: {} }

/**
 * The settings as the last start left them. Something that cannot be used is set aside, so that it is neither lost nor met again.
 * The settings library is not loaded for it: that is some 11 MB for as long as the app runs, and would delay the tray icon.
 */
export async function readSettingsFile(folder: string): Promise<SettingsAtStart> {
  const file = settingsPath(folder)
  try {
    const text = await textOf(file)
    return text === undefined ? atDefaults : await checked(JSON.parse(text))
  } catch {
    return { ...atDefaults, damage: { file, aside: await setAside(folder, file) } }
  }
}

/** Undefined when there is no file. It may be a link, as in a home whose files are kept elsewhere; a pipe would never end. */
async function textOf(file: string): Promise<string | undefined> {
  const info = await stat(file).catch(ignoreMissing)
  if (info === undefined) return undefined
  if (!info.isFile() || info.size > sizeLimit) throw new Error('This is no settings file.')
  return readFile(file, 'utf8')
}

async function checked(members: unknown): Promise<SettingsAtStart> {
  // Loaded only for a file that is there, because the schema library delays the start as well.
  const { keptSettings } = await import('./kept-settings-schema.ts')
  const { notices, quietHours, usageThresholds, ...rest } = keptSettings.parse(members)
  const kept = {
    ...withoutGaps(keptDefaults, rest),
    notices: withoutGaps(keptDefaults.notices, notices ?? {}),
    quietHours: withoutGaps(keptDefaults.quietHours, quietHours ?? {}),
    usageThresholds: (usageThresholds ?? []).map(({ window, percents }) => ({ window, percents })),
    ...(rest.windowBounds === undefined ? {} : { windowBounds: rest.windowBounds }),
  }
  // The schema has just found an object.
  return { kept, members: members as Record<string, unknown> }
}

/** The members of `defaults`, each with what was found where it was. */
function withoutGaps<Members extends object>(defaults: Members, found: { readonly [Name in keyof Members]?: unknown }): Members {
  const entries = Object.entries(defaults).map(([name, value]) => [name, found[name as keyof Members] ?? value])
  // Every value is the default's or has passed the schema of its member.
  return Object.fromEntries(entries) as Members
}

/** Renames the file to the first free `settings.damaged-<n>.json`. Undefined when that cannot be done. */
async function setAside(folder: string, file: string): Promise<string | undefined> {
  try {
    for (let number = 1; ; number += 1) {
      const aside = join(folder, `${settingsName}.damaged-${number}.json`)
      if ((await lstat(aside).catch(ignoreMissing)) !== undefined) continue
      await rename(file, aside)
      return aside
    }
  } catch {
    return undefined
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
