import { z } from 'zod'
import { epochSeconds, stateError } from './grant-state.ts'
import { chainLink, keyKind } from './provider.ts'
import { nameRule, selectorName } from './selector.ts'
import { accountStatus } from './snapshot.ts'

/** A key or token that the person brings along. It becomes an account; `account` puts it in place of the key of that one. */
export const addKeyRequest = z.strictObject({
  provider: z.string().max(130),
  kind: keyKind.optional().describe('Told by what the text looks like, when it is absent.'),
  secret: z.string().min(1).max(8192),
  label: z.string().regex(selectorName, nameRule).optional(),
  account: z.string().max(64).optional(),
  accept_provider_rules: z.boolean().optional(),
})
export type AddKeyRequest = Readonly<z.infer<typeof addKeyRequest>>

/**
 * What a cheap request to the provider showed. `failed` never ends a login: what is stored stays. `detail` is what the provider
 * itself said.
 */
export const checkResult = z.object({
  account: z.string(),
  status: z.enum(['ready', 'failed', 'unchecked']),
  reason: stateError.optional(),
  detail: z.string().optional(),
})
export type CheckResult = Readonly<z.infer<typeof checkResult>>

export const checkRequest = z.strictObject({
  timeout: z.number().min(1).max(120).optional().describe('Seconds; 30 by default.'),
})

export const addKeyResponse = z.object({ account: accountStatus, check: checkResult })
export type AddKeyResponse = Readonly<z.infer<typeof addKeyResponse>>

/** One place where a token was looked for. Without `account`, there is nothing at this place. */
export const explainedLink = z.object({
  link: chainLink,
  account: z.string().optional(),
  label: z.string().optional(),
  verdict: z.enum(['used', 'passed_over', 'not_reached']),
  reason: z.string(),
  expires_at: epochSeconds.optional(),
  owned_by: z.string().optional().describe('The program that owns the login, where that is not TokenTray.'),
})
export type ExplainedLink = Readonly<z.infer<typeof explainedLink>>

/** Where a token is used, and what goes with it; the token itself is not here. */
export const apiAccess = z.object({
  base_url: z.string(),
  headers: z.record(z.string(), z.string()),
  token_header: z.string().optional(),
})
export type ApiAccess = Readonly<z.infer<typeof apiAccess>>

/** Why a request for a token of a provider is answered with this account. */
export const explanation = z.object({
  provider: z.string(),
  chain: z.array(explainedLink),
  winner: z.string().optional().describe('Id of the account.'),
  api: apiAccess.optional().describe('Of the winner, once it has a token.'),
  error: stateError.optional().describe('Why there is none.'),
  ended_early_at: epochSeconds
    .optional()
    .describe('When the provider last said, since the start, that it had ended the token of the winner early; it was renewed.'),
})
export type Explanation = Readonly<z.infer<typeof explanation>>

export const explainQuery = z.strictObject({
  account: z.string().min(1).max(64).optional(),
  client: z.string().regex(selectorName, nameRule).optional(),
})

/** One limit of a plan. `used_percent` is what the provider said, and nothing is made up where it said nothing. */
export const usageWindow = z.object({
  name: z.string().describe('Such as `5 hours`, `week` or a model.'),
  used_percent: z.number(),
  resets_at: epochSeconds.optional(),
  partial: z.literal(true).optional().describe('It limits a part of the plan only, such as one model.'),
})
export type UsageWindow = Readonly<z.infer<typeof usageWindow>>

export const accountUsage = z.object({
  account: z.string(),
  provider: z.string(),
  label: z.string().optional(),
  windows: z.array(usageWindow),
  credits: z.object({ remaining: z.number().optional(), unlimited: z.boolean().optional(), unit: z.string() }).optional(),
  fetched_at: epochSeconds.optional().describe('When the figures came; absent when none ever came.'),
  stale: z.boolean().describe('Whether newer figures were wanted and could not be had.'),
  error: stateError.optional(),
})
export type AccountUsage = Readonly<z.infer<typeof accountUsage>>

export const usageQuery = z.strictObject({ account: z.string().min(1).max(160).optional().describe('A selector or an id.') })
export const usageResponse = z.object({ usage: z.array(accountUsage) })

export const signOutResponse = z.object({
  id: z.string(),
  provider: z.string(),
  revoked: z.boolean(),
  account_page: z.string().optional().describe('Where the person can see that it is gone, and end it where it is not.'),
  kept_by: z.string().optional().describe('The program whose login it is, and which still has it.'),
})
export type SignOutResponse = Readonly<z.infer<typeof signOutResponse>>
