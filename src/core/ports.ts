import type {
  ClientPolicy,
  EndCause,
  HistoryEntry,
  KeyKind,
  LedgerEntry,
  LoginFlow,
  LoginPrompt,
  ProviderInfo,
  ProviderPreferences,
  StateError,
  VaultMoveResponse,
  VaultStatus,
} from '../protocol/index.ts'
import type { AccountRecord, Grant } from './grant.ts'
import type { Secret } from './secret.ts'
import type { Usage } from './usage.ts'

/** What the vault found under an account id. A locked or missing vault is a throw, never one of these. */
export type StoredGrant =
  | { readonly kind: 'found'; readonly grant: Grant; readonly notice?: StateError }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly error: StateError }

/** Who wants the vault open. A program must not bring up a prompt of the keychain again and again; a person who asks wants it. */
export type Asker = 'person' | 'program'

/** Keeps grants durably and sealed. `load`, `save` and `remove` throw `vault_locked` or `vault_unavailable`. */
export interface GrantVault {
  status(): VaultStatus
  /** Calls the listener whenever `status` changes; the returned function ends it. */
  onStatus(listener: (status: VaultStatus) => void): () => void
  /** Tries to reach the key store and settles when the answer is known; never throws. May be called again at any time. */
  open(asker?: Asker): Promise<VaultStatus>
  load(account: string): Promise<StoredGrant>
  /** Resolves when the grant would survive a power cut. */
  save(account: string, grant: Grant): Promise<void>
  remove(account: string): Promise<void>
  /**
   * Settles when `lock` would lose nothing. Throws `invalid_request` where nothing could be unlocked again, and `vault_unavailable`
   * when the key is in memory only.
   */
  prepareLock(): Promise<void>
  /** Forgets the data key; nothing but `unlock` opens the vault again. Only after `prepareLock`. */
  lock(): Promise<void>
  /**
   * Opens the vault for a person. Throws `wrong_passphrase` with `retryAfter`, `passphrase_needed`, or `invalid_request` for a
   * passphrase that the store has no use for or that is too short for a first one.
   */
  unlock(passphrase?: Secret): Promise<VaultStatus>
  /** Moves the data key; the source is deleted after the target was read back. Throws without having changed anything. */
  move(move: VaultMove): Promise<VaultMoveResponse>
  /** Settles when every write under way has ended. */
  settled(): Promise<void>
  close(): void
}

export interface VaultMove {
  readonly to: 'keychain' | 'passphrase'
  readonly passphrase?: Secret
  readonly dryRun: boolean
}

/** What the journal knows of the newest refresh of an account. Times are milliseconds; a fingerprint is `Secret.fingerprint`. */
export type RefreshNote =
  /** The request left, or was about to; what the server answered is not known. */
  | { readonly kind: 'sent'; readonly fingerprint: string; readonly at: number }
  /** The server ended the grant that this refresh token belongs to. */
  | {
      readonly kind: 'ended'
      readonly fingerprint: string
      readonly at: number
      readonly error: StateError
      readonly cause: EndCause
    }

/** Outlives a crash between a refresh and its answer, so that the person is told why a login ended. Holds no secret. */
export interface RefreshJournal {
  /** The newest note of the account that nothing has settled. */
  read(account: string): RefreshNote | undefined
  /** Resolves when the note would survive a power cut. Throws `vault_unavailable`. */
  write(account: string, note: RefreshNote): Promise<void>
  /** The answer is stored, or the account is gone. Needs not be durable: a stale `sent` is recognised by its fingerprint. */
  settle(account: string): void
}

/** What the person decided about clients. */
export interface ClientRegister {
  read(): ClientPolicy
  /** Throws `vault_unavailable` when it cannot be written; the policy is in effect nevertheless. */
  write(policy: ClientPolicy): void
}

/** Which entries of the ledger are meant: all that agree with every member. `since` in epoch seconds. */
export interface LedgerFilter {
  readonly client?: string
  readonly provider?: string
  /** An id, also of an account that is not there any more. */
  readonly account?: string
  readonly since?: number
}

/** The append-only record of hand-outs. `record` never throws and never waits. */
export interface Ledger {
  record(entry: Omit<LedgerEntry, 'count'>): void
  /** The newest entries, oldest first. */
  read(limit: number, wanted?: LedgerFilter): Promise<readonly LedgerEntry[]>
}

/** Which entries of the history are meant: all that agree with every member, and what befell every login. `since` in epoch seconds. */
export interface HistoryFilter {
  readonly provider?: string
  /** An id, also of an account that is not there any more. */
  readonly account?: string
  /** The label that it had at the time. */
  readonly label?: string
  readonly since?: number
}

/** The append-only record of what happened to the logins. `record` never throws and never waits. */
export interface History {
  record(entry: HistoryEntry): void
  /** The newest entries, oldest first. */
  read(limit: number, wanted?: HistoryFilter): Promise<readonly HistoryEntry[]>
}

/** The accounts in the clear: which exist, not what they hold, and what the person decided about several of one provider. */
export interface AccountIndex {
  list(): readonly AccountRecord[]
  put(record: AccountRecord): void
  remove(id: string): void
  preferences(provider: string): Partial<ProviderPreferences>
  /** Throws `vault_unavailable` when it cannot be written; it is in effect nevertheless. */
  setPreferences(provider: string, preferences: Partial<ProviderPreferences>): void
}

