import type { AccountIndex, AccountRecord, Grant, GrantVault, StoredGrant } from '../core/index.ts'
import { BrokerError, type ProviderPreferences, type VaultMoveResponse, type VaultStatus } from '../protocol/index.ts'

/** Keeps grants until the end of the process, and writes nothing (TOKENTRAY_VAULT=memory). There is nothing to unlock. */
export class MemoryVault implements GrantVault {
  readonly busy = false
  readonly #grants = new Map<string, Grant>()
  readonly #listeners = new Set<(status: VaultStatus) => void>()
  #status: VaultStatus = { store: 'memory', state: { kind: 'opening' } }

  status(): VaultStatus {
    return this.#status
  }

  onStatus(listener: (status: VaultStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async open(): Promise<VaultStatus> {
    if (this.#status.state.kind !== 'ready') {
      this.#status = { store: 'memory', state: { kind: 'ready' } }
      for (const listener of this.#listeners) listener(this.#status)
    }
    return this.#status
  }

  async load(account: string): Promise<StoredGrant> {
    const grant = this.#grants.get(account)
    return grant === undefined ? { kind: 'absent' } : { kind: 'found', grant }
  }

  async save(account: string, grant: Grant): Promise<void> {
    this.#grants.set(account, grant)
  }

  async remove(account: string): Promise<void> {
    this.#grants.delete(account)
  }

  async prepareLock(): Promise<void> {
    throw new BrokerError('invalid_request', 'A vault in memory cannot be locked: its logins would be lost.', {
      fix: 'Start TokenTray without TOKENTRAY_VAULT=memory to have a vault that can be locked.',
    })
  }

  lock(): Promise<void> {
    return this.prepareLock()
  }

  async unlock(): Promise<VaultStatus> {
    return this.open()
  }

  async move(): Promise<VaultMoveResponse> {
    throw new BrokerError('invalid_request', 'A vault in memory has no key that could be moved.', {
      fix: 'Start TokenTray without TOKENTRAY_VAULT=memory, and sign in.',
    })
  }

  async settled(): Promise<void> {}

  async destroy(): Promise<undefined> {
    this.#grants.clear()
  }

  close(): void {
    this.#grants.clear()
  }
}

/** The index beside it, which is lost at the same moment: accounts without their grants would only look like a fault. */
export class MemoryAccountIndex implements AccountIndex {
  readonly #records = new Map<string, AccountRecord>()
  readonly #preferences = new Map<string, Partial<ProviderPreferences>>()

  list(): readonly AccountRecord[] {
    return [...this.#records.values()]
  }

  put(record: AccountRecord): void {
    this.#records.set(record.id, record)
  }

  remove(id: string): void {
    this.#records.delete(id)
  }

  preferences(provider: string): Partial<ProviderPreferences> {
    return this.#preferences.get(provider) ?? {}
  }

  setPreferences(provider: string, preferences: Partial<ProviderPreferences>): void {
    this.#preferences.set(provider, preferences)
  }
}
