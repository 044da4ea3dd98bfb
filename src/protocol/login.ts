import { z } from 'zod'
import { epochSeconds, loginPrompt, stateError } from './grant-state.ts'
import { accountIdentity } from './identity.ts'
import { loginFlow } from './provider.ts'
import { nameRule, selectorName } from './selector.ts'

/** Starts a login, or joins the pending one of the same provider and account. */
export const startLoginRequest = z.strictObject({
  provider: z.string().max(64),
  flow: loginFlow.optional().describe('The first one of the provider by default. `paste` never binds the redirect port.'),
  account: z.string().max(64).optional().describe('Label of the account to sign in to again.'),
  label: z.string().regex(selectorName, nameRule).optional().describe('Label of the new account.'),
  redirect_host: z.enum(['127.0.0.1', 'localhost']).optional(),
  accept_provider_rules: z
    .boolean()
    .optional()
    .describe('The person has read the rule card of the provider and goes on; needed once where the card asks for it.'),
})
export type StartLoginRequest = Readonly<z.infer<typeof startLoginRequest>>

/** The answer to whoever started or joined a login: the only message that carries the authorization URL. */
export const startLoginResponse = z.object({
  id: z.string(),
  provider: z.string(),
  authorization_url: z.string(),
  prompt: loginPrompt,
  expires_at: epochSeconds,
  joined: z.literal(true).optional().describe('Somebody else has started it already, so that the person has been asked.'),
})
export type StartLoginResponse = Readonly<z.infer<typeof startLoginResponse>>

/**
 * Where a login is. `undecided`: somebody else signed in than the account belongs to, and the person says what becomes of it.
 */
export const loginStatus = z.discriminatedUnion('status', [
  z.object({
    id: z.string(),
    provider: z.string(),
    status: z.literal('pending'),
    prompt: loginPrompt,
    expires_at: epochSeconds,
  }),
  z.object({
    id: z.string(),
    provider: z.string(),
    status: z.literal('undecided'),
    account: z.string().describe('Id of the account that was to sign in again.'),
    identity: accountIdentity.describe('Who signed in instead.'),
    expires_at: epochSeconds,
  }),
  z.object({
    id: z.string(),
    provider: z.string(),
    status: z.literal('completed'),
    account: z.string(),
    identity: accountIdentity.optional().describe('Who signed in.'),
  }),
  z.object({ id: z.string(), provider: z.string(), status: z.literal('failed'), error: stateError }),
])
export type LoginStatus = Readonly<z.infer<typeof loginStatus>>

export const loginQuery = z.strictObject({
  wait: z.coerce.number().int().min(0).max(60).optional().describe('Seconds to wait for the end of the login.'),
})

export const pastedResponse = z.strictObject({
  pasted: z.string().min(1).max(8192).describe('The address of the last page, its query string, `code` or `code#state`.'),
})

/** `replace`: the account belongs to the new person from now on; `add`: they become an account beside it; `discard`: neither. */
export const loginDecision = z.strictObject({ decision: z.enum(['replace', 'add', 'discard']) })
export type LoginDecision = z.infer<typeof loginDecision>['decision']
