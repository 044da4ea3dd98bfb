import { z } from 'zod'
import { appSettings } from '../ipc/settings-schema.ts'

const { notices, quietHours, usageThresholds } = appSettings.shape
const area = z.object({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() })

/**
 * The settings file, made of what the window may send. Every member may be missing, because an older version knew fewer, and
 * members that are not known here are the business of a newer one.
 */
export const keptSettings = appSettings
  .extend({
    notices: notices.partial().loose(),
    quietHours: quietHours.partial().loose(),
    usageThresholds: z.array(usageThresholds.element.loose()).max(100),
    windowBounds: area.loose(),
    knowsThatItStays: z.boolean(),
    welcomeDone: z.boolean(),
  })
  .partial()
  .loose()
