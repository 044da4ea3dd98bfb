/**
 * The variables of the environment that name a token or a key of a provider, as the providers' own tools read them. Only the program
 * that asks for a token reads them; the broker never does, and nothing of them is stored.
 */
export interface EnvironmentSources {
  readonly provider: string
  readonly tokens: readonly string[]
  readonly keys: readonly string[]
  /** The header that takes a bare key, when it is not `Authorization: Bearer`. */
  readonly keyHeader?: string
}

const sources: readonly (EnvironmentSources & { readonly names: readonly string[] })[] = [
  { provider: 'chatgpt', names: ['chatgpt', 'siwc'], tokens: [], keys: [] },
  { provider: 'github-copilot', names: ['github-copilot', 'copilot'], tokens: [], keys: [] },
  {
    provider: 'anthropic',
    names: ['anthropic', 'claude'],
    tokens: ['ANTHROPIC_OAUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
    keys: ['ANTHROPIC_API_KEY'],
    keyHeader: 'x-api-key',
  },
  {
    provider: 'openai-codex',
    names: ['openai-codex', 'codex', 'openai'],
    tokens: ['CODEX_ACCESS_TOKEN'],
    keys: ['OPENAI_API_KEY', 'CODEX_API_KEY'],
  },
  { provider: 'kimi', names: ['kimi', 'moonshot'], tokens: [], keys: ['KIMI_API_KEY'] },
  { provider: 'xai', names: ['xai', 'grok'], tokens: [], keys: ['XAI_API_KEY', 'X_AI_API_KEY', 'GROK_API_KEY'] },
  { provider: 'openrouter', names: ['openrouter'], tokens: [], keys: ['OPENROUTER_API_KEY'] },
]

/** By id or alias; undefined for a provider that has none. */
export function environmentSources(provider: string): EnvironmentSources | undefined {
  return sources.find(({ names }) => names.includes(provider.toLowerCase()))
}

/** The id of a provider that an alias means; the name itself when it is none that is built in. */
export const providerOf = (name: string): string => environmentSources(name)?.provider ?? name.toLowerCase()
