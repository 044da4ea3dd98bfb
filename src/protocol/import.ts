import { z } from 'zod'
import { epochSeconds } from './grant-state.ts'
import { loginSource } from './moved-login.ts'
import { nameRule, selectorName } from './selector.ts'
import { accountStatus } from './snapshot.ts'

/**
 * A login that another program made, which moves to the broker: from now on the broker alone refreshes it. Whoever sends it makes
 * sure that the program cannot refresh it any more, once the answer is there.
 */
export const importRequest = z.strictObject({
  provider: z.string().max(64),
  refresh_token: z.string().min(1).max(4096),
  access_token: z.string().min(1).max(8192),
  id_token: z.string().max(8192).optional().describe('Read for who it is; it may be long over.'),
  expires_at: epochSeconds.optional().describe('The end of the access token.'),
  scope: z.string().max(2048).optional(),
  person: z
    .strictObject({
      account: z.string().max(160).optional(),
      organization: z.string().max(160).optional(),
      email: z.string().max(254).optional(),
    })
    .optional()
    .describe('Whose it is, for a provider whose tokens do not say so.'),
  label: z.string().regex(selectorName, nameRule).optional().describe('Label of a new account.'),
  accept_provider_rules: z.boolean().optional(),
  source: loginSource.optional().describe('Where it was; without it, the move cannot be undone.'),
})
export type ImportRequest = Readonly<z.infer<typeof importRequest>>

/**
 * Asks which refresh tokens the broker holds or took over, so that a caller can tell whether another program holds one of them. None of
 * them leaves the broker: a fingerprint is HMAC-SHA256, under the key of the caller, of the hex SHA-256 of a token, in hex.
 */
export const fingerprintRequest = z.strictObject({ key: z.string().regex(/^[0-9a-f]{64}$/, 'A key is 32 random bytes in hex.') })

export const fingerprintResponse = z.object({
  accounts: z.array(z.object({ account: z.string(), provider: z.string(), fingerprints: z.array(z.string()) })),
})
export type FingerprintResponse = Readonly<z.infer<typeof fingerprintResponse>>

/** Sent when the login would survive a power cut. `already`: it was brought before, and nothing was changed. */
export const importResponse = z.object({ account: accountStatus, already: z.boolean() })
export type ImportResponse = Readonly<z.infer<typeof importResponse>>
