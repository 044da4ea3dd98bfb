import { join } from 'node:path'
import { BrokerError } from '../protocol/index.ts'
import {
  codeOf,
  copyDurably,
  ensurePrivateFolder,
  type Files,
  fileError,
  previousOf,
  readText,
  realFiles,
  removeDurably,
  setAside,
  unfinishedSuffix,
  writeDurably,
} from './durable-file.ts'

/** Where the sealed files of one vault are: `<home>/vault/grants/<account>.sealed`, and beside each its last good copy. */
export interface VaultFolder {
  readonly path: string
  readonly files: Files
  /** Milliseconds; dates the names of damaged files. */
  readonly now: () => number
}

/** The two texts of one account. */
export interface Copies {
  readonly main: string | undefined
  readonly previous: string | undefined
}

const sealedSuffix = '.sealed'
/** Every file system of our platforms allows 255 bytes; the longest suffix is that of a damaged copy. */
const longestName = 180
/** An unfinished file of this age belongs to a process that was killed, never to a write under way. Milliseconds. */
const abandonedAfter = 600_000

export function vaultFolder(home: string, now: () => number, files: Files = realFiles): VaultFolder {
  return { path: join(home, 'vault'), files, now }
}

export const identityPath = (folder: VaultFolder): string => join(folder.path, 'vault.json')

/** The key file of the store `passphrase`. */
export const keyPath = (folder: VaultFolder): string => join(folder.path, 'key.json')

export const grantsPath = (folder: VaultFolder): string => join(folder.path, 'grants')

const sealedPath = (folder: VaultFolder, account: string): string => join(grantsPath(folder), sealedName(account))

function copyPath(folder: VaultFolder, account: string, copy: keyof Copies): string {
  const path = sealedPath(folder, account)
  return copy === 'main' ? path : previousOf(path)
}

/** Creates what is missing and sweeps away what killed processes left. Throws `vault_unavailable`. */
export async function prepareFolder(folder: VaultFolder): Promise<void> {
  await ensurePrivateFolder(folder.path, folder.files)
  await ensurePrivateFolder(grantsPath(folder), folder.files)
  for (const path of [folder.path, grantsPath(folder)]) await sweep(folder, path)
}

/** The accounts that have a sealed file, be it only the last good copy. */
export async function sealedAccounts(folder: VaultFolder): Promise<readonly string[]> {
  const names = await readNames(folder, grantsPath(folder))
  const accounts = names.map((name) => (name.endsWith(previousOf(sealedSuffix)) ? name.slice(0, -previousOf('').length) : name))
  return [...new Set(accounts.map(accountOf).filter((account) => account !== undefined))]
}

export async function readCopies(folder: VaultFolder, account: string): Promise<Copies> {
  return { main: await readCopy(folder, account, 'main'), previous: await readCopy(folder, account, 'previous') }
}

export function readCopy(folder: VaultFolder, account: string, copy: keyof Copies): Promise<string | undefined> {
  return readText(copyPath(folder, account, copy), folder.files)
}

/** Resolves when the text would survive a power cut. Throws `vault_unavailable`. */
export async function writeSealed(folder: VaultFolder, account: string, text: string): Promise<void> {
  await writeDurably(sealedPath(folder, account), text, folder.files)
}

/** The last good copy goes first: the other way round, a crash in between would bring the account back at the next start. */
export async function removeSealed(folder: VaultFolder, account: string): Promise<void> {
  const path = sealedPath(folder, account)
  await removeDurably([previousOf(path), path], folder.files)
}

/** Makes the last good copy the account's file again. Best effort: on a read-only disk the copy serves where it is. */
export async function restorePrevious(folder: VaultFolder, account: string): Promise<void> {
  const path = sealedPath(folder, account)
  await copyDurably(previousOf(path), path, folder.files).catch(() => undefined)
}

/**
 * Sets one text of an account aside, never deleting it, and answers where it is. Best effort: a file that cannot be renamed is
 * answered under its own name, because a read-only disk is no reason to withhold the good copy.
 */
export async function setSealedAside(folder: VaultFolder, account: string, copy: keyof Copies): Promise<string> {
  const damaged = copyPath(folder, account, copy)
  return setAside(damaged, folder.now(), folder.files).catch(() => damaged)
}

/** Whether a damaged file of this account was set aside earlier. */
export async function hasSetAside(folder: VaultFolder, account: string): Promise<boolean> {
  const names = await readNames(folder, grantsPath(folder))
  const prefixes = [sealedName(account), previousOf(sealedName(account))].map((name) => `${name}.damaged-`)
  return names.some((name) => prefixes.some((prefix) => name.startsWith(prefix)))
}

/**
 * The file name of an account. Everything outside `a-z0-9_-` is written as `%` and two hex digits per byte, because ids may hold
 * what a file system forbids, takes for a path, or folds (upper case), and because the name must lead back to the id.
 */
export function sealedName(account: string): string {
  const encoded = [...Buffer.from(account, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`
    })
    .join('')
  if (encoded === '' || encoded.length > longestName) {
    throw new BrokerError('invalid_request', `"${account.slice(0, 80)}" cannot be the id of an account: it is empty or too long.`)
  }
  return `${encoded}${sealedSuffix}`
}

/** The inverse of `sealedName`; undefined for a name that it does not make. */
function accountOf(name: string): string | undefined {
  if (!/^(?:[a-z0-9_-]|%[0-9a-f]{2})+\.sealed$/.test(name)) return undefined
  try {
    const account = decodeURIComponent(name.slice(0, -sealedSuffix.length))
    return sealedName(account) === name ? account : undefined
  } catch {
    // The bytes are no UTF-8, so that no account of ours has this name.
    return undefined
  }
}

async function readNames(folder: VaultFolder, path: string): Promise<readonly string[]> {
  try {
    return await folder.files.readdir(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw fileError(error, 'read', path)
  }
}

async function sweep(folder: VaultFolder, path: string): Promise<void> {
  for (const name of await readNames(folder, path)) {
    if (!name.endsWith(unfinishedSuffix)) continue
    // Best effort: what stays holds only sealed text, and the next start tries again.
    const info = await folder.files.lstat(join(path, name)).catch(() => undefined)
    if (info !== undefined && folder.now() - info.mtimeMs > abandonedAfter) {
      await folder.files.unlink(join(path, name)).catch(() => undefined)
    }
  }
}
