// What each program writes, with every kind of entry, and members that nobody here knows.
import type { StoreDefinition } from '../../../src/integrations/index.ts'
import { stores } from '../../../src/integrations/index.ts'

const end = Date.UTC(2030, 0)
const pretty = (value: unknown) => JSON.stringify(value, undefined, 2)
const entry = (name: string) => ({
  type: 'oauth',
  access: `${name}-access`,
  refresh: `${name}-refresh`,
  expires: end,
  later: [1],
})

export const samples: Readonly<Record<string, string>> = {
  codex: pretty({
    auth_mode: 'chatgpt',
    OPENAI_API_KEY: null,
    tokens: { id_token: 'i.d.t', access_token: 'codex-access', refresh_token: 'codex-refresh', account_id: 'a', new_member: {} },
    last_refresh: '2026-11-22T05:56:00.000000Z',
    agent_identity: { agent_private_key: 'x' },
  }),
  'claude-code': JSON.stringify({
    claudeAiOauth: {
      accessToken: 'claude-access',
      refreshToken: 'claude-refresh',
      expiresAt: end,
      scopes: ['user:profile', 'user:inference'],
      accountUuid: 'person',
      organizationUuid: 'place',
      subscriptionType: 'max',
    },
    mcpOAuth: { server: { refreshToken: 'of-somebody-else' } },
  }),
  pi: pretty({ 'openai-codex': entry('pi'), xai: { type: 'api_key', key: '!echo never' }, other: entry('foreign') }),
  opencode: `{"openai":${JSON.stringify(entry('oc'))},\n\t"https://example.com":{"type":"wellknown","key":"K","token":"t"}}`,
  openclaw: pretty({
    version: 1,
    profiles: { 'openai-codex:default': { ...entry('claw'), provider: 'openai-codex' } },
    order: {},
  }),
  coderclaw: pretty({ anthropic: { access: 'old-access', refresh: 'old-refresh', expires: end } }),
  peekaboo: `# mine\nOPENAI_API_KEY=sk-1\nOPENAI_ACCESS_TOKEN=p-access\nOPENAI_REFRESH_TOKEN=p-refresh\r\nOPENAI_ACCESS_EXPIRES=${end / 1000}\n`,
  'cli-proxy-api': pretty({
    type: 'codex',
    access_token: 'cpa-access',
    refresh_token: 'cpa-refresh',
    expired: new Date(end).toISOString(),
    email: 'a@b.example',
  }),
  'codex-claude-proxy': pretty({
    accounts: [{ email: 'a@b.example', accessToken: 'ccp-access', refreshToken: 'ccp-refresh', expiresAt: end, quota: {} }],
    activeAccount: 'a@b.example',
    version: 1,
  }),
}

export function storeOf(id: string): StoreDefinition {
  const store = stores.find((each) => each.id === id)
  if (store === undefined) throw new Error(id)
  return store
}
export { end }
