import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { VaultStatus } from '../protocol/index.ts'
import { previousOf, readText, setAside, writeDurably } from './durable-file.ts'
import { faultError } from './fault.ts'
import { readEnvelope } from './sealed-file.ts'
import { type Copies, identityPath, prepareFolder, readCopies, sealedAccounts, type VaultFolder } from './vault-folder.ts'

const formatVersion = 1

const identityFile = z.object({
  version: z.literal(formatVersion),
  id: z.string().min(1).max(120),
  store: z.string(),
})
const anyVersion = z.object({ version: z.int().min(1) })

/**
 * The id of the vault, which names its data key in the keychain. It stands in `vault.json`; when that file is lost, in its last
 * good copy; when that is lost too, in the sealed files. Only a folder without any of these gets a new id. Throws
 * `vault_unavailable`.
 */
export async function readVaultId(folder: VaultFolder, store: VaultStatus['store']): Promise<string> {
  await prepareFolder(folder)
  const path = identityPath(folder)
  const stored = (await readIdentity(folder, path, store)) ?? (await readIdentity(folder, previousOf(path), store))
  if (stored !== undefined) return stored
  const id = (await idOfSealedFiles(folder)) ?? randomUUID()
  const text = `${JSON.stringify({ version: formatVersion, id, store })}\n`
  // Written twice, because the second write makes the first one the last good copy: a lost id would orphan the key.
  await writeDurably(path, text, folder.files)
  await writeDurably(path, text, folder.files)
  return id
}

/** All texts of all accounts. */
export async function readAllCopies(folder: VaultFolder): Promise<readonly string[]> {
  const accounts = await sealedAccounts(folder)
  const copies: readonly Copies[] = await Promise.all(accounts.map((account) => readCopies(folder, account)))
  return copies.flatMap(({ main, previous }) => [main, previous]).filter((text) => text !== undefined)
}

async function readIdentity(folder: VaultFolder, path: string, store: VaultStatus['store']): Promise<string | undefined> {
  const text = await readText(path, folder.files)
  if (text === undefined) return undefined
  const value = parseJson(text)
  const version = anyVersion.safeParse(value).data?.version
  if (version !== undefined && version > formatVersion) throw faultError('vault_unavailable', newerFault(path))
  const parsed = identityFile.safeParse(value)
  if (!parsed.success) {
    await setAside(path, folder.now(), folder.files).catch(() => undefined)
    return undefined
  }
  if (parsed.data.store !== store) throw faultError('vault_unavailable', otherStoreFault(path, parsed.data.store, store))
  return parsed.data.id
}

/** Most of them decide: a single file may have been copied in from another vault. */
async function idOfSealedFiles(folder: VaultFolder): Promise<string | undefined> {
  const votes = new Map<string, number>()
  for (const text of await readAllCopies(folder)) {
    const read = readEnvelope(text)
    if (read.kind === 'envelope') votes.set(read.envelope.vault, (votes.get(read.envelope.vault) ?? 0) + 1)
  }
  const [first] = [...votes].sort(([, a], [, b]) => b - a)
  return first?.[0]
}

const newerFault = (path: string) => ({
  code: 'vault_newer',
  description: `${path} was written by a newer TokenTray. It is left alone.`,
  fix: 'Update TokenTray.',
})

const otherStoreFault = (path: string, found: string, wanted: string) => ({
  code: 'vault_other_store',
  description: `The vault of ${path} keeps its key in the store "${found}", and "${wanted}" is configured.`,
  fix: `Set TOKENTRAY_VAULT=${found}, or set TOKENTRAY_HOME to another folder.`,
})

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
