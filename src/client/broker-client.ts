import type {
  AccountChange,
  AccountStatus,
  AccountUsage,
  AddKeyRequest,
  AddKeyResponse,
  ApprovalDecision,
  ApprovalRequest,
  BrokerSnapshot,
  CheckResult,
  ClientPolicy,
  ClientRule,
  ClientRuleRequest,
  CreateShareRequest,
  CreateVaultRequest,
  Diagnosis,
  Explanation,
  FingerprintResponse,
  ForeignLoginRequest,
  HealthResponse,
  HistoryEntry,
  ImportRequest,
  ImportResponse,
  LedgerEntry,
  LoginDecision,
  LoginStatus,
  MovedLogin,
  PreferencesChange,
  ProviderPreferences,
  ProvidersResponse,
  RemoveVaultResponse,
  ReturnedLogin,
  Share,
  SharesResponse,
  SignOutResponse,
  StartLoginRequest,
  StartLoginResponse,
  TokenFile,
  TokenFileRequest,
  TokenFileTool,
  UnlockRequest,
  VaultEntry,
  VaultMoveRequest,
  VaultMoveResponse,
  VaultStatus,
  VaultsResponse,
} from '../protocol/index.ts'
import { parseSelector } from '../protocol/selector.ts'
import { checkedVaultName } from '../protocol/vault-name.ts'
import { askBroker, type BrokerCall, parseJson, unreadable } from './one-shot.ts'

/** The local API for the human commands of the CLI. The types are the protocol's own. */
export function createBrokerClient(socket: string) {
  const ask = async <Answer>(call: Omit<BrokerCall, 'socket'>) => readObject<Answer>(await askBroker({ socket, ...call }))
  const login = (id: string) => `/v1/logins/${encodeURIComponent(id)}`
  const rule = (client: string) => `/v1/policy/${encodeURIComponent(client)}`
  return {
    health: () => ask<HealthResponse>({ method: 'GET', path: '/v1/health' }),
    diagnosis: (online: boolean) => ask<Diagnosis>({ method: 'GET', path: `/v1/diagnosis?online=${online}` }),
    status: () => ask<BrokerSnapshot>({ method: 'GET', path: '/v1/status' }),
    startLogin: (request: StartLoginRequest) => ask<StartLoginResponse>({ method: 'POST', path: '/v1/logins', body: request }),
    /** `wait` is in seconds, at most 60. */
    loginStatus: (id: string, wait: number) => ask<LoginStatus>({ method: 'GET', path: `${login(id)}?wait=${wait}` }),
    submitResponse: (id: string, pasted: string) =>
      ask<LoginStatus>({ method: 'POST', path: `${login(id)}/response`, body: { pasted } }),
    cancelLogin: (id: string) => ask<LoginStatus>({ method: 'DELETE', path: login(id) }),
    decideLogin: (id: string, decision: LoginDecision) =>
      ask<LoginStatus>({ method: 'POST', path: `${login(id)}/decision`, body: { decision } }),
    ...accountCalls(ask),
    policy: () => ask<ClientPolicy>({ method: 'GET', path: '/v1/policy' }),
    setAsk: (value: boolean) => ask<ClientPolicy>({ method: 'PATCH', path: '/v1/policy', body: { ask: value } }),
    putRule: (client: string, request: ClientRuleRequest) =>
      ask<ClientRule>({ method: 'PUT', path: rule(client), body: request }),
    removeRule: (client: string) => ask<ClientPolicy>({ method: 'DELETE', path: rule(client) }),
    decide: (id: string, decision: ApprovalDecision) =>
      ask<ApprovalRequest>({ method: 'POST', path: `/v1/approvals/${encodeURIComponent(id)}`, body: { decision } }),
    /** The newest lines, oldest first; at most 1,000. `account` is a selector or an id, `since` in epoch seconds. */
    ledger: async (
      limit: number,
      wanted: { readonly client?: string; readonly account?: string; readonly since?: number } = {},
    ) => {
      const path = `/v1/ledger?${parametersOf({ limit, ...wanted })}`
      return (await ask<{ entries: LedgerEntry[] }>({ method: 'GET', path })).entries
    },
    shares: async () => (await ask<SharesResponse>({ method: 'GET', path: '/v1/shares' })).shares,
    createShare: (request: CreateShareRequest) => ask<Share>({ method: 'POST', path: '/v1/shares', body: request }),
    endShare: (id: string) => ask<Share>({ method: 'DELETE', path: `/v1/shares/${encodeURIComponent(id)}` }),
    lock: () => ask<VaultStatus>({ method: 'POST', path: '/v1/lock' }),
    unlock: (request: UnlockRequest) => ask<VaultStatus>({ method: 'POST', path: '/v1/unlock', body: request }),
    moveVault: (request: VaultMoveRequest) => ask<VaultMoveResponse>({ method: 'POST', path: '/v1/vault/move', body: request }),
    vaults: () => ask<VaultsResponse>({ method: 'GET', path: '/v1/vaults' }),
    createVault: (name: string) =>
      ask<VaultEntry>({
        method: 'POST',
        path: '/v1/vaults',
        body: { name: checkedVaultName(name) } satisfies CreateVaultRequest,
      }),
    removeVault: (name: string, signOut: boolean) =>
      ask<RemoveVaultResponse>({
        method: 'DELETE',
        path: `/v1/vaults/${checkedVaultName(name)}${signOut ? '?sign_out=true' : ''}`,
      }),
  }
}

