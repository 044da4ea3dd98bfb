import { assertNever } from '../core/index.ts'
import { faultOf, type VaultFault } from './fault.ts'
import type { KeyAnswer, KeyStore } from './key-store.ts'
import { keyId, openGrant, readEnvelope, type Seal } from './sealed-file.ts'
import { grantsPath, readCopies, sealedAccounts, type VaultFolder } from './vault-folder.ts'
import { readVaultId } from './vault-identity.ts'

/** How an attempt to get at the data key ended. */
export type Unsealing =
  | { readonly kind: 'ready'; readonly seal: Seal }
  | {
      readonly kind: 'locked' | 'absent' | 'broken'
      readonly fault: VaultFault
      /** Whether another attempt could bring up a prompt of the system, so that no timer may make one on its own. */
      readonly mayPrompt: boolean
      /** The end of this very attempt, when it still waits for the person. */
      readonly later?: Promise<Unsealing>
    }

/** Gets the data key of the vault, and checks that it is the one its files were sealed with. Never throws. */
export async function unseal(folder: VaultFolder, store: KeyStore): Promise<Unsealing> {
  try {
    const vault = await readVaultId(folder, store.kind)
    return await judge(await store.read(vault), { folder, store, vault })
  } catch (error) {
    return brokenFile(error)
  }
}

interface Context {
  readonly folder: VaultFolder
  readonly store: KeyStore
  readonly vault: string
}

async function judge(answer: KeyAnswer, context: Context): Promise<Unsealing> {
  switch (answer.kind) {
    case 'present':
      return examine({ vault: context.vault, key: answer.key }, context.folder)
    case 'none':
      return first(context)
    case 'locked': {
      const { kind, fault, later } = answer
      return later === undefined
        ? { kind, fault, mayPrompt: true }
        : { kind, fault, mayPrompt: true, later: follow(later, context) }
    }
    case 'absent':
      return { kind: 'absent', fault: answer.fault, mayPrompt: false }
    case 'broken':
      // An error whose text is not known may be a locked keychain in another language.
      return { kind: 'broken', fault: answer.fault, mayPrompt: true }
    default:
      return assertNever(answer)
  }
}

async function follow(later: Promise<KeyAnswer>, context: Context): Promise<Unsealing> {
  return judge(await later, context).catch(brokenFile)
}

/**
 * The store works and holds no key. A new key is made only for a vault without a sealed file. With one, the key was lost, and a
 * new key would make the loss final; so nothing is written, not even a new sign-in, until the person has restored the item,
 * signed out of the accounts, or moved the folder away. Each of these is noticed without a restart.
 */
async function first(context: Context): Promise<Unsealing> {
  const { folder, store, vault } = context
  if ((await sealedAccounts(folder)).length > 0)
    return { kind: 'broken', fault: missingKeyFault(folder, vault), mayPrompt: false }
  const created = await store.create(vault)
  // `none` cannot be an answer to `create`, and asking again would go in circles.
  if (created.kind === 'none') return { kind: 'broken', fault: missingKeyFault(folder, vault), mayPrompt: false }
  return judge(created, context)
}

/** One file that fits the key is enough: the others are then judged one by one when they are loaded. */
async function examine(seal: Seal, folder: VaultFolder): Promise<Unsealing> {
  let foreign = 0
  for (const account of await sealedAccounts(folder)) {
    const { main, previous } = await readCopies(folder, account)
    for (const text of [main, previous]) {
      if (text === undefined) continue
      const read = readEnvelope(text)
      if (read.kind !== 'envelope') continue
      // The key id is not proven by the tag, so a file whose id was changed is tried as well.
      if (read.envelope.key_id === keyId(seal.key) || openGrant(text, account, seal).kind === 'opened')
        return { kind: 'ready', seal }
      foreign += 1
    }
  }
  if (foreign === 0) return { kind: 'ready', seal }
  return { kind: 'broken', fault: replacedKeyFault(folder, seal.vault), mayPrompt: false }
}

const brokenFile = (error: unknown): Unsealing => ({ kind: 'broken', fault: faultOf(error), mayPrompt: false })

const startOver = (folder: VaultFolder) =>
  `or, to start over, sign out of every account or move the folder ${grantsPath(folder)} away, and sign in again.`

const missingKeyFault = (folder: VaultFolder, vault: string): VaultFault => ({
  code: 'data_key_missing',
  description: `The keychain no longer holds the key "data-key:${vault}" that opens the stored logins. They are left alone.`,
  fix: `Restore the item "TokenTray" in the keychain from a backup, ${startOver(folder)}`,
})

const replacedKeyFault = (folder: VaultFolder, vault: string): VaultFault => ({
  code: 'data_key_replaced',
  description: `The key "data-key:${vault}" in the keychain is not the one the stored logins were sealed with. They are left alone.`,
  fix: `Restore the earlier item "TokenTray" in the keychain from a backup, ${startOver(folder)}`,
})
