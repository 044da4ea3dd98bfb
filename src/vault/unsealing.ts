import { randomBytes } from 'node:crypto'
import { assertNever, type Secret } from '../core/index.ts'
import type { BrokerError } from '../protocol/index.ts'
import { faultOf, type VaultFault } from './fault.ts'
import { type KeyAnswer, type KeyStoreName, type KeyStores, keyLength } from './key-store.ts'
import { keyId, openGrant, readEnvelope, type Seal } from './sealed-file.ts'
import { type Copies, grantsPath, keyPath, readCopies, sealedAccounts, type VaultFolder } from './vault-folder.ts'
import { disownIdentity, readIdentity, type VaultIdentity, writeIdentity } from './vault-identity.ts'

/**
 * When the next attempt may be made without a person: `freely`, because nothing can prompt; `quietly`, only once the keychain is
 * known to be unlocked, because an attempt could bring up its prompt; `never`, because a passphrase is needed.
 */
export type Retry = 'freely' | 'quietly' | 'never'

/** How an attempt to get at the data key ended. */
export type Unsealing =
  | { readonly kind: 'ready'; readonly seal: Seal; readonly identity: VaultIdentity }
  | {
      readonly kind: 'locked' | 'absent' | 'broken'
      readonly fault: VaultFault
      readonly retry: Retry
      /** Absent when `vault.json` itself could not be read. */
      readonly identity?: VaultIdentity
      /** The end of this very attempt, when it still waits for the person. */
      readonly later?: Promise<Unsealing>
      /** What was wrong with the passphrase of this attempt. */
      readonly refusal?: BrokerError
    }

export interface UnsealingContext {
  readonly folder: VaultFolder
  readonly stores: KeyStores
  /** The store that the person insists on. */
  readonly configured?: KeyStoreName
}

interface Attempt extends UnsealingContext {
  readonly identity: VaultIdentity
  readonly passphrase: Secret | undefined
}

/** Gets the data key of the vault, and checks that it is the one its files were sealed with. Never throws. */
export async function unseal(context: UnsealingContext, passphrase?: Secret): Promise<Unsealing> {
  try {
    const identity = await readIdentity(context.folder, context.configured)
    const outcome = await unsealAs(identity, context, passphrase)
    if (outcome.kind !== 'broken' || !(await disownIdentity(context.folder, identity).catch(() => false))) return outcome
    return await unsealAs(await readIdentity(context.folder, context.configured), context, passphrase)
  } catch (error) {
    return brokenFile(error)
  }
}

async function unsealAs(identity: VaultIdentity, context: UnsealingContext, passphrase: Secret | undefined): Promise<Unsealing> {
  const answer = await context.stores[identity.store].read(identity.id, passphrase)
  return judge(answer, { ...context, identity, passphrase })
}

async function judge(answer: KeyAnswer, attempt: Attempt): Promise<Unsealing> {
  const { identity } = attempt
  switch (answer.kind) {
    case 'present':
      return examine({ vault: identity.id, key: answer.key }, attempt)
    case 'none':
      return first(attempt)
    case 'locked': {
      const { kind, fault, later } = answer
      const locked = { kind, fault, retry: 'quietly', identity } as const
      return later === undefined ? locked : { ...locked, later: follow(later, attempt) }
    }
    case 'passphrase': {
      const { fault, refusal } = answer
      return { kind: 'locked', fault, retry: 'never', identity, ...(refusal === undefined ? {} : { refusal }) }
    }
    case 'absent':
      return { kind: 'absent', fault: answer.fault, retry: 'freely', identity }
    case 'broken':
      // An error of the keychain whose text is not known may be a locked one in another language.
      return { kind: 'broken', fault: answer.fault, retry: identity.store === 'keychain' ? 'quietly' : 'freely', identity }
    default:
      return assertNever(answer)
  }
}

async function follow(later: Promise<KeyAnswer>, attempt: Attempt): Promise<Unsealing> {
  return judge(await later, attempt).catch(brokenFile)
}

