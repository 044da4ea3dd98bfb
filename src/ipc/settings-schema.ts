import { z } from 'zod'
import { type AppSettings, logLevels, type noticeKinds, type SettingsChange } from './settings.ts'
import { languageTags } from './words/index.ts'

const minuteOfDay = z.int().min(0).max(1439)
const quietHours = z.strictObject({ on: z.boolean(), from: minuteOfDay, to: minuteOfDay })
const percents = z.array(z.int().min(1).max(100)).max(10)
const notices = z.strictObject({
  sign_in_needed: z.boolean(),
  login_ends_soon: z.boolean(),
  usage_threshold: z.boolean(),
  usage_reset: z.boolean(),
  consent: z.boolean(),
} satisfies Record<(typeof noticeKinds)[number], z.ZodBoolean>)

/** What is kept of the settings, as the file and the window have it. */
export const appSettings = z.strictObject({
  language: z.enum(['system', ...languageTags]),
  hidePersonalData: z.boolean(),
  startHidden: z.boolean(),
  lockWithScreen: z.boolean(),
  refreshAhead: z.boolean(),
  notices,
  quietHours,
  usageThresholds: z.array(z.strictObject({ window: z.string().min(1).max(100), percents })).max(100),
  logLevel: z.enum(logLevels),
}) satisfies z.ZodType<AppSettings>

/** What the window may send. */
export const settingsChange = appSettings.partial().extend({
  startAtLogin: z.boolean().optional(),
  askFirst: z.boolean().optional(),
}) satisfies z.ZodType<SettingsChange>
