import type { AccountStatus, ProviderInfo } from '../../../src/protocol/index.ts'
import { signedOut } from './snapshots.ts'

const checked = '2026-11-22'

const provider = (id: string, name: string, more: Partial<ProviderInfo>): ProviderInfo => ({
  id,
  name,
  aliases: [],
  issuer: `https://${id}.example`,
  flows: ['browser'],
  keys: [],
  usage: false,
  ...more,
})

/** The built-in providers as the broker lists them, as far as the window looks at them. */
export const everyProvider: readonly ProviderInfo[] = [
  provider('chatgpt', 'ChatGPT', { flows: ['browser', 'paste'] }),
  provider('openai-codex', 'OpenAI Codex', {
    flows: ['browser', 'device', 'paste'],
    keys: [{ kind: 'api_key', name: 'API key', where: 'https://platform.openai.com/api-keys' }],
    rules: {
      standing: 'tolerated',
      statement:
        'This signs in with the client id of the Codex CLI. OpenAI tolerates that in public, but has not promised it. Sharing or ' +
        'reselling a plan is treated as abuse.',
      link: 'https://github.com/openai/codex/issues/36886',
      checked,
      acknowledge: ['browser', 'paste', 'device'],
      alternatives: [
        { words: 'Sign in with ChatGPT, which OpenAI documents for apps like this one', provider: 'chatgpt' },
        { words: 'An API key, billed by use', provider: 'openai-codex', adds: 'api_key' },
      ],
    },
  }),
  provider('anthropic', 'Anthropic Claude', {
    flows: ['paste', 'browser'],
    keys: [
      { kind: 'setup_token', name: 'setup token', where: 'run `claude setup-token`, which prints it' },
      { kind: 'api_key', name: 'API key', where: 'https://platform.claude.com/settings/keys' },
    ],
    rules: {
      standing: 'restricted',
      statement:
        'Anthropic does not permit third-party developers to offer Claude.ai login or to route requests through Free, Pro or Max ' +
        'plan credentials on behalf of their users. Its API may refuse a login that was made here.',
      since: '2026-01-09',
      link: 'https://code.claude.com/docs/en/legal-and-compliance',
      checked,
      acknowledge: ['browser', 'paste'],
      alternatives: [
        {
          words: 'A token of `claude setup-token`, which the official program makes',
          provider: 'anthropic',
          adds: 'setup_token',
        },
        { words: 'An API key, billed by use', provider: 'anthropic', adds: 'api_key' },
      ],
    },
  }),
  provider('github-copilot', 'GitHub Copilot', {
    flows: ['device'],
    keys: [{ kind: 'github_token', name: 'GitHub token', where: 'run `gh auth token`, which prints it' }],
  }),
  provider('kimi', 'Kimi Code', { flows: ['device'] }),
  provider('xai', 'xAI Grok', {
    flows: ['device'],
    keys: [{ kind: 'api_key', name: 'API key', where: 'https://console.x.ai' }],
  }),
  provider('openrouter', 'OpenRouter', {
    flows: ['browser', 'paste'],
    keys: [{ kind: 'api_key', name: 'API key', where: 'https://openrouter.ai/settings/keys' }],
  }),
  provider('practice', 'Practice', { flows: ['browser', 'device', 'paste'] }),
]

/** A row for every provider, as with no account at all. */
export const everyRow: readonly AccountStatus[] = everyProvider.map(({ id, name }) => ({
  id,
  provider: id,
  provider_name: name,
  state: signedOut,
}))

/** The rows of all providers, in which `rows` stand in place of the line of their provider. */
export const among = (...rows: AccountStatus[]): readonly AccountStatus[] =>
  everyRow.flatMap((row) => {
    const own = rows.filter(({ provider: id }) => id === row.provider)
    return own.length === 0 ? [row] : own
  })
