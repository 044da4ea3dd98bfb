import type { AccountIndex, AccountRecord, Grant } from '../core/index.ts'
import { readContents } from './grant-file.ts'
import type { Seal } from './sealed-file.ts'
import { sealedAccounts, type VaultFolder } from './vault-folder.ts'

/** An account must never vanish because the index was damaged: what has a sealed file gets its record back. */
export async function restoreIndex(index: AccountIndex, folder: VaultFolder, seal: Seal): Promise<void> {
  const known = new Set(index.list().map((record) => record.id))
  const accounts = await sealedAccounts(folder).catch(() => [])
  for (const account of accounts.filter((id) => !known.has(id))) {
    const contents = await readContents(folder, account, seal).catch(() => undefined)
    if (contents !== undefined) putBack(index, contents.record)
  }
}

/** The record that is sealed beside the grant, so that it can be given back one day. */
export function recordOf(index: AccountIndex, account: string, grant: Grant): AccountRecord {
  const { provider, issuer, kind, identity, obtainedAt } = grant
  const known = index.list().find((record) => record.id === account)
  return known ?? { id: account, provider, issuer, ...(kind === undefined ? {} : { kind }), identity, createdAt: obtainedAt }
}

/** The index keeps the record in memory even when it cannot be written, and a full disk must not keep the vault shut. */
function putBack(index: AccountIndex, record: AccountRecord): void {
  try {
    index.put(record)
  } catch {
    // The next start finds the same gap and tries again.
  }
}
