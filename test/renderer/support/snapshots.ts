import type { Problem, View } from '../../../src/ipc/channels.ts'
import type { LanguageTag } from '../../../src/ipc/words/index.ts'
import type {
  AccountStatus,
  ApprovalRequest,
  BrokerSnapshot,
  GrantState,
  PendingLogin,
  VaultStatus,
} from '../../../src/protocol/index.ts'

/** The moment that every renderer test plays in, in epoch seconds. */
export const noon = 1_795_000_000

export const codex = (state: GrantState, more: Partial<AccountStatus> = {}): AccountStatus => ({
  id: state.kind === 'signed_out' || state.kind === 'authorizing' ? 'openai-codex' : 'openai-codex-1a2b3c4d',
  provider: 'openai-codex',
  provider_name: 'OpenAI Codex',
  state,
  ...more,
})

export const practice = (state: GrantState, more: Partial<AccountStatus> = {}): AccountStatus => ({
  id: state.kind === 'signed_out' || state.kind === 'authorizing' ? 'practice' : 'practice-5e6f7a8b',
  provider: 'practice',
  provider_name: 'Practice',
  state,
  ...more,
})

export const ana = { identity: { email: 'ana.silva@example.com', plan: 'plus' } }
export const ben = { identity: { email: 'ben@example.org' } }

/** A login that Codex owns: one that is asked for tokens, and one that is only looked at. */
export const asked = { ownership: { mode: 'delegated', program: 'codex' } } as const satisfies Partial<AccountStatus>
export const watched = {
  ownership: { mode: 'watched', program: 'codex', file: '/home/ana/.codex/auth.json', login: 'chatgpt' },
} as const satisfies Partial<AccountStatus>

export const signedOut: GrantState = { kind: 'signed_out' }
export const active: GrantState = { kind: 'active', expires_at: noon + 9 * 60 + 20 }
export const refreshing: GrantState = { kind: 'refreshing', expires_at: noon + 40, attempt: 1 }
export const inBrowser: GrantState = {
  kind: 'authorizing',
  login_id: 'login-1',
  prompt: { kind: 'browser', redirect_port: 1455 },
  expires_at: noon + 272,
}
export const byPaste: GrantState = {
  kind: 'authorizing',
  login_id: 'login-1',
  prompt: { kind: 'paste', reason: 'Ports 1455 and 1457 are taken, the first one by “codex” (process 4711).' },
  expires_at: noon + 272,
}
export const backingOff: GrantState = {
  kind: 'backing_off',
  expires_at: noon + 190,
  attempt: 2,
  retry_at: noon + 42,
  error: { code: 'temporarily_unavailable', description: 'The token endpoint answered with a web page instead of JSON.' },
}
export const ended: GrantState = {
  kind: 'reauthorization_required',
  error: { code: 'reauthorization_required', description: 'The login was revoked or used by another program.' },
}
export const endedElsewhere = {
  kind: 'reauthorization_required',
  cause: 'used_elsewhere',
  error: {
    code: 'invalid_grant',
    description: 'OpenAI Codex has ended this login: its refresh token was used by another program (invalid_grant).',
    fix: 'Sign in again, and let that program ask TokenTray for its token.',
  },
} as const satisfies GrantState
/** Who signed out in the program that owns the login has to sign in there. */
export const endedThere: GrantState = {
  kind: 'reauthorization_required',
  error: { code: 'reauthorization_required', description: 'Codex CLI is signed out.', fix: 'Sign in there: `codex login`.' },
}
export const unreadable: GrantState = {
  kind: 'unavailable',
  error: {
    code: 'consent_required',
    description: 'The logins of Codex CLI are not read without your yes.',
    fix: 'Run `tokentray watch codex --read-stores` to allow it.',
  },
}
export const lockedOut: GrantState = {
  kind: 'unavailable',
  error: { code: 'keychain_locked', description: 'The keychain of your system is locked.', fix: 'Unlock it.' },
}
export const foreign: GrantState = {
  kind: 'unavailable',
  error: {
    code: 'issuer_mismatch',
    description: 'This login belongs to https://auth.openai.com, and another server is configured now.',
    fix: 'Unset `TOKENTRAY_UPSTREAM`, or sign in again for this server.',
  },
}

