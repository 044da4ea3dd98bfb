import type { RemoveVaultResponse, VaultEntry } from '../protocol/index.ts'

/** The vaults of this process, of which the default one is always there. */
export interface VaultDesk {
  /** The default one first, the others by name. */
  list(): readonly VaultEntry[]
  /** Makes a vault and serves it. Throws `invalid_request` for a name that is taken, or why it cannot be served. */
  create(name: string): Promise<VaultEntry>
  /**
   * Deletes a vault with its key. Throws `unknown_vault`, or `invalid_request` for the default one, and for one with accounts that
   * nobody wants signed out.
   */
  remove(name: string, signOut: boolean): Promise<RemoveVaultResponse>
}
