import { z } from 'zod'
import { nameRule, selectorName } from './selector.ts'

/** The id of a program that keeps logins of its own, such as `codex`. */
export const programName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'A program is named by small letters, digits and dashes.')

/** That another program owns a login and refreshes it; TokenTray has no refresh token of it. */
export const foreignOwnership = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('delegated'), program: programName }),
  z.object({
    mode: z.literal('watched'),
    program: programName,
    file: z.string().min(1).describe('Where the program keeps it.'),
    login: z.string().min(1).describe('What the program calls it; tells several of one file apart.'),
  }),
])
export type ForeignOwnership = Readonly<z.infer<typeof foreignOwnership>>

/**
 * Who owns the login of an account, and so is the only one that refreshes it. `owned`: TokenTray. `delegated`: `program`, which is asked for
 * the access token whenever one is wanted. `watched`: `program`, too, and nothing is known here but what its file shows.
 */
export const ownership = z.discriminatedUnion('mode', [z.object({ mode: z.literal('owned') }), ...foreignOwnership.options])
export type Ownership = Readonly<z.infer<typeof ownership>>

const label = z.string().regex(selectorName, nameRule).optional().describe('Label of a new account.')

/**
 * Makes an account of a login that `program` keeps. With `delegated`, the program is asked for its access token from now on; with
 * `watched`, its file is looked at, for which the person must have given their consent, and no token is ever handed out.
 */
export const foreignLoginRequest = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('delegated'), program: programName, label, accept_provider_rules: z.boolean().optional() }),
  z.strictObject({
    mode: z.literal('watched'),
    program: programName,
    login: z.string().min(1).max(160).optional().describe('Which one, when the program has several.'),
    label,
  }),
])
export type ForeignLoginRequest = Readonly<z.infer<typeof foreignLoginRequest>>
