import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { previousOf, readText, setAside, writeDurably } from './durable-file.ts'
import { faultError } from './fault.ts'
import { parseJson } from './json-text.ts'
import type { KeyStoreName } from './key-store.ts'
import { readEnvelope } from './sealed-file.ts'
import {
  type Copies,
  identityPath,
  keyPath,
  prepareFolder,
  readCopies,
  sealedAccounts,
  type VaultFolder,
} from './vault-folder.ts'

/** What `vault.json` says. */
export interface VaultIdentity {
  /** Names the data key in its store. */
  readonly id: string
  readonly store: KeyStoreName
  /** A store that may hold the key as well, because a move began and has not ended. It is cleared once `store` has opened. */
  readonly also?: KeyStoreName
}

const formatVersion = 1

const storeName = z.enum(['keychain', 'passphrase'])
const identityFile = z.object({
  version: z.literal(formatVersion),
  id: z.string().min(1).max(120),
  store: z.string(),
  also: storeName.optional().catch(undefined),
})
const anyVersion = z.object({ version: z.int().min(1) })

/**
 * The id of the vault and the store of its key. It stands in `vault.json`; when that file is lost, in its last good copy; when
 * that is lost too, in the sealed files. Only a folder without any of these gets a new id. `configured` is the store that the
 * person insists on. Throws `vault_unavailable`.
 */
export async function readIdentity(folder: VaultFolder, configured?: KeyStoreName): Promise<VaultIdentity> {
  await prepareFolder(folder)
  const path = identityPath(folder)
  const stored = (await readStored(folder, path)) ?? (await readStored(folder, previousOf(path)))
  if (stored !== undefined) return agree(folder, stored, configured)
  const id = (await idOfSealedFiles(folder)) ?? randomUUID()
  const identity = { id, store: configured ?? (await storeOfLostIdentity(folder)) }
  // Written twice, because the second write makes the first one the last good copy: a lost id would orphan the key.
  await writeIdentity(folder, identity)
  await writeIdentity(folder, identity)
  return identity
}

/**
 * Sets a `vault.json` aside that none of the logins beside it was sealed under, such as one that was copied in from another home.
 * Answers whether it did, so that the sealed files tell what the vault is.
 */
export async function disownIdentity(folder: VaultFolder, { id }: VaultIdentity): Promise<boolean> {
  const votes = await votesOfSealedFiles(folder)
  if (votes.size === 0 || votes.has(id)) return false
  const path = identityPath(folder)
  for (const each of [path, previousOf(path)]) {
    if ((await readText(each, folder.files)) !== undefined) await setAside(each, folder.now(), folder.files)
  }
  return true
}

/** Resolves when it would survive a power cut. Throws `vault_unavailable`. */
export async function writeIdentity(folder: VaultFolder, { id, store, also }: VaultIdentity): Promise<void> {
  await writeDurably(identityPath(folder), `${JSON.stringify({ version: formatVersion, id, store, also })}\n`, folder.files)
}

/** All texts of all accounts. */
async function readAllCopies(folder: VaultFolder): Promise<readonly string[]> {
  const accounts = await sealedAccounts(folder)
  const copies: readonly Copies[] = await Promise.all(accounts.map((account) => readCopies(folder, account)))
  return copies.flatMap(({ main, previous }) => [main, previous]).filter((text) => text !== undefined)
}

async function readStored(folder: VaultFolder, path: string): Promise<VaultIdentity | undefined> {
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
  const { id, store, also } = parsed.data
  const known = storeName.safeParse(store)
  if (!known.success) throw faultError('vault_unavailable', newerFault(path))
  return { id, store: known.data, ...(also === undefined ? {} : { also }) }
}

/**
 * Another store than the one of the file is taken only by a vault without a login, such as one whose keychain turned out to be
 * missing. With logins it is refused, because their key is in the store of the file and nowhere else. A key that is there is left
 * alone in either case: the logins may have been moved away for a while.
 */
async function agree(folder: VaultFolder, stored: VaultIdentity, configured?: KeyStoreName): Promise<VaultIdentity> {
  if (configured === undefined || configured === stored.store) return stored
  if ((await sealedAccounts(folder)).length > 0) {
    throw faultError('vault_unavailable', otherStoreFault(identityPath(folder), stored.store, configured))
  }
  const identity = { id: stored.id, store: configured }
  await writeIdentity(folder, identity)
  return identity
}

async function storeOfLostIdentity(folder: VaultFolder): Promise<KeyStoreName> {
  const path = keyPath(folder)
  const [key, copy] = [await readText(path, folder.files), await readText(previousOf(path), folder.files)]
  return key === undefined && copy === undefined ? 'keychain' : 'passphrase'
}

/** Most of them decide: a single file may have been copied in from another vault. */
async function idOfSealedFiles(folder: VaultFolder): Promise<string | undefined> {
  const [first] = [...(await votesOfSealedFiles(folder))].sort(([, a], [, b]) => b - a)
  return first?.[0]
}

/** The vaults that the sealed files name, and how many of them do. */
async function votesOfSealedFiles(folder: VaultFolder): Promise<ReadonlyMap<string, number>> {
  const votes = new Map<string, number>()
  for (const text of await readAllCopies(folder)) {
    const read = readEnvelope(text)
    if (read.kind === 'envelope') votes.set(read.envelope.vault, (votes.get(read.envelope.vault) ?? 0) + 1)
  }
  return votes
}

const newerFault = (path: string) => ({
  code: 'vault_newer',
  description: `${path} was written by a newer TokenTray. It is left alone.`,
  fix: 'Update TokenTray.',
})

const otherStoreFault = (path: string, found: KeyStoreName, wanted: KeyStoreName) => ({
  code: 'vault_other_store',
  description: `The vault of ${path} keeps its key in the store "${found}", and TOKENTRAY_VAULT says "${wanted}".`,
  fix: `Unset TOKENTRAY_VAULT. To change the store, run \`tokentray vault move --to ${wanted}\` after that.`,
})
