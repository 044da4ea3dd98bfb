import type { ProviderDefinition } from '../oauth/index.ts'
import { anthropic } from './anthropic.ts'
import { chatgpt } from './chatgpt.ts'
import { githubCopilot } from './github-copilot.ts'
import { kimi } from './kimi.ts'
import { openaiCodex } from './openai-codex.ts'
import { openrouter } from './openrouter.ts'
import { practice } from './practice.ts'
import { xai } from './xai.ts'

export { parseUpstream, withUpstream } from './upstream.ts'

/** Every built-in provider, in the order in which they are shown. */
export const providers: readonly ProviderDefinition[] = [
  chatgpt,
  openaiCodex,
  anthropic,
  githubCopilot,
  kimi,
  xai,
  openrouter,
  practice,
]
