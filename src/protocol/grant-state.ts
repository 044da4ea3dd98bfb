import { z } from 'zod'

/** Unix time in whole seconds, as in RFC 7519 `NumericDate`. */
export const epochSeconds = z.int()

/**
 * Why an account, a login or the vault needs attention. `code` is for programs, `description` is a sentence for a person, and
 * `fix` says what to do.
 */
export const stateError = z.object({
  code: z.string(),
  description: z.string(),
  fix: z.string().optional(),
})
export type StateError = Readonly<z.infer<typeof stateError>>

/**
 * Why a provider ended a login. `lost_answer`: it answered a refresh with new tokens that never arrived here. `used_elsewhere`:
 * another program used the refresh token. `unknown`: the provider did not say, and nothing here tells.
 */
export const endCause = z.enum(['lost_answer', 'used_elsewhere', 'revoked', 'end_of_life', 'unknown'])
export type EndCause = z.infer<typeof endCause>

/**
 * How a pending login waits for the person. `browser` listens on the redirect port, `paste` waits for the pasted response, and
 * `device` waits until the person has typed the code at the address (RFC 8628).
 */
export const loginPrompt = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('browser'), redirect_port: z.int() }),
  z.object({ kind: z.literal('paste'), reason: z.string() }),
  z.object({ kind: z.literal('device'), user_code: z.string(), verification_uri: z.string() }),
])
export type LoginPrompt = z.infer<typeof loginPrompt>

/** Everything anyone outside the account session may know of a grant. No member holds a secret (P1). */
export const grantState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('signed_out') }),
  z.object({ kind: z.literal('authorizing'), login_id: z.string(), prompt: loginPrompt, expires_at: epochSeconds }),
  z.object({ kind: z.literal('active'), expires_at: epochSeconds.optional() }),
  z.object({ kind: z.literal('refreshing'), expires_at: epochSeconds.optional(), attempt: z.int() }),
  z.object({
    kind: z.literal('backing_off'),
    expires_at: epochSeconds.optional(),
    attempt: z.int(),
    retry_at: epochSeconds,
    error: stateError,
  }),
  z.object({ kind: z.literal('reauthorization_required'), error: stateError, cause: endCause.optional() }),
  z.object({ kind: z.literal('unavailable'), error: stateError }),
])
export type GrantState = Readonly<z.infer<typeof grantState>>
