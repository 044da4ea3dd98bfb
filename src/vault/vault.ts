import {
  type AccountIndex,
  type Asker,
  assertNever,
  type Clock,
  type Grant,
  type GrantVault,
  type Secret,
  type StoredGrant,
  type VaultMove,
} from '../core/index.ts'
import { BrokerError, passphraseNeeded, passphraseUnset, type VaultMoveResponse, type VaultStatus } from '../protocol/index.ts'
import { destroyKey } from './destroying.ts'
import { closedFault, faultError, faultState, personFault, type VaultFault } from './fault.ts'
import { loadGrant, makeWay } from './grant-file.ts'
import { recordOf, restoreIndex } from './index-repair.ts'
import type { KeyStoreName, KeyStores } from './key-store.ts'
import { requireKeptKey } from './last-key.ts'
import { clearOther, type MovingContext, moveKey, uselessPassphrase } from './moving.ts'
import { Opening } from './opening.ts'
import { type Seal, sealGrant } from './sealed-file.ts'
import { type Unsealing, unseal } from './unsealing.ts'
import { removeSealed, type VaultFolder, writeSealed } from './vault-folder.ts'
import { type VaultIdentity, writeIdentity } from './vault-identity.ts'

export interface SealedVaultOptions {
  readonly folder: VaultFolder
  readonly stores: KeyStores
  /** The store that the person insists on; without it, the one that `vault.json` names decides. */
  readonly configured?: KeyStoreName
  readonly clock: Clock
  /** Its records are sealed beside the grants, and what it lost is given back to it before the vault says `ready`. */
  readonly index: AccountIndex
}

/** How often the store is asked whether it still has the key, when something is written anyway. Milliseconds. */
const lookEvery = 3_600_000

/**
 * The vault: one data key in the key store, one sealed file per account, and the lifetime of both.
 *
 * The key is read once and then kept in memory. A keychain that is locked while the broker runs therefore stops neither reads
 * nor writes, and that is right: the grants of all accounts are in the memory of this very process anyway, so that forgetting
 * the key would protect nothing, and a rotated refresh token that could not be written would be lost with the process (S3, S5).
 * `lock` is the exception, before which the broker forgets the grants as well.
 */
export class SealedVault implements GrantVault {
  readonly #options: SealedVaultOptions
  readonly #folder: VaultFolder
  readonly #opening: Opening
  readonly #listeners = new Set<(status: VaultStatus) => void>()
  /** The end of the newest task of each account. */
  readonly #tasks = new Map<string, Promise<unknown>>()
  /** The end of the newest lock, unlock or move, of which there is one at a time. */
  #change: Promise<unknown> = Promise.resolve()
  #changes = 0
  /** How often the vault was locked; an unlock that was asked for before the last time does nothing. */
  #locks = 0
  /** Accounts whose file was written or opened by this process, so that it is known to be good. */
  readonly #good = new Set<string>()
  #status: VaultStatus
  #identity: VaultIdentity | undefined
  #fault: VaultFault | undefined
  #seal: Seal | undefined
  #closed = false
  /** When the key was seen in its store. */
  #lookedAt: number