const parametersOf = (query: Readonly<Record<string, string | number>>): URLSearchParams =>
  new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))

type Ask = <Answer>(call: Omit<BrokerCall, 'socket'>) => Promise<Answer>

/** What can be asked about the accounts and the providers. */
function accountCalls(ask: Ask) {
  const account = (selector: string) => {
    // An empty one would be another path, and the broker would speak of that.
    parseSelector(selector)
    return `/v1/accounts/${encodeURIComponent(selector)}`
  }
  return {
    signOut: (selector: string) => ask<SignOutResponse>({ method: 'DELETE', path: account(selector) }),
    changeAccount: (selector: string, change: AccountChange) =>
      ask<AccountStatus>({ method: 'PATCH', path: account(selector), body: change }),
    addKey: (request: AddKeyRequest) => ask<AddKeyResponse>({ method: 'POST', path: '/v1/accounts', body: request }),
    importLogin: (request: ImportRequest) => ask<ImportResponse>({ method: 'POST', path: '/v1/import', body: request }),
    addForeignLogin: (request: ForeignLoginRequest) =>
      ask<ImportResponse>({ method: 'POST', path: '/v1/foreign-logins', body: request }),
    movedLogins: async () =>
      (await ask<{ moved_logins: MovedLogin[] }>({ method: 'GET', path: '/v1/moved-logins' })).moved_logins,
    returnLogin: (id: string, program: string) =>
      ask<ReturnedLogin>({
        method: 'POST',
        path: `/v1/moved-logins/${encodeURIComponent(id)}/return`,
        body: { program },
      }),
    /** `key` is 32 random bytes in hex. */
    fingerprints: (key: string) => ask<FingerprintResponse>({ method: 'POST', path: '/v1/fingerprints', body: { key } }),
    /** `timeout` is in seconds. */
    check: (selector: string, timeout: number) =>
      ask<CheckResult>({
        method: 'POST',
        path: `${account(selector)}/check`,
        body: { timeout },
        // A refresh may come before the check.
        timeout: (timeout + 60) * 1000,
      }),
    providers: async () => (await ask<ProvidersResponse>({ method: 'GET', path: '/v1/providers' })).providers,
    changePreferences: (provider: string, change: PreferencesChange) =>
      ask<ProviderPreferences>({ method: 'PATCH', path: `/v1/providers/${encodeURIComponent(provider)}`, body: change }),
    explain: (selector: string, query: { readonly account?: string; readonly client?: string }) => {
      const parameters = new URLSearchParams(query)
      const path = `/v1/why/${encodeURIComponent(selector)}${parameters.size === 0 ? '' : `?${parameters}`}`
      return ask<Explanation>({ method: 'GET', path })
    },
    tokenFiles: async () => (await ask<{ token_files: TokenFile[] }>({ method: 'GET', path: '/v1/token-files' })).token_files,
    putTokenFile: (tool: TokenFileTool, request: TokenFileRequest) =>
      ask<TokenFile>({ method: 'PUT', path: `/v1/token-files/${tool}`, body: request }),
    removeTokenFile: (tool: TokenFileTool) =>
      ask<{ token_files: TokenFile[] }>({ method: 'DELETE', path: `/v1/token-files/${tool}` }),
    /** The newest entries, oldest first; at most 1,000. `account` is a selector or an id, `since` in epoch seconds. */
    history: async (limit: number, wanted: { readonly account?: string; readonly since?: number } = {}) => {
      const path = `/v1/history?${parametersOf({ limit, ...wanted })}`
      return (await ask<{ entries: HistoryEntry[] }>({ method: 'GET', path })).entries
    },
    usage: async (selector?: string) => {
      const path = `/v1/usage${selector === undefined ? '' : `?account=${encodeURIComponent(selector)}`}`
      return (await ask<{ usage: AccountUsage[] }>({ method: 'GET', path })).usage
    },
    refresh: (selector: string) => ask<AccountStatus>({ method: 'POST', path: `${account(selector)}/refresh` }),
  }
}

export type BrokerClient = ReturnType<typeof createBrokerClient>

/** The object of an answer. Throws `broker_unreadable` for anything else, which no broker answers. */
export function readObject<Answer>(text: string): Answer {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable()
  return value as Answer
}
