import type { ShownShare } from '../../../src/ipc/channels.ts'
import type { Radar, SharedLoginFinding } from '../../../src/ipc/radar.ts'
import { defaultSettings, type SettingsView } from '../../../src/ipc/settings.ts'
import type { DisconnectPlan, ReadyPlan, ShownLine, ToolStatus } from '../../../src/ipc/tools.ts'
import type { AccountUsage, Caller, ClientRule, LedgerEntry } from '../../../src/protocol/index.ts'
import { noon } from './snapshots.ts'

export const codexCaller: Caller = {
  name: 'codex',
  proof: 'proven',
  pid: 123,
  executable: '/usr/bin/codex',
  parent: '/usr/bin/zed',
}
export const piCaller: Caller = { name: 'pi', proof: 'claimed' }
/** How the host writes down that the person copied a token. */
export const personCopying: Caller = { name: 'tokentray-copy', proof: 'proven' }

export const entry = (caller: Caller, at: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  at,
  caller,
  provider: 'openai-codex',
  account: 'openai-codex-1a2b3c4d',
  outcome: 'handed_out',
  count: 1,
  ...more,
})

export const hour = 3_600
export const day = 24 * hour

/** The newest last, as the ledger has them. */
export const ledger: readonly LedgerEntry[] = [
  entry(codexCaller, noon - 5 * day, { count: 7 }),
  entry(piCaller, noon - day - hour, { outcome: 'denied', provider: 'practice', account: 'practice-5e6f7a8b', count: 3 }),
  entry(codexCaller, noon - day, { count: 12 }),
  entry(codexCaller, noon - 3 * hour, { count: 30 }),
  entry(piCaller, noon - 2 * hour, { outcome: 'unanswered' }),
  entry(personCopying, noon - hour),
  entry({ ...codexCaller, executable: '/opt/codex/bin/codex', parent: '/usr/bin/bash' }, noon - 120, { count: 11 }),
]

export const rules: readonly ClientRule[] = [
  { client: 'codex', decision: 'allow', decided_at: noon - day },
  {
    client: 'claude-code',
    decision: 'allow',
    accounts: ['openai-codex-1a2b3c4d', 'gone-1'],
    until: noon + 2 * day,
    decided_at: noon,
  },
  { client: 'pi', decision: 'deny', decided_at: noon - day },
]

const tool = (id: string, name: string, state: ToolStatus['state'], more: Partial<ToolStatus> = {}): ToolStatus => ({
  id,
  name,
  state,
  files: [],
  changed: [],
  ...more,
})

export const toolList: readonly ToolStatus[] = [
  tool('codex', 'Codex CLI', 'found'),
  tool('claude-code', 'Claude Code', 'connected', {
    selector: 'openai-codex:work',
    files: ['~/.claude/settings.json', '~/.bashrc'],
    changed: ['~/.bashrc'],
  }),
  tool('opencode', 'OpenCode', 'not_installed'),
  tool('aider', 'Aider', 'connected_by_hand'),
  tool('pi', 'pi', 'found'),
]

const comes = (text: string): ShownLine => ({ kind: 'comes', text })
const goes = (text: string): ShownLine => ({ kind: 'goes', text })

export const plan: ReadyPlan = {
  kind: 'ready',
  selector: 'openai-codex',
  choices: ['openai-codex', 'openai-codex:work', 'practice'],
  files: [
    {
      path: '~/.codex/config.toml',
      what: 'changed',
      hidden: false,
      lines: [
        goes('model_provider = "openai"'),
        comes('model_provider = "tokentray"'),
        comes(''),
        comes('[model_providers.tokentray]'),
        comes('base_url = "https://chatgpt.com/backend-api/codex"'),
        comes(''),
        comes('[model_providers.tokentray.auth]'),
        comes('args = ["token", "openai-codex", "--client", "codex"]'),
      ],
    },
  ],
  notes: ['Codex keeps a login of its own as well. `tokentray import codex --move` makes TokenTray its only owner.'],
}

export const disconnectPlan: DisconnectPlan = {
  keepsToken: true,
  files: [
    {
      path: '~/.claude/settings.json',
      what: 'changed',
      hidden: true,
      lines: [goes('"apiKeyHelper": "tokentray token anthropic --client claude-code"'), comes('"apiKeyHelper": "•••"')],
    },
    { path: '~/.tokentray-made.json', what: 'removed', hidden: false, lines: [goes('"theme": "dark"')] },
  ],
}

export const shareList: readonly ShownShare[] = [
  { id: '0a1b2c3d4e5f', name: 'ssh-build-machine', accounts: ['openai-codex-1a2b3c4d'], expires_at: noon + 3 * hour },
  {
    id: '1a1b2c3d4e5f',
    name: 'ssh-laptop',
    accounts: ['openai-codex-1a2b3c4d', 'practice-5e6f7a8b'],
    expires_at: noon + 2 * day,
  },
]

export const settingsView: SettingsView = {
  settings: defaultSettings,
  startAtLogin: false,
  askFirst: true,
  environment: { refreshIsFixed: false, logLevelIsFixed: false, vaultIsFixed: false },
}

export const usage: readonly AccountUsage[] = [
  {
    account: 'openai-codex-1a2b3c4d',
    provider: 'openai-codex',
    windows: [
      { name: '5 hours', used_percent: 42, resets_at: noon + 2 * hour },
      { name: 'week', used_percent: 12, resets_at: noon + 3 * day },
    ],
    fetched_at: noon - 60,
    stale: false,
  },
]

export const nothingFound: Radar = { findings: [], unread: [] }

/** A login of Codex that pi has as well. */
export const sharedLogin: SharedLoginFinding = {
  finding: 'a'.repeat(64),
  provider: 'openai-codex',
  holders: [
    { program: 'codex', file: '~/.codex/auth.json', canMove: true, signIn: 'codex login' },
    { program: 'pi', file: '~/.pi/agent/auth.json', canMove: true, signIn: 'pi, then /login' },
  ],
}
/** One that cannot be taken out of its programs, and that TokenTray has, too. */
export const stuckLogin: SharedLoginFinding = {
  finding: 'b'.repeat(64),
  holders: [
    { program: 'kimi-code', file: '~/.kimi-code/credentials/kimi-code.json', canMove: false, signIn: 'kimi, then /login' },
  ],
  account: 'practice-5e6f7a8b',
}

export const found: Radar = {
  findings: [sharedLogin, stuckLogin],
  unread: [
    { program: 'claude-code', files: ['~/.claude/.credentials.json'] },
    { program: 'opencode', files: ['~/.local/share/opencode/auth.json'] },
  ],
}
