import {
  type AccountIndex,
  type AccountRecord,
  type Asker,
  assertNever,
  type Clock,
  type Grant,
  type GrantVault,
  type StoredGrant,
} from '../core/index.ts'
import { BrokerError, type VaultMoveResponse, type VaultStatus } from '../protocol/index.ts'
import { type Files, realFiles } from './durable-file.ts'
import { faultError, faultState, type VaultFault } from './fault.ts'
import { loadGrant, makeWay, readContents } from './grant-file.ts'
import type { KeyStore } from './key-store.ts'
import { Opening } from './opening.ts'
import { type Seal, sealGrant } from './sealed-file.ts'
import type { Unsealing } from './unsealing.ts'
import { removeSealed, sealedAccounts, type VaultFolder, vaultFolder, writeSealed } from './vault-folder.ts'

export interface SealedVaultOptions {
  readonly home: string
  readonly keyStore: KeyStore
  readonly clock: Clock
  /** Its records are sealed beside the grants, and what it lost is given back to it before the vault says `ready`. */
  readonly index: AccountIndex
  readonly files?: Files
}

const closedFault: VaultFault = {
  code: 'vault_closed',
  description: 'The vault is closed, because TokenTray is about to end.',
  fix: 'Start TokenTray again.',
}

/**
 * The vault: one data key in the key store, one sealed file per account, and the lifetime of both.
 *
 * The key is read once and then kept in memory. A keychain that is locked while the broker runs therefore stops neither reads
 * nor writes, and that is right: the grants of all accounts are in the memory of this very process anyway, so that forgetting
 * the key would protect nothing, and a rotated refresh token that could not be written would be lost with the process (S3, S5).
 */
export class SealedVault implements GrantVault {
  readonly #folder: VaultFolder
  readonly #index: AccountIndex
  readonly #opening: Opening
  readonly #keyStore: KeyStore
  readonly #listeners = new Set<(status: VaultStatus) => void>()
  /** The end of the newest task of each account. */
  readonly #tasks = new Map<string, Promise<unknown>>()
  /** Accounts whose file was written or opened by this process, so that it is known to be good. */
  readonly #good = new Set<string>()
  #status: VaultStatus
  #fault: VaultFault | undefined
  #seal: Seal | undefined
  #closed = false

  constructor(options: SealedVaultOptions) {
    const { home, keyStore, clock, index, files = realFiles } = options
    this.#folder = vaultFolder(home, () => clock.now(), files)
    this.#index = index
    this.#keyStore = keyStore
    this.#status = { store: keyStore.kind, state: { kind: 'opening' } }
    this.#opening = new Opening({ folder: this.#folder, keyStore, clock, onOutcome: (outcome) => this.#take(outcome) })
  }

  get busy(): boolean {
    return this.#keyStore.busy
  }

  status(): VaultStatus {
    return this.#status
  }

  onStatus(listener: (status: VaultStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Pass `person` when somebody pressed a button. `program`, the default, does not bring up the prompt of a locked keychain again
   * shortly after it was dismissed.
   */
  async open(asker: Asker = 'program'): Promise<VaultStatus> {
    await this.#opening.open(asker)
    return this.#status
  }

  load(account: string): Promise<StoredGrant> {
    return this.#inTurn(account, async () => {
      const stored = await loadGrant(this.#folder, account, await this.#requireSeal())
      if (stored.kind === 'found' && stored.notice === undefined) this.#good.add(account)
      return stored
    })
  }

  /** S3: resolves only when the file and its folder are synced. S5: a write that fails leaves the last stored grant as it was. */
  save(account: string, grant: Grant): Promise<void> {
    return this.#inTurn(account, async () => {
      const seal = await this.#requireSeal()
      if (!this.#good.has(account)) await makeWay(this.#folder, account, seal)
      await writeSealed(this.#folder, account, sealGrant({ grant, record: this.#recordOf(account, grant) }, seal))
      this.#good.add(account)
    })
  }

  /** Needs no key, so that signing out works while the keychain is locked, absent or replaced. */
  remove(account: string): Promise<void> {
    return this.#inTurn(account, async () => {
      this.#good.delete(account)
      await removeSealed(this.#folder, account)
    })
  }

  async lock(): Promise<void> {
    throw new BrokerError('invalid_request', 'Not built yet.')
  }

  async unlock(): Promise<VaultStatus> {
    throw new BrokerError('invalid_request', 'Not built yet.')
  }

  async move(): Promise<VaultMoveResponse> {
    throw new BrokerError('invalid_request', 'Not built yet.')
  }

  /** Ends the retries at once. Tasks under way finish, then the key is wiped. */
  close(): void {
    this.#closed = true
    this.#opening.close()
    void this.settled().then(() => this.#seal?.key.fill(0))
  }

  /** Settles when every task that was asked for until now has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#tasks.values()])
  }

  /** One task at a time per account, so that a sign-out is never overtaken by the write that came before it. */
  #inTurn<T>(account: string, task: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(faultError('vault_unavailable', closedFault))
    const before = this.#tasks.get(account) ?? Promise.resolve()
    const result = before.then(task, task)
    const end = result
      .catch(() => undefined)
      .finally(() => {
        if (this.#tasks.get(account) === end) this.#tasks.delete(account)
      })
    this.#tasks.set(account, end)
    return result
  }

  async #requireSeal(): Promise<Seal> {
    if (this.#seal === undefined && this.#fault === undefined) await this.open()
    if (this.#seal !== undefined) return this.#seal
    const code = this.#status.state.kind === 'locked' ? 'vault_locked' : 'vault_unavailable'
    throw faultError(code, this.#fault ?? closedFault)
  }

  async #take(outcome: Unsealing): Promise<void> {
    switch (outcome.kind) {
      case 'ready':
        // Before anyone hears of it: whoever reads the index upon `ready` must find every account in it.
        await this.#restoreIndex(outcome.seal)
        this.#seal = outcome.seal
        return this.#announce({ kind: 'ready' }, undefined)
      case 'locked':
      case 'absent':
      case 'broken':
        return this.#announce({ kind: outcome.kind, error: faultState(outcome.fault) }, outcome.fault)
      default:
        return assertNever(outcome)
    }
  }

  #announce(state: VaultStatus['state'], fault: VaultFault | undefined): void {
    const unchanged = this.#status.state.kind === state.kind && this.#fault?.description === fault?.description
    this.#fault = fault
    if (unchanged) return
    // The object stays the same until something changes, because the snapshot recognises a change by it.
    this.#status = { store: this.#keyStore.kind, state }
    for (const listener of this.#listeners) listener(this.#status)
  }

  /** An account must never vanish because the index was damaged: what has a sealed file gets its record back. */
  async #restoreIndex(seal: Seal): Promise<void> {
    const known = new Set(this.#index.list().map((record) => record.id))
    const accounts = await sealedAccounts(this.#folder).catch(() => [])
    for (const account of accounts.filter((id) => !known.has(id))) {
      const contents = await readContents(this.#folder, account, seal).catch(() => undefined)
      if (contents !== undefined) putBack(this.#index, contents.record)
    }
  }

  #recordOf(account: string, grant: Grant): AccountRecord {
    const { provider, issuer, identity, obtainedAt } = grant
    const known = this.#index.list().find((record) => record.id === account)
    return known ?? { id: account, provider, issuer, identity, createdAt: obtainedAt }
  }
}

/** The index keeps the record in memory even when it cannot be written, and a full disk must not keep the vault shut. */
function putBack(index: AccountIndex, record: AccountRecord): void {
  try {
    index.put(record)
  } catch {
    // The next start finds the same gap and tries again.
  }
}