/**
 * How a refresh ended. `terminal` is only a well-formed OAuth error that the provider lists as the end of the grant (S4), with
 * what its code means; a time-out, a web page, a 5xx or a network fault is `transient`. It is `unused` when the server certainly
 * did not use the refresh token, because the request never left or was refused as a whole.
 */
export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly grant: Grant }
  | { readonly kind: 'transient'; readonly error: StateError; readonly retryAfter?: number; readonly unused?: true }
  | { readonly kind: 'terminal'; readonly error: StateError; readonly cause: EndCause }

/** One login under way. It ends exactly once, through `outcome`, which rejects with a BrokerError when the login failed. */
export interface LoginAttempt {
  /** What to open in the browser. */
  readonly authorizationUrl: string
  readonly prompt: LoginPrompt
  /** Milliseconds. */
  readonly expiresAt: number
  readonly outcome: Promise<Grant>
  /** Takes what the person copied from the browser. Throws when it is not usable; the login stays pending then. */
  submit(pasted: string): void
  cancel(): void
}

/** A login that another program made. `person` is what that program knows of whose it is. */
export interface BroughtTokens {
  readonly accessToken: Secret
  readonly refreshToken: Secret
  readonly idToken?: Secret
  readonly scope?: string
  /** Milliseconds. */
  readonly expiresAt?: number
  readonly person?: {
    readonly account?: string | undefined
    readonly organization?: string | undefined
    readonly email?: string | undefined
  }
}

/** What another program shows of a login that it keeps. */
export interface ShownTokens extends Pick<BroughtTokens, 'accessToken' | 'idToken' | 'expiresAt' | 'person'> {}

/** What a login is started with. */
export interface LoginRequest {
  /** The first one of the provider by default. */
  readonly flow?: LoginFlow
  /** Whether somebody has chosen the flow; otherwise a pending login of another flow is joined. */
  readonly flowIsChosen?: boolean
  readonly redirectHost?: '127.0.0.1' | 'localhost'
  /** Whether the provider has an account already and one more is wanted. */
  readonly another?: boolean
  /** The client id that was issued for the account that signs in again. */
  readonly clientId?: string
}

/** Where a token of a grant is used, and how. */
export interface ApiAccess {
  readonly baseUrl: string
  /** Headers that the API wants besides the one with the token. */
  readonly headers: Readonly<Record<string, string>>
  /** The header that takes the bare token, when it is not `Authorization`. */
  readonly tokenHeader?: string
}

/** What a request to the API of a provider came to. `detail` is what the provider said, without anything that looks secret. */
export type ApiOutcome<Value> =
  | { readonly kind: 'good'; readonly value: Value }
  /** The API refused the token itself. */
  | { readonly kind: 'refused'; readonly error: StateError; readonly detail?: string }
  | { readonly kind: 'failed'; readonly error: StateError; readonly detail?: string; readonly retryAfter?: number }
  /** There is nothing to ask. */
  | { readonly kind: 'none' }

/** Whether the id_token of a grant is what it says. `unclear` when the keys of the server could not be had. */
export type Verification = { readonly kind: 'good' | 'unclear' } | { readonly kind: 'wrong'; readonly error: StateError }

/** One authorization server and the way to use it, as the broker sees it. */
export interface ProviderClient {
  readonly id: string
  readonly name: string
  readonly aliases: readonly string[]
  /** The issuer in effect; differs from the built-in one under TOKENTRAY_UPSTREAM (S7). */
  readonly issuer: string
  readonly info: ProviderInfo
  access(grant: Grant): ApiAccess
  startLogin(request: LoginRequest): Promise<LoginAttempt>
  /**
   * Makes a grant of what the person brought along. Throws `invalid_request` for a text that cannot be it, and `login_failed` when
   * the provider refused to make a token of it.
   */
  grantFromKey(secret: Secret, kind?: KeyKind): Promise<Grant>
  /**
   * Makes a grant of a login that another program made, without refreshing it. Throws `invalid_request` where a login of this
   * provider cannot be taken over, and `login_failed` when the provider refused the access token.
   */
  grantFromTokens(tokens: BroughtTokens): Promise<Grant>
  /**
   * Makes a grant, which cannot be refreshed here, of an access token that another program owns. Nothing is asked of the provider.
   * Throws `issuer_mismatch` for one of another server (S7).
   */
  grantOfProgram(tokens: ShownTokens): Grant
  /** Never throws: every failure is an outcome. */
  refresh(grant: Grant): Promise<RefreshOutcome>
  /** Looks at the id_token that came with a refresh. Asked only after the grant is durable; never throws. */
  verify(grant: Grant): Promise<Verification>
  /** RFC 7009; best effort. Answers whether the server confirmed it. */
  revoke(grant: Grant): Promise<boolean>
  /** Whether the API takes the token. `timeout` in milliseconds. Never throws. */
  check(grant: Grant, timeout: number): Promise<ApiOutcome<undefined>>
  /** Whether `check` tells about the access token of this grant: there is something to ask, and it is asked with that token. */
  checksToken(grant: Grant): boolean
  /** Never throws. */
  usage(grant: Grant): Promise<ApiOutcome<Usage>>
}
