import { z } from 'zod'
import { epochSeconds } from './grant-state.ts'

/** Who answers on this socket; a second broker names its owner with it. */
export const healthResponse = z.object({
  name: z.literal('tokentray'),
  version: z.string(),
  api: z.literal('v1'),
  host: z.enum(['app', 'daemon']),
  pid: z.int(),
  home: z.string(),
  /** The name of the vault; absent for the default one. */
  vault: z.string().optional(),
  started_at: epochSeconds,
})
export type HealthResponse = Readonly<z.infer<typeof healthResponse>>
