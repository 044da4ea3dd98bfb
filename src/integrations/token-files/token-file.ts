import type { TokenFileTool } from '../../protocol/token-file.ts'
import type { Surroundings } from '../tool.ts'

/** An access token as a tool wants it in its file. There is no refresh token, so that the tool can never spend one. */
export interface FileToken {
  readonly accessToken: string
  /** Milliseconds of the wall clock. */
  readonly expiresAt?: number
  /** As the provider names it. */
  readonly plan?: string
}

/** What comes of a text; `taken`: the tool has a login of its own in it. Nothing of that is ever written over. */
export type Rewritten = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'taken' }

/** The file of a tool that reads its access token from there. */
export interface TokenFileDefinition {
  readonly tool: TokenFileTool
  readonly name: string
  /** The providers whose logins it takes. */
  readonly providers: readonly string[]
  readonly fileName: string
  /** Undefined where the tool looks elsewhere. */
  readonly path: (surroundings: Surroundings) => string | undefined
  /** The folder that the tool makes while it writes the file. */
  readonly lock: (path: string) => string
  /** The text with the token in it, and with everything else that was in it. Throws a SyntaxError for what is not the tool's format. */
  readonly put: (text: string | undefined, token: FileToken) => Rewritten
  /** The text without a token that was put in, or undefined when nothing else is in it. Throws as `put` does. */
  readonly takeOut: (text: string) => Rewritten | undefined
}
