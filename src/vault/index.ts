import type { AccountIndex, Clock, GrantVault, RefreshJournal } from '../core/index.ts'
import type { KeyStoreKind } from '../protocol/index.ts'
import { StoredAccountIndex } from './account-index.ts'
import type { Files } from './durable-file.ts'
import type { VaultFault } from './fault.ts'
import type { KeyStore } from './key-store.ts'
import { KeychainKeyStore } from './keychain.ts'
import { MemoryAccountIndex, MemoryVault } from './memory-vault.ts'
import { PassphraseKeyStore } from './passphrase.ts'
import { FileRefreshJournal, MemoryRefreshJournal } from './refresh-journal.ts'
import { SealedVault } from './vault.ts'
import { sealedAccounts, vaultFolder } from './vault-folder.ts'

export interface VaultOptions {
  /** The folder of TokenTray; see `homeFolder`. */
  readonly home: string
  /** The store that the person insists on. Without it, the vault knows its own, and a new one takes the keychain. */
  readonly store?: KeyStoreKind
  /** What TOKENTRAY_PASSPHRASE_FILE names. */
  readonly passphraseFile?: string
  readonly clock: Clock
  /** The keychain that all vaults of a process share; see `createKeychain`. */
  readonly keychain?: KeyStore
  /** Instead of the file `key.json`. */
  readonly passphrase?: KeyStore
  /** Instead of the disk. */
  readonly files?: Files
}

/** The vault as its owner sees it: more than the broker needs. */
export interface OwnedVault extends GrantVault {
  /**
   * Whether a keychain call is under way. Its thread cannot be interrupted, and both `process.exit` and the end of a worker wait
   * for it, so that a host that ends while a prompt is on the screen has to end by a signal.
   */
  readonly busy: boolean
  /** Deletes the data key from its store. Only after `close`. Answers why it could not be deleted. */
  destroy(): Promise<VaultFault | undefined>
}

export interface Stores {
  readonly vault: OwnedVault
  readonly index: AccountIndex
  readonly journal: RefreshJournal
  /** How many logins are on the disk, whatever the index says of them; nothing has to be open for it. */
  readonly stored: () => Promise<number>
}

/** The keychain of the system. One serves all vaults of a process: each call of its own queue may hold a thread. */
export function createKeychain(clock: Clock): KeyStore {
  return new KeychainKeyStore({ clock })
}

/** The vault, the index and the refresh journal of one home. None of them touches the keychain before `open`. `memory` writes nothing at all. */
export function createVault(options: VaultOptions): Stores {
  const { home, store, passphraseFile: file, clock, files } = options
  if (store === 'memory') {
    const stored = async () => 0
    return { vault: new MemoryVault(), index: new MemoryAccountIndex(), journal: new MemoryRefreshJournal(), stored }
  }
  const index = new StoredAccountIndex({ home, now: () => clock.now() })
  const folder = vaultFolder(home, () => clock.now(), files)
  const stores = {
    keychain: options.keychain ?? new KeychainKeyStore({ clock }),
    passphrase: options.passphrase ?? new PassphraseKeyStore({ folder, clock, ...(file === undefined ? {} : { file }) }),
  }
  const vault = new SealedVault({ folder, stores, clock, index, ...(store === undefined ? {} : { configured: store }) })
  const stored = async () => (await sealedAccounts(folder)).length
  return { vault, index, journal: new FileRefreshJournal(home, files), stored }
}

export { type Files, writeDurably } from './durable-file.ts'
export type { VaultFault } from './fault.ts'
export type { KeyAnswer, KeyStore } from './key-store.ts'
