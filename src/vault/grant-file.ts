import type { StoredGrant } from '../core/index.ts'
import type { StateError } from '../protocol/index.ts'
import { faultError } from './fault.ts'
import { type OpenedFile, openGrant, type Seal, type SealedContents } from './sealed-file.ts'
import {
  type Copies,
  hasSetAside,
  prepareFolder,
  readCopies,
  readCopy,
  restorePrevious,
  setSealedAside,
  type VaultFolder,
} from './vault-folder.ts'

/**
 * Reads the grant of one account. A damaged file is set aside, never deleted, and the last good copy takes its place with a
 * notice. A file of a newer format and a file under another key are left where they are, because the right program or the right
 * key can still open them. Throws `vault_unavailable` when the disk does not let it read.
 */
export async function loadGrant(folder: VaultFolder, account: string, seal: Seal): Promise<StoredGrant> {
  const main = await readCopy(folder, account, 'main')
  const opened = main === undefined ? undefined : openGrant(main, account, seal)
  if (opened?.kind === 'opened') return { kind: 'found', grant: opened.contents.grant }
  // The last good copy of a newer file holds a refresh token that the newer program has used already.
  if (opened?.kind === 'newer') return { kind: 'damaged', error: newerError(opened.version) }
  const aside = opened?.kind === 'damaged' ? await setSealedAside(folder, account, 'main') : undefined
  const previous = await readCopy(folder, account, 'previous')
  const spare = previous === undefined ? undefined : openGrant(previous, account, seal)
  if (spare?.kind === 'opened') {
    if (opened?.kind !== 'wrong_key') await restorePrevious(folder, account)
    return { kind: 'found', grant: spare.contents.grant, notice: restoredNotice(aside) }
  }
  if (spare?.kind === 'damaged') await setSealedAside(folder, account, 'previous')
  return nothingGood(folder, account, [opened, spare], aside)
}

/** What the sealed files know of an account, for an index that lost it; undefined when no copy can be opened. */
export async function readContents(folder: VaultFolder, account: string, seal: Seal): Promise<SealedContents | undefined> {
  const { main, previous } = await readCopies(folder, account)
  for (const text of [main, previous]) {
    const opened = text === undefined ? undefined : openGrant(text, account, seal)
    if (opened?.kind === 'opened') return opened.contents
  }
  return undefined
}

/**
 * Makes way for a write: a folder that is gone is made again, and whatever stands in the place of the account or of its last good
 * copy and cannot be read is set aside, so that the write neither overwrites it, nor makes it the last good copy, nor fails because
 * of it. A file of a newer format is not replaced; throws `vault_unavailable` then.
 */
export async function makeWay(folder: VaultFolder, account: string, seal: Seal): Promise<void> {
  await prepareFolder(folder)
  const [main, previous] = [await kindOf(folder, account, 'main', seal), await kindOf(folder, account, 'previous', seal)]
  if (main?.kind === 'newer') {
    const { code, description } = newerError(main.version)
    throw faultError('vault_unavailable', { code, description, fix: 'Update TokenTray, or sign out of this account first.' })
  }
  if (main !== undefined && main.kind !== 'opened') await setSealedAside(folder, account, 'main')
  if (previous?.kind === 'damaged') await setSealedAside(folder, account, 'previous')
}

/** What a copy is; undefined when there is none. One that the disk does not let us read is as good as damaged for a write. */
async function kindOf(folder: VaultFolder, account: string, copy: keyof Copies, seal: Seal): Promise<OpenedFile | undefined> {
  try {
    const text = await readCopy(folder, account, copy)
    return text === undefined ? undefined : openGrant(text, account, seal)
  } catch {
    return { kind: 'damaged' }
  }
}

async function nothingGood(
  folder: VaultFolder,
  account: string,
  copies: readonly (OpenedFile | undefined)[],
  aside: string | undefined,
): Promise<StoredGrant> {
  const kinds = copies.map((copy) => copy?.kind)
  if (kinds.includes('wrong_key')) return { kind: 'damaged', error: otherKeyError }
  const newer = copies.find((copy) => copy?.kind === 'newer')
  if (newer?.kind === 'newer') return { kind: 'damaged', error: newerError(newer.version) }
  // A file that was set aside at an earlier start is still the reason why there is no grant.
  const damaged = kinds.includes('damaged') || (await hasSetAside(folder, account))
  return damaged ? { kind: 'damaged', error: damagedError(aside) } : { kind: 'absent' }
}

const newerError = (version: number): StateError => ({
  code: 'sealed_by_newer_version',
  description: `This login was stored by a newer TokenTray (format ${version}). It is left alone. Update TokenTray.`,
})

const otherKeyError: StateError = {
  code: 'sealed_with_other_key',
  description: 'This login was sealed with another key than the one in the keychain. Its file is left alone. Sign in again.',
}

const damagedError = (aside: string | undefined): StateError => ({
  code: 'grant_damaged',
  description: `The stored login is damaged and cannot be read. ${keptAs(aside)} Sign in again.`,
})

const restoredNotice = (aside: string | undefined): StateError => ({
  code: 'grant_restored',
  description: `The stored login was damaged or gone, and its last good copy is used. ${keptAs(aside)} Sign in again if the provider refuses it.`,
})

const keptAs = (aside: string | undefined): string =>
  aside === undefined
    ? 'Other accounts are not affected.'
    : `The damaged file is kept as ${aside}. Other accounts are not affected.`
