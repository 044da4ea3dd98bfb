import { aider } from './aider.ts'
import { claudeCode } from './claude-code.ts'
import { codex } from './codex.ts'
import { gemini } from './gemini.ts'
import { githubCopilotCli } from './github-copilot-cli.ts'
import { opencode } from './opencode.ts'
import { pi } from './pi.ts'
import { qwen } from './qwen.ts'
import type { ToolDefinition } from './tool.ts'

/** Every tool that TokenTray knows how to connect, in the order in which they are shown. */
export const tools: readonly ToolDefinition[] = [codex, claudeCode, githubCopilotCli, opencode, pi, gemini, qwen, aider]
