import type { KeyDefinition } from '../oauth/index.ts'

/** An API key of the OpenAI platform. Not the `sk-ant-` of Anthropic and not the `sk-or-` of OpenRouter. */
export const openaiKey: KeyDefinition = {
  kind: 'api_key',
  name: 'API key',
  pattern: /^sk-(?!ant-|or-)[\w-]{16,}$/,
  where: 'https://platform.openai.com/api-keys',
  api: { baseUrl: 'https://api.openai.com/v1', check: 'https://api.openai.com/v1/models' },
}
