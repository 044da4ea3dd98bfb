import { z } from 'zod'
import { stateError } from './grant-state.ts'

/** The tools that have no way to ask for a token, and read a file again before each turn. */
export const tokenFileTool = z.enum(['claude-code'])
export type TokenFileTool = z.infer<typeof tokenFileTool>

/**
 * A file of a tool in which the broker keeps a fresh access token, and never a refresh token. `fresh`: the token is in it. `waiting`: it
 * could not be written yet, and is tried again. `emptied`: there is no token to put in, as the account is signed out, switched off or
 * locked. `taken`: the tool has a login of its own in it, which is left alone.
 */
export const tokenFile = z.object({
  tool: tokenFileTool,
  path: z.string(),
  account: z.string().describe('Id of the account.'),
  state: z.enum(['fresh', 'waiting', 'emptied', 'taken']),
  error: stateError.optional(),
})
export type TokenFile = Readonly<z.infer<typeof tokenFile>>

export const tokenFilesResponse = z.object({ token_files: z.array(tokenFile) })

/** `path` is where the tool looks; absent for its usual place. */
export const tokenFileRequest = z.strictObject({
  account: z.string().min(1).max(160).describe('A selector or an id.'),
  path: z.string().min(1).max(4096).optional(),
})
export type TokenFileRequest = Readonly<z.infer<typeof tokenFileRequest>>
