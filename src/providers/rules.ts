import type { ProviderRules } from '../protocol/index.ts'

/** When every card was compared with its link. */
const checked = '2026-11-22'

/** Sign in with ChatGPT, the route that OpenAI has for local apps. */
export const chatgptRules: ProviderRules = {
  standing: 'documented',
  statement: 'OpenAI lets open-source and locally run apps use a Plus or Pro plan that its owner signs in with.',
  since: '2026-09-29',
  link: 'https://developers.openai.com/siwc/quickstart',
  checked,
  acknowledge: [],
  alternatives: [],
}

export const openaiCodexRules: ProviderRules = {
  standing: 'tolerated',
  statement:
    'This signs in with the client id of the Codex CLI. OpenAI tolerates that in public, but has not promised it. Sharing or reselling ' +
    'a plan is treated as abuse.',
  link: 'https://github.com/openai/codex/issues/36886',
  checked,
  acknowledge: ['browser', 'paste', 'device'],
  alternatives: [
    { words: 'Sign in with ChatGPT, which OpenAI documents for apps like this one', provider: 'chatgpt' },
    { words: 'An API key, billed by use', provider: 'openai-codex', adds: 'api_key' },
  ],
}

export const anthropicRules: ProviderRules = {
  standing: 'restricted',
  statement:
    'Anthropic does not permit third-party developers to offer Claude.ai login or to route requests through Free, Pro or Max plan ' +
    'credentials on behalf of their users. Its API may refuse a login that was made here.',
  since: '2026-01-09',
  link: 'https://code.claude.com/docs/en/legal-and-compliance',
  checked,
  acknowledge: ['browser', 'paste'],
  alternatives: [
    { words: 'A token of `claude setup-token`, which the official program makes', provider: 'anthropic', adds: 'setup_token' },
    { words: 'An API key, billed by use', provider: 'anthropic', adds: 'api_key' },
  ],
}

export const githubCopilotRules: ProviderRules = {
  standing: 'tolerated',
  statement:
    'GitHub documents tokens for its own Copilot CLI and SDK. The token that editors use comes from an interface that is not documented ' +
    'and may change.',
  link: 'https://docs.github.com/en/copilot/how-tos/set-up/authenticate-copilot-cli',
  checked,
  acknowledge: [],
  alternatives: [],
}

export const kimiRules: ProviderRules = {
  standing: 'tolerated',
  statement: 'Kimi publishes the client id in its open-source CLI, and several programs sign in with it.',
  link: 'https://github.com/MoonshotAI/kimi-cli',
  checked,
  acknowledge: [],
  alternatives: [],
}

export const xaiRules: ProviderRules = {
  standing: 'tolerated',
  statement: 'xAI registers no third parties; this signs in with the client id of the Grok CLI, as other programs do.',
  link: 'https://docs.x.ai',
  checked,
  acknowledge: [],
  alternatives: [{ words: 'An API key, billed by use', provider: 'xai', adds: 'api_key' }],
}

export const openrouterRules: ProviderRules = {
  standing: 'documented',
  statement: 'OpenRouter lets any app ask for a key of yours. You see and delete it on its page.',
  link: 'https://openrouter.ai/docs/use-cases/oauth-pkce',
  checked,
  acknowledge: [],
  alternatives: [],
}
