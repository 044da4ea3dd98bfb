import { z } from 'zod'
import { epochSeconds } from './grant-state.ts'

/** The query of the token route. Query members arrive as text. */
export const tokenQuery = z.strictObject({
  account: z.string().min(1).max(64).optional().describe('Label of the account, when the provider has several.'),
  min_valid: z.coerce
    .number()
    .int()
    .min(0)
    .max(31_536_000)
    .optional()
    .describe('Seconds the token must still be valid; 300 by default.'),
  link: z.enum(['grant', 'api_key']).optional().describe('Only a login, or only a key; both along the chain by default.'),
  rejected: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/)
    .optional()
    .describe('Hex prefix of the SHA-256 of the access token that the API answered 401 to.'),
})

/** A hand-out. `headers` are the ones the provider's API wants besides `Authorization`. */
export const tokenResponse = z.object({
  access_token: z.string(),
  token_type: z.string(),
  expires_at: epochSeconds.optional(),
  provider: z.string(),
  account: z.string(),
  base_url: z.string(),
  headers: z.record(z.string(), z.string()),
  token_header: z
    .string()
    .optional()
    .describe('The header that takes the bare token, when it is not `Authorization: <token_type> <access_token>`.'),
})
export type TokenResponse = Readonly<z.infer<typeof tokenResponse>>
