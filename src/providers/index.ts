import type { ProviderDefinition } from '../oauth/index.ts'
import { openaiCodex } from './openai-codex.ts'
import { practice } from './practice.ts'

export { parseUpstream, withUpstream } from './upstream.ts'

/** Every provider, in the order in which they are shown. */
export const providers: readonly ProviderDefinition[] = [openaiCodex, practice]
