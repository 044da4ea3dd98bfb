import type { LoginPrompt, StartLoginRequest, StateError, VaultStatus } from '../protocol/index.ts'
import type { AccountRecord, Grant } from './grant.ts'

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
  /** Settles when every write under way has ended. */
  settled(): Promise<void>
  close(): void
}

/** The accounts in the clear: which exist, not what they hold. */
export interface AccountIndex {
  list(): readonly AccountRecord[]
  put(record: AccountRecord): void
  remove(id: string): void
}

/**
 * How a refresh ended. `terminal` is only a well-formed OAuth error that the provider lists as the end of the grant (S4);
 * a time-out, a web page, a 5xx or a network fault is `transient`.
 */
export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly grant: Grant }
  | { readonly kind: 'transient'; readonly error: StateError; readonly retryAfter?: number }
  | { readonly kind: 'terminal'; readonly error: StateError }

/** One login under way. It ends exactly once, through `outcome`, which rejects with a BrokerError when the login failed. */
export interface LoginAttempt {
  readonly authorizationUrl: string
  readonly prompt: LoginPrompt
  /** Milliseconds. */
  readonly expiresAt: number
  readonly outcome: Promise<Grant>
  /** Takes what the person copied from the browser. Throws when it is not usable; the login stays pending then. */
  submit(pasted: string): void
  cancel(): void
}

/** One authorization server and the way to use it, as the broker sees it. */
export interface ProviderClient {
  readonly id: string
  readonly name: string
  readonly aliases: readonly string[]
  /** The issuer in effect; differs from the built-in one under TOKENTRAY_UPSTREAM (S7). */
  readonly issuer: string
  /** Where the provider's API is. */
  readonly baseUrl: string
  /** Headers that the API wants besides `Authorization`. */
  headers(grant: Grant): Readonly<Record<string, string>>
  startLogin(request: StartLoginRequest): Promise<LoginAttempt>
  /** Never throws: every failure is an outcome. */
  refresh(grant: Grant): Promise<RefreshOutcome>
  /** RFC 7009; best effort. Answers whether the server confirmed it. */
  revoke(grant: Grant): Promise<boolean>
}
