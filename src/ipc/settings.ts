import type { LanguageTag } from './words/index.ts'

/** What a notification may be about; each kind can be switched off by itself. */
export const noticeKinds = ['sign_in_needed', 'login_ends_soon', 'usage_threshold', 'usage_reset', 'consent'] as const
export type NoticeKind = (typeof noticeKinds)[number]

export const logLevels = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

/** Minutes after midnight in the time zone of the person, from 0 to 1439. A span whose end comes before its begin goes over midnight. */
export interface QuietHours {
  readonly on: boolean
  readonly from: number
  readonly to: number
}

/** `window` is the name of a limit as the provider has it, such as `5 hours`. No percents: nothing is told. */
export interface UsageThresholds {
  readonly window: string
  readonly percents: readonly number[]
}

/** What the person decides about the app. Accounts, grants and permissions are the broker's and are never here. */
export interface AppSettings {
  /** `system` follows the language of the desktop. */
  readonly language: 'system' | LanguageTag
  /** Masks e-mail addresses and names, for screenshots and for a screen that others see. */
  readonly hidePersonalData: boolean
  /** Whether a start shows nothing but the icon, also where there is no tray. */
  readonly startHidden: boolean
  readonly lockWithScreen: boolean
  /** Whether tokens are refreshed before they run out; without it, when a tool asks. */
  readonly refreshAhead: boolean
  readonly notices: Readonly<Record<NoticeKind, boolean>>
  /** When no notification comes, except of a tool that waits. */
  readonly quietHours: QuietHours
  /** At which percents the limits of a name are told of; those of every other name at the usual ones. */
  readonly usageThresholds: readonly UsageThresholds[]
  readonly logLevel: LogLevel
}

/** At which percents a limit is told of whose name is not in `usageThresholds`. */
export const usualThresholds: readonly number[] = [80, 95]

export const defaultSettings: AppSettings = {
  language: 'system',
  hidePersonalData: false,
  startHidden: false,
  lockWithScreen: false,
  refreshAhead: true,
  notices: { sign_in_needed: true, login_ends_soon: true, usage_threshold: true, usage_reset: true, consent: true },
  quietHours: { on: false, from: 22 * 60, to: 7 * 60 },
  usageThresholds: [],
  logLevel: 'info',
}

/** What the environment says, which the person sees and cannot change in the app. */
export interface EnvironmentFacts {
  /** The proxy without its user name and password, such as `http://proxy.example:3128`. */
  readonly proxy?: string
  readonly noProxy?: string
  /** The file of NODE_EXTRA_CA_CERTS. */
  readonly extraCa?: string
  /** TOKENTRAY_REFRESH decides, so that the switch has no effect. */
  readonly refreshIsFixed: boolean
  /** TOKENTRAY_LOG decides. */
  readonly logLevelIsFixed: boolean
  /** TOKENTRAY_VAULT decides, so that the key cannot be moved from here. */
  readonly vaultIsFixed: boolean
}

/** Everything that the settings page shows. */
export interface SettingsView {
  readonly settings: AppSettings
  /** As the system has it; undefined where the app cannot be started with the login. */
  readonly startAtLogin?: boolean
  /** The broker's switch; undefined while there is no broker. */
  readonly askFirst?: boolean
  readonly environment: EnvironmentFacts
}

/** What a change names is set; the rest stays. */
export type SettingsChange = { readonly [Name in keyof AppSettings]?: AppSettings[Name] | undefined } & {
  readonly startAtLogin?: boolean | undefined
  readonly askFirst?: boolean | undefined
}
