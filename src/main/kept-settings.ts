import { type AppSettings, defaultSettings } from '../ipc/settings.ts'
import type { Area } from './popover-placement.ts'

/** Everything that the settings file holds: what the person decides, and what the app remembers for itself. */
export interface KeptSettings extends AppSettings {
  /** Where the person put the window, when there is no tray to hang a popover on. */
  readonly windowBounds?: Area | undefined
  /** Whether the person has read that closing the window does not end the broker. */
  readonly knowsThatItStays: boolean
  /** Whether the first steps are done or skipped. */
  readonly welcomeDone: boolean
}

export const keptDefaults: KeptSettings = { ...defaultSettings, knowsThatItStays: false, welcomeDone: false }

/** Part of the settings, as an older version may have left them and as a change names them. */
export type KeptChange = { readonly [Name in keyof KeptSettings]?: KeptSettings[Name] | undefined }