/**
 * The store works and holds no key. A new key is made only for a vault without a sealed file. With one, the key was lost, and a
 * new key would make the loss final; so nothing is written, not even a new sign-in, until the person has restored the item,
 * signed out of the accounts, or moved the folder away. Each of these is noticed without a restart.
 */
async function first(attempt: Attempt): Promise<Unsealing> {
  const { folder, stores, identity, passphrase } = attempt
  const { id, store, also } = identity
  if ((await sealedAccounts(folder)).length > 0) {
    return also === undefined ? missing(attempt) : elsewhere({ ...attempt, identity: { id, store: also } })
  }
  const key = randomBytes(keyLength)
  const answer = await stores[store].write(id, key, passphrase)
  key.fill(0)
  // `none` cannot be an answer to `write`, and asking again would go in circles.
  return answer.kind === 'none' ? missing(attempt) : judge(answer, attempt)
}

/** A move was cut off, and the key is not where `vault.json` says. The other store is looked at, and named from then on. */
async function elsewhere(attempt: Attempt): Promise<Unsealing> {
  const { folder, stores, identity, passphrase } = attempt
  const outcome = await judge(await stores[identity.store].read(identity.id, passphrase), attempt)
  // When it cannot be written, the next start comes the same way.
  if (outcome.kind === 'ready') await writeIdentity(folder, identity).catch(() => undefined)
  return outcome
}

const nothingRead: Copies = { main: undefined, previous: undefined }

/** One file that fits the key is enough: the others are then judged one by one when they are loaded. */
async function examine(seal: Seal, { folder, identity }: Attempt): Promise<Unsealing> {
  let foreign = 0
  for (const account of await sealedAccounts(folder)) {
    // A file that the disk does not let us read costs its own account and no other.
    const { main, previous } = await readCopies(folder, account).catch(() => nothingRead)
    for (const text of [main, previous]) {
      if (text === undefined) continue
      const read = readEnvelope(text)
      if (read.kind !== 'envelope') continue
      // The key id is not proven by the tag, so a file whose id was changed is tried as well.
      if (read.envelope.key_id === keyId(seal.key) || openGrant(text, account, seal).kind === 'opened')
        return { kind: 'ready', seal, identity }
      foreign += 1
    }
  }
  if (foreign === 0) return { kind: 'ready', seal, identity }
  return { kind: 'broken', fault: replacedKeyFault(folder, identity), retry: 'freely', identity }
}

const missing = ({ folder, identity }: Attempt): Unsealing => ({
  kind: 'broken',
  fault: missingKeyFault(folder, identity),
  retry: 'freely',
  identity,
})

const brokenFile = (error: unknown): Unsealing => ({ kind: 'broken', fault: faultOf(error), retry: 'freely' })

const startOver = (folder: VaultFolder) =>
  `or, to start over, sign out of every account or move the folder ${grantsPath(folder)} away, and sign in again.`

const missingKeyFault = (folder: VaultFolder, { id, store }: VaultIdentity): VaultFault => {
  const [place, item] =
    store === 'keychain'
      ? [`The keychain no longer holds the key "data-key:${id}"`, 'the item "TokenTray" in the keychain']
      : [`There is no key ${keyPath(folder)} any more`, keyPath(folder)]
  return {
    code: 'data_key_missing',
    description: `${place} that opens the stored logins. They are left alone.`,
    fix: `Restore ${item} from a backup, ${startOver(folder)}`,
  }
}

const replacedKeyFault = (folder: VaultFolder, { id, store }: VaultIdentity): VaultFault => {
  const [key, item] =
    store === 'keychain'
      ? [`key "data-key:${id}" in the keychain`, 'item "TokenTray" in the keychain']
      : [`key in ${keyPath(folder)}`, keyPath(folder)]
  return {
    code: 'data_key_replaced',
    description: `The ${key} is not the one the stored logins were sealed with. They are left alone.`,
    fix: `Restore the earlier ${item} from a backup, ${startOver(folder)}`,
  }
}
