import type ElectronStore from 'electron-store'
import type { Area } from './popover-placement.ts'

/** The app's own settings. Accounts and grants are the broker's and are never here. */
interface Settings {
  /** Where the person put the window, when there is no tray to hang a popover on. */
  readonly windowBounds?: Area
  /** Whether the person has read that closing the window does not end the broker. */
  readonly knowsThatItStays: boolean
  readonly lockWithScreen: boolean
}

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
        name: 'settings',
        schema: { windowBounds: area, knowsThatItStays: { type: 'boolean' }, lockWithScreen: { type: 'boolean' } },
        defaults: { knowsThatItStays: false, lockWithScreen: false },
        clearInvalidConfig: true,
        configFileMode: 0o600,
      }),
  )
  return opened
}
