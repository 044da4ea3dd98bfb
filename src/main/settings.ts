import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { app } from 'electron'
import type ElectronStore from 'electron-store'
import type { Area } from './popover-placement.ts'

/** The app's own settings. Accounts and grants are the broker's and are never here. */
interface Settings {
  /** Where the person put the window, when there is no tray to hang a popover on. */
  readonly windowBounds?: Area
  /** Whether the person has read that closing the window does not end the broker. */
  readonly knowsThatItStays: boolean
  /** Whether the vault is locked when the screen is. */
  readonly lockWithScreen: boolean
}

const name = 'settings'

const area = {
  type: 'object',
  properties: { x: { type: 'integer' }, y: { type: 'integer' }, width: { type: 'integer' }, height: { type: 'integer' } },
  required: ['x', 'y', 'width', 'height'],
} as const

let opened: Promise<ElectronStore<Settings>> | undefined

/** Loaded at the first use, because the schema library behind it would delay the tray icon. A damaged file gives the defaults. */
export function settings(): Promise<ElectronStore<Settings>> {
  opened ??= import('electron-store').then(
    ({ default: Store }) =>
      new Store<Settings>({
        name,
        schema: { windowBounds: area, knowsThatItStays: { type: 'boolean' }, lockWithScreen: { type: 'boolean' } },
        defaults: { knowsThatItStays: false, lockWithScreen: false },
        clearInvalidConfig: true,
        configFileMode: 0o600,
      }),
  )
  return opened
}

/**
 * `lockWithScreen` as it was kept by an earlier start. It is read from the file itself, because it is wanted at every start, and the
 * library costs some 11 MB for as long as the app runs.
 */
export async function keptLockWithScreen(): Promise<boolean> {
  try {
    const kept: unknown = JSON.parse(await readFile(join(app.getPath('userData'), `${name}.json`), 'utf8'))
    return (kept as Partial<Settings> | null)?.lockWithScreen === true
  } catch {
    return false
  }
}
