import type { ApiDefinition, KeyDefinition } from '../oauth/index.ts'

export const anthropicApi = 'https://api.anthropic.com'

const version = { 'anthropic-version': '2023-06-01' }

/** What a token of a plan needs, `oauth` before all. The list can be replaced, because Anthropic changes it now and then. */
const usualBetas = 'oauth-2025-04-20,claude-code-20250219,interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14'

const models = `${anthropicApi}/v1/models`

/** How a token of a Claude plan is used. */
export const anthropicSubscription: ApiDefinition = {
  baseUrl: anthropicApi,
  headers: (_identity, { settings }) => ({ ...version, 'anthropic-beta': settings.ANTHROPIC_BETA_HEADER || usualBetas }),
}

export const anthropicKeys: readonly KeyDefinition[] = [
  {
    kind: 'setup_token',
    name: 'setup token',
    pattern: /^sk-ant-oat\d\d-[\w-]{16,}$/,
    where: 'run `claude setup-token`, which prints it',
    // It is for inference only: who it belongs to and how much is used cannot be asked with it.
    api: { ...anthropicSubscription, check: models },
  },
  {
    kind: 'api_key',
    name: 'API key',
    pattern: /^sk-ant-(?!oat|ort)[\w-]{16,}$/,
    where: 'https://platform.claude.com/settings/keys',
    api: { baseUrl: anthropicApi, headers: () => version, tokenHeader: 'x-api-key', check: models },
  },
]
