import { z } from 'zod'
import { nameRule, selectorName } from './selector.ts'

/** The id of a program that keeps logins of its own, such as `codex`. */
export const programName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'A program is named by small letters, digits and dashes.')

/** That another program owns a login and refreshes it; TokenTray has no refresh token of it. */
export const foreignOwnership = z.discriminatedUnion('mode', [z.object({ mode: z.literal('delegated'), program: programName })])
export type ForeignOwnership = Readonly<z.infer<typeof foreignOwnership>>

/**
 * Who owns the login of an account, and so is the only one that refreshes it. `owned`: TokenTray. `delegated`: `program`, which is asked for
 * the access token whenever one is wanted.
 */
export const ownership = z.discriminatedUnion('mode', [z.object({ mode: z.literal('owned') }), ...foreignOwnership.options])
export type Ownership = Readonly<z.infer<typeof ownership>>

/** Makes an account of a login that `program` keeps: with `delegated`, the program is asked for its access token from now on. */
export const foreignLoginRequest = z.strictObject({
  mode: z.literal('delegated'),
  program: programName,
  label: z.string().regex(selectorName, nameRule).optional().describe('Label of a new account.'),
  accept_provider_rules: z.boolean().optional(),
})
export type ForeignLoginRequest = Readonly<z.infer<typeof foreignLoginRequest>>