export const byDevice: Extract<GrantState, { kind: 'authorizing' }> = {
  kind: 'authorizing',
  login_id: 'login-1',
  prompt: { kind: 'device', user_code: 'WDJB-MJHT', verification_uri: 'https://auth.openai.com/codex/device' },
  expires_at: noon + 872,
}

export const ready: VaultStatus = { store: 'keychain', state: { kind: 'ready' } }
export const locked: VaultStatus = {
  store: 'keychain',
  state: {
    kind: 'locked',
    error: {
      code: 'keychain_locked',
      description: 'The keychain of your system is locked.',
      fix: 'Unlock it. TokenTray goes on by itself.',
    },
  },
}
export const absent: VaultStatus = {
  store: 'keychain',
  state: {
    kind: 'absent',
    error: {
      code: 'keychain_absent',
      description: 'No keychain service runs in this session.',
      fix: 'Install and start gnome-keyring, or run with `TOKENTRAY_VAULT=memory` to keep logins until the end of the process only.',
    },
  },
}
export const broken: VaultStatus = {
  store: 'keychain',
  state: {
    kind: 'broken',
    error: { code: 'disk_full', description: 'The disk is full.', fix: 'Free some space. TokenTray tries again by itself.' },
  },
}
const shut = (store: VaultStatus['store'], code: string, description: string): VaultStatus => ({
  store,
  state: { kind: 'locked', error: { code, description, fix: 'Run `tokentray unlock`, or press Unlock in the tray.' } },
})
export const lockedByPerson = shut('keychain', 'locked', 'TokenTray is locked.')
export const lockedWithPassphrase = shut('passphrase', 'locked', 'TokenTray is locked.')
export const passphraseNeeded = shut('passphrase', 'passphrase_needed', 'The vault waits for its passphrase.')
export const passphraseUnset = shut('passphrase', 'passphrase_unset', 'The vault has no passphrase yet.')
export const inMemory: VaultStatus = { store: 'memory', state: { kind: 'ready' } }

export const proven: ApprovalRequest = {
  id: 'approval-1',
  caller: { name: 'codex', proof: 'proven', pid: 123, executable: '/usr/bin/codex', parent: '/usr/bin/zed' },
  account: 'practice-5e6f7a8b',
  provider: 'practice',
  expires_at: noon + 24,
}
export const claimed: ApprovalRequest = {
  id: 'approval-2',
  caller: { name: 'pi', proof: 'claimed' },
  account: 'openai-codex-1a2b3c4d',
  provider: 'openai-codex',
  expires_at: noon + 28,
}

/** Somebody else than Ana signed in to her account. */
export const otherPerson: PendingLogin = {
  id: 'login-8',
  provider: 'openai-codex',
  account: 'openai-codex-1a2b3c4d',
  prompt: { kind: 'browser', redirect_port: 1455 },
  expires_at: noon + 590,
  undecided: { email: 'bob@example.com', plan: 'pro' },
}

/** The logins that the rows are waiting for, as the broker lists them. */
function loginsOf(accounts: readonly AccountStatus[]): PendingLogin[] {
  return accounts.flatMap(({ provider, state }) =>
    state.kind === 'authorizing' ? [{ id: state.login_id, provider, prompt: state.prompt, expires_at: state.expires_at }] : [],
  )
}

export function snapshotOf(accounts: readonly AccountStatus[], more: Partial<BrokerSnapshot> = {}): BrokerSnapshot {
  return { sequence: 1, vault: ready, accounts: [...accounts], logins: loginsOf(accounts), approvals: [], ...more }
}

export function viewOf(snapshot: BrokerSnapshot | undefined, frame: 'popover' | 'window' = 'popover', problem?: Problem): View {
  return {
    surroundings: { version: '0.1.0', frame, language: 'en', locale: 'en-GB', hidePersonalData: false, welcome: false },
    usage: [],
    notices: [],
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(problem === undefined ? {} : { problem }),
  }
}

export const view = (...accounts: AccountStatus[]): View => viewOf(snapshotOf(accounts))

/** The same view for a person who reads another language. */
export const inLanguage = (view: View, language: LanguageTag): View => ({
  ...view,
  surroundings: { ...view.surroundings, language, locale: language },
})
