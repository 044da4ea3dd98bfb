import { z } from 'zod'
import { epochSeconds } from './grant-state.ts'

const programName = z.string().min(1).max(64).describe('The program, as `tokentray import` names it.')
const loginName = z.string().min(1).max(1000).describe('What the program calls the login.')

/**
 * Where a login was taken out of the files of a program, so that the move can be undone. The first file is the one that counts; the
 * others are copies that the program has of the login. Holds no secret.
 */
export const loginSource = z.strictObject({
  program: programName,
  login: loginName,
  files: z
    .array(
      z.strictObject({
        path: z
          .string()
          .max(4096)
          .regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, 'A path is absolute.'),
        login: loginName,
        before: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'A SHA-256 in hex.')
          .describe('SHA-256 of the file before the move.'),
      }),
    )
    .min(1)
    .max(20),
})
export type LoginSource = Readonly<z.infer<typeof loginSource>>

/** A login that moved here from another program, and can go back. */
export const movedLogin = z.object({
  account: z.string().describe('Id of the account that has it.'),
  provider: z.string(),
  program: programName,
  login: loginName,
  path: z.string(),
  moved_at: epochSeconds,
})
export type MovedLogin = Readonly<z.infer<typeof movedLogin>>

/** Several programs may have had the login of one account. */
export const returnRequest = z.strictObject({ program: programName })

export const movedLoginsResponse = z.object({ moved_logins: z.array(movedLogin) })

/**
 * What became of a login that went back. `exact`: the file is byte for byte as before the move. `left`: copies of the program that are
 * still without a refresh token.
 */
export const returnedLogin = z.object({
  account: z.string(),
  provider: z.string(),
  program: programName,
  written: z.array(z.object({ path: z.string(), exact: z.boolean() })),
  left: z.array(z.object({ path: z.string(), reason: z.string() })),
})
export type ReturnedLogin = Readonly<z.infer<typeof returnedLogin>>
