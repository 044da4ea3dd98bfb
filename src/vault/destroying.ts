import type { VaultFault } from './fault.ts'
import type { KeyStores } from './key-store.ts'
import type { VaultFolder } from './vault-folder.ts'
import { readIdentity, type VaultIdentity } from './vault-identity.ts'

/**
 * Deletes the data key of a vault that is about to be deleted from the keychain; the file of a passphrase goes with its folder. May
 * bring up the prompt of the keychain. Answers why the key is still there, which opens nothing any more. Throws `vault_unavailable`
 * when it cannot be known which key it is.
 */
export async function destroyKey(
  { folder, stores }: { readonly folder: VaultFolder; readonly stores: KeyStores },
  known: VaultIdentity | undefined,
): Promise<VaultFault | undefined> {
  const { id, store, also } = known ?? (await readIdentity(folder))
  if (store !== 'keychain' && also !== 'keychain') return undefined
  const answer = await stores.keychain.remove(id)
  if (answer.kind === 'none') return undefined
  if (answer.kind !== 'present') return answer.fault
  answer.key.fill(0)
  return keptFault
}

const keptFault: VaultFault = {
  code: 'keychain_unreliable',
  description: 'The keychain confirmed the deletion and still has the key.',
  fix: 'Delete the item "TokenTray" with a program for the keychain of your system.',
}
