import { authProfileStores } from './auth-profiles.ts'
import { claudeCodeStore } from './claude-code.ts'
import { codexStore } from './codex.ts'
import { geminiStore } from './gemini.ts'
import { githubCopilotStore } from './github-copilot.ts'
import { grokStore } from './grok.ts'
import { kimiStores } from './kimi.ts'
import { opencodeStore } from './opencode.ts'
import { peekabooStore } from './peekaboo.ts'
import { piStore } from './pi.ts'
import { cliProxyApiStore, codexClaudeProxyStore } from './proxies.ts'
import { qwenStore } from './qwen.ts'
import type { StoreDefinition } from './stored-login.ts'

/** Every program whose logins can be found. */
export const stores: readonly StoreDefinition[] = [
  codexStore,
  claudeCodeStore,
  piStore,
  opencodeStore,
  geminiStore,
  githubCopilotStore,
  ...authProfileStores,
  peekabooStore,
  cliProxyApiStore,
  codexClaudeProxyStore,
  grokStore,
  ...kimiStores,
  qwenStore,
]
