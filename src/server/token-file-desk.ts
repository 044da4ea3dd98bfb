import type { TokenFile, TokenFileRequest, TokenFileTool } from '../protocol/index.ts'

/** The files of tools in which this vault keeps a fresh access token. */
export interface TokenFileDesk {
  list(): readonly TokenFile[]
  /**
   * Keeps a token of the account in the file of the tool, in place of another account if need be. Settles when it is in it. Throws
   * `invalid_request` where the tool has a login of its own or cannot use the account, and why there is no token.
   */
  put(tool: TokenFileTool, request: TokenFileRequest): Promise<TokenFile>
  /** Takes the token out again. Throws `not_found` when there is none of this tool, and `vault_unavailable` when it cannot be taken out. */
  remove(tool: TokenFileTool): Promise<readonly TokenFile[]>
}
