import { z } from 'zod'
import { endCause, epochSeconds, stateError } from './grant-state.ts'

/**
 * Why a login was refreshed: ahead of its end or as a retry (`schedule`), because a `client` asked while too little was left, because
 * the provider had refused the token before its end (`rejected`), because a `person` wanted it, or because an earlier request was
 * never answered before the broker ended (`lost_answer`).
 */
export const refreshNeed = z.enum(['schedule', 'client', 'rejected', 'person', 'lost_answer'])
export type RefreshNeed = z.infer<typeof refreshNeed>

/** How a login came here. */
export const signInWay = z.enum(['login', 'api_key', 'setup_token', 'import'])
export type SignInWay = z.infer<typeof signInWay>

const at = { at: epochSeconds }
const login = {
  ...at,
  provider: z.string(),
  account: z.string(),
  label: z.string().optional().describe('As it was then.'),
}
const need = {
  need: refreshNeed.optional(),
  client: z.string().optional().describe('The program that asked, by the name that it gives itself.'),
}

/** One line of the history: what happened to a login, or to all of them at once where no account is named. Never a token (P1). */
export const historyEntry = z.discriminatedUnion('event', [
  z.object({ ...login, event: z.literal('signed_in'), way: signInWay }),
  z.object({ ...login, event: z.literal('renewed'), way: signInWay }).describe('The same person signed in again.'),
  z.object({ ...login, event: z.literal('replaced'), way: signInWay }).describe('Somebody else has the account now.'),
  z.object({
    ...login,
    event: z.literal('refreshed'),
    ...need,
    failures: z.int().min(1).optional().describe('How often it had failed in a row before.'),
  }),
  z
    .object({ ...login, event: z.literal('refresh_failed'), ...need, error: stateError })
    .describe('It will be tried again. Failures in a row with one code are one entry.'),
  z.object({ ...login, event: z.literal('not_stored'), error: stateError }).describe('New tokens are in memory only.'),
  z.object({ ...login, event: z.literal('ended'), error: stateError, cause: endCause.optional() }),
  z.object({ ...login, event: z.literal('signed_out'), revoked: z.boolean() }),
  z.object({ ...login, event: z.literal('given_back') }).describe('The program that it was taken over from has it again.'),
  z.object({ ...login, event: z.literal('switched_off') }),
  z.object({ ...login, event: z.literal('switched_on') }),
  z.object({ ...at, event: z.literal('locked'), error: stateError }),
  z.object({ ...at, event: z.literal('unlocked') }),
  z.object({ ...at, event: z.literal('started') }),
  z.object({ ...at, event: z.literal('stopped') }),
])
export type HistoryEntry = Readonly<z.infer<typeof historyEntry>>

export const historyQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).optional().describe('Newest entries; 100 by default.'),
  account: z
    .string()
    .min(1)
    .max(160)
    .optional()
    .describe('A selector or an id, also of an account that is gone; a provider means all of its.'),
  since: z.coerce.number().int().min(0).optional().describe('Epoch seconds.'),
})

export const historyResponse = z.object({ entries: z.array(historyEntry) })