  constructor(options: SealedVaultOptions) {
    const { folder, stores, configured, clock } = options
    this.#options = options
    this.#folder = folder
    this.#lookedAt = clock.now()
    this.#status = { store: configured ?? 'keychain', state: { kind: 'opening' } }
    this.#opening = new Opening({
      unseal: (passphrase) => unseal(options, passphrase),
      unlocked: () => stores.keychain.unlocked(),
      clock,
      onOutcome: (outcome) => this.#take(outcome),
    })
  }

  get busy(): boolean {
    const { keychain, passphrase } = this.#options.stores
    return keychain.busy || passphrase.busy
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
    return this.#withKey(account, async (seal) => {
      const stored = await loadGrant(this.#folder, account, seal)
      if (stored.kind === 'found' && stored.notice === undefined) this.#good.add(account)
      return stored
    })
  }

  /** S3: resolves only when the file and its folder are synced. S5: a write that fails leaves the last stored grant as it was. */
  save(account: string, grant: Grant): Promise<void> {
    return this.#withKey(account, async (seal) => {
      const text = sealGrant({ grant, record: recordOf(this.#options.index, account, grant) }, seal)
      const write = () => writeSealed(this.#folder, account, text)
      const writeAnew = () => makeWay(this.#folder, account, seal).then(write)
      // What stands there may have been changed behind our back, and until the write a rotated refresh token is in memory only.
      await (this.#good.delete(account) ? write().catch(writeAnew) : writeAnew())
      this.#good.add(account)
      this.#lookForKey()
    })
  }

  /** Needs no key, so that signing out works while the keychain is locked, absent or replaced. */
  remove(account: string): Promise<void> {
    return this.#inTurn(account, async () => {
      this.#good.delete(account)
      await removeSealed(this.#folder, account)
    })
  }

  async prepareLock(): Promise<void> {
    const seal = this.#seal
    // Nobody waits here for a prompt that an unlock or a move has brought up; a move looks after the key itself.
    if (seal !== undefined && this.#changes === 0) await this.#inOrder(() => requireKeptKey(this.#moving(seal)))
  }

  /** From the call on, nothing that is asked anew gets at the key; what is under way ends first. */
  lock(): Promise<void> {
    // A vault that waits for its passphrase is locked as well as can be, and its state says more than `locked` does. One that is
    // being tried just now would open it behind the lock.
    if (this.#closed || (this.#waitsForPassphrase() && !this.#opening.trying)) return Promise.resolve()
    this.#locks += 1
    this.#opening.suspend()
    this.#options.stores.passphrase.started?.()
    return this.#inOrder(async () => {
      await this.settled()
      this.#seal?.key.fill(0)
      this.#seal = undefined
      this.#good.clear()
      this.#announce({ kind: 'locked', error: faultState(personFault) }, personFault)
    })
  }

  unlock(passphrase?: Secret): Promise<VaultStatus> {
    const locks = this.#locks
    return this.#inOrder(async () => {
      if (this.#closed) throw faultError('vault_unavailable', closedFault)
      if (this.#identity === undefined) await this.#opening.open('program')
      if (passphrase !== undefined && this.#status.store !== 'passphrase') throw uselessPassphrase()
      if (this.#status.state.kind === 'ready' || locks !== this.#locks) return this.#status
      const outcome = await this.#opening.unlock(passphrase)
      if (outcome === undefined || outcome.kind === 'ready') return this.#status
      if (outcome.refusal !== undefined) throw outcome.refusal
      if (outcome.retry === 'never') {
        throw new BrokerError('passphrase_needed', outcome.fault.description, { fix: outcome.fault.fix })
      }
      return this.#status
    })
  }

  move(move: VaultMove): Promise<VaultMoveResponse> {
    return this.#inOrder(async () => moveKey(move, this.#moving(await this.#requireSeal())))
  }

  /** Ends the retries at once. What is under way finishes, then the key is wiped. */
  close(): void {
    this.#closed = true
    this.#opening.close()
    void Promise.all([this.settled(), this.#change]).then(() => this.#seal?.key.fill(0))
  }

  /**
   * Settles when every task that was asked for until now has ended. A move is not waited for: it may wait for a prompt of the
   * keychain, and what it has not done by the end of the process, the next start does.
   */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#tasks.values()])
  }

  destroy(): Promise<VaultFault | undefined> {
    return this.#inOrder(() => destroyKey(this.#options, this.#identity))
  }

  /** A key that was deleted while the vault is open would be missed at the next start, when it is too late. */
  #lookForKey(): void {
    const elapsed = this.#options.clock.now() - this.#lookedAt
    if (elapsed >= 0 && elapsed < lookEvery) return
    this.#lookedAt = this.#options.clock.now()
    void this.prepareLock().catch(() => undefined)
  }

  #inOrder<T>(change: () => Promise<T>): Promise<T> {
    this.#changes += 1
    const result = this.#change.then(change)
    this.#change = result
      .catch(() => undefined)
      .finally(() => {
        this.#changes -= 1
      })
    return result
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

  /** For `load` and `save`: refused from the moment of the lock on, while tasks that were there before still get the key. */
  #withKey<T>(account: string, task: (seal: Seal) => Promise<T>): Promise<T> {
    if (this.#opening.suspended) return Promise.reject(faultError('vault_locked', personFault))
    return this.#inTurn(account, async () => task(await this.#requireSeal()))
  }

  async #requireSeal(): Promise<Seal> {
    if (this.#seal === undefined && this.#fault === undefined) await this.open()
    if (this.#seal !== undefined) return this.#seal
    const code = this.#status.state.kind === 'locked' ? 'vault_locked' : 'vault_unavailable'
    throw faultError(code, this.#fault ?? closedFault)
  }

  async #take(outcome: Unsealing): Promise<void> {
    this.#identity = outcome.identity ?? this.#identity
    switch (outcome.kind) {
      case 'ready':
        // Before anyone hears of it: whoever reads the index upon `ready` must find every account in it.
        await restoreIndex(this.#options.index, this.#folder, outcome.seal)
        if (this.#opening.suspended) return void outcome.seal.key.fill(0)
        this.#seal = outcome.seal
        this.#options.stores.passphrase.started?.()
        this.#announce({ kind: 'ready' }, undefined)
        return void this.#inOrder(() => this.#endMove())
      case 'locked':
      case 'absent':
      case 'broken':
        return this.#announce({ kind: outcome.kind, error: faultState(outcome.fault) }, outcome.fault)
      default:
        return assertNever(outcome)
    }
  }

  /** Clears what a move that was cut off has left, where that brings up no prompt. What stays is tried again at the next start. */
  async #endMove(): Promise<void> {
    const also = this.#identity?.also
    if (also === undefined || this.#seal === undefined || this.#closed) return
    if ((await this.#options.stores[also].unlocked()) !== true) return
    await clearOther(this.#moving(this.#seal)).catch(() => undefined)
  }

  #moving(seal: Seal): MovingContext {
    const identity = this.#identity
    // A vault that is open knows what it is, and one that is about to end begins nothing.
    if (identity === undefined || this.#closed) throw faultError('vault_unavailable', closedFault)
    const { folder, stores, configured } = this.#options
    const remember = async (next: VaultIdentity) => {
      await writeIdentity(folder, next)
      this.#identity = next
      this.#announce(this.#status.state, this.#fault)
    }
    return { folder, stores, seal, identity, remember, ...(configured === undefined ? {} : { configured }) }
  }

  #waitsForPassphrase(): boolean {
    return this.#fault?.code === passphraseNeeded || this.#fault?.code === passphraseUnset
  }

  #announce(state: VaultStatus['state'], fault: VaultFault | undefined): void {
    const store = this.#identity?.store ?? this.#status.store
    const was = this.#status
    const unchanged = was.store === store && was.state.kind === state.kind && this.#fault?.description === fault?.description
    this.#fault = fault
    if (unchanged) return
    // The object stays the same until something changes, because the snapshot recognises a change by it.
    this.#status = { store, state }
    for (const listener of this.#listeners) listener(this.#status)
  }
}
