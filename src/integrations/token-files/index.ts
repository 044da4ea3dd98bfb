import type { TokenFileTool } from '../../protocol/token-file.ts'
import { claudeCodeFile } from './claude-code.ts'
import type { TokenFileDefinition } from './token-file.ts'

/** Every tool whose file the broker can keep a token in. */
export const tokenFileDefinitions: Readonly<Record<TokenFileTool, TokenFileDefinition>> = { 'claude-code': claudeCodeFile }

export type { TokenFileDefinition } from './token-file.ts'
export { emptyTokenFile, fillTokenFile, type TokenFileOutcome } from './write-token-file.ts'
