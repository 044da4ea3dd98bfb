import { timingSafeEqual } from 'node:crypto'
import type { Secret, VaultMove } from '../core/index.ts'
import { BrokerError, type VaultMoveResponse } from '../protocol/index.ts'
import type { VaultFault } from './fault.ts'
import type { KeyAnswer, KeyStoreName, KeyStores } from './key-store.ts'
import { lockedFault, waitingFault } from './keychain-fault.ts'
import { newPassphraseFault } from './passphrase.ts'
import { openGrant, type Seal } from './sealed-file.ts'
import { readCopies, sealedAccounts, type VaultFolder } from './vault-folder.ts'
import type { VaultIdentity } from './vault-identity.ts'

export interface MovingContext {
  readonly folder: VaultFolder
  readonly stores: KeyStores
  readonly seal: Seal
  readonly identity: VaultIdentity
  /** The store that the person insists on at every start. */
  readonly configured?: KeyStoreName
  /** Resolves when the identity would survive a power cut. */
  readonly remember: (identity: VaultIdentity) => Promise<void>
}

const names: Readonly<Record<KeyStoreName, string>> = {
  keychain: 'the keychain',
  passphrase: 'a file that a passphrase protects',
}

/**
 * Moves the data key to another store. The order of events is what keeps the key: `vault.json` names both stores before the
 * second one gets the key, the new one first once the key was read back from it and has opened every login, and only then the
 * source is deleted. So at any moment the store that the file names first has the key, and the other one is cleared at the next
 * start by `clearOther`. Throws without having changed anything, or with what is left named in `vault.json`.
 */
export async function moveKey(move: VaultMove, open: MovingContext): Promise<VaultMoveResponse> {
  // A copy of its own: a vault that is closed meanwhile wipes its key, and a wiped one must not be what is moved.
  const seal = { ...open.seal, key: Buffer.from(open.seal.key) }
  try {
    return await moveCopy(move, { ...open, seal })
  } finally {
    seal.key.fill(0)
  }
}

async function moveCopy(move: VaultMove, context: MovingContext): Promise<VaultMoveResponse> {
  const { id, store: from, also } = context.identity
  const { to, passphrase, dryRun } = move
  if (to === from) return alreadyThere(context, dryRun)
  checkPassphrase(move)
  if (!dryRun) requireCleared(await clearOther(context))
  // What a dry run finds of an earlier move would be cleared by a real one.
  if (also === undefined || !dryRun) await requireFree(to, context)
  const warning = configuredWarning(context.configured, to)
  if (dryRun) return { from, to, accounts: await countOpened(context), moved: false, ...noticeOf(warning) }
  await context.remember({ id, store: from, also: to })
  let accounts = 0
  try {
    accounts = await copyKey(to, passphrase, context)
    await context.remember({ id, store: to, also: from })
  } catch (error) {
    await takeBack(from, to, context)
    throw error
  }
  const left = await clearOther({ ...context, identity: { id, store: to, also: from } })
  return { from, to, accounts, moved: true, ...noticeOf(warning, left === undefined ? undefined : leftText(from, left)) }
}

/**
 * Deletes what a move has left in the store that `vault.json` names second. Only after the first one has given the key. Answers
 * why it could not be done.
 */
export async function clearOther({ stores, identity, remember }: MovingContext): Promise<VaultFault | undefined> {
  const { id, store, also } = identity
  if (also === undefined) return undefined
  const answer = await stores[also].remove(id)
  if (answer.kind !== 'none') return answer.kind === 'present' ? stillThereFault(also) : answer.fault
  // It is gone, which is what counts. A file that cannot be written names it until the next start finds nothing there.
  await remember({ id, store }).catch(() => undefined)
  return undefined
}

/** The command once more is the way to delete what a move has left. */
async function alreadyThere(context: MovingContext, dryRun: boolean): Promise<VaultMoveResponse> {
  const { store, also } = context.identity
  if (also === undefined) {
    throw new BrokerError('invalid_request', `The key is in ${names[store]} already.`, { fix: 'There is nothing to move.' })
  }
  const answer = { from: store, to: store, accounts: await countOpened(context), moved: false }
  if (dryRun) return { ...answer, notice: `An earlier move has left the key in ${names[also]}. It would be deleted there.` }
  requireCleared(await clearOther(context))
  return { ...answer, notice: `An earlier move had left the key in ${names[also]}. It is deleted there now.` }
}

/** The target works, and holds nothing but this very key. */
async function requireFree(to: KeyStoreName, { stores, seal, identity }: MovingContext): Promise<void> {
  const answer = await stores[to].read(identity.id)
  if (answer.kind === 'none') return
  const isSame = answer.kind === 'present' && timingSafeEqual(answer.key, seal.key)
  if (answer.kind === 'present') answer.key.fill(0)
  if (!isSame) throw targetError(to, answer)
}

function checkPassphrase({ to, passphrase, dryRun }: VaultMove): void {
  if (to === 'keychain' && passphrase !== undefined) throw uselessPassphrase()
  if (to !== 'passphrase') return
  if (passphrase === undefined && !dryRun) {
    throw new BrokerError('passphrase_needed', 'A new passphrase is needed to move the key behind.', {
      fix: 'Run `tokentray vault move --to passphrase`, which asks for it.',
    })
  }
  const fault = passphrase === undefined ? undefined : newPassphraseFault(passphrase)
  if (fault !== undefined) throw fault
}

export const uselessPassphrase = () =>
  new BrokerError('invalid_request', 'The keychain takes no passphrase from TokenTray.', {
    fix: 'Ask again without one; your system asks for the password of the keychain by itself.',
  })

/**
 * Writes the key to the target, reads it back on the way that every start takes, and opens every login with what was read.
 * Answers how many accounts these are.
 */
async function copyKey(to: KeyStoreName, passphrase: Secret | undefined, context: MovingContext): Promise<number> {
  const { stores, seal, identity } = context
  const written = await stores[to].write(identity.id, seal.key, passphrase)
  if (written.kind !== 'present') throw targetError(to, written)
  written.key.fill(0)
  const answer = await stores[to].read(identity.id, passphrase)
  if (answer.kind !== 'present') throw targetError(to, answer)
  try {
    if (!timingSafeEqual(answer.key, seal.key)) throw notConfirmed()
    return await countOpened(context, answer.key)
  } finally {
    answer.key.fill(0)
  }
}

/**
 * Undoes what was begun. The file names the source first again before the target loses the key, because it is not known whether
 * a write that failed has arrived. What cannot be undone stays named in the file, and is cleared at the next start.
 */
async function takeBack(from: KeyStoreName, to: KeyStoreName, context: MovingContext): Promise<void> {
  const identity: VaultIdentity = { id: context.identity.id, store: from, also: to }
  try {
    await context.remember(identity)
    await clearOther({ ...context, identity })
  } catch {
    // Both stores have the key then, or only the source has, and the file names both.
  }
}

/** How many accounts the key opens. It must open whatever the key of the open vault does, or it is not taken. */
async function countOpened({ folder, seal, identity }: MovingContext, key: Buffer = seal.key): Promise<number> {
  let accounts = 0
  for (const account of await sealedAccounts(folder)) {
    const { main, previous } = await readCopies(folder, account)
    const opens = (text: string | undefined, each: Seal) => text !== undefined && openGrant(text, account, each).kind === 'opened'
    const good = [main, previous].filter((text) => opens(text, seal))
    if (!good.every((text) => opens(text, { vault: identity.id, key }))) throw notConfirmed()
    if (good.length > 0) accounts += 1
  }
  return accounts
}

/** Why the target cannot take the key. */
function targetError(to: KeyStoreName, answer: KeyAnswer): BrokerError {
  if (answer.kind === 'passphrase' && answer.refusal !== undefined) return answer.refusal
  if (answer.kind === 'present' || answer.kind === 'passphrase') {
    return new BrokerError(
      'vault_unavailable',
      `There is another key of this vault in ${names[to]} already. Nothing was moved.`,
      {
        fix: `Remove ${to === 'keychain' ? 'the item "TokenTray" from the keychain' : 'the file vault/key.json'} if you do not need it, and try again.`,
      },
    )
  }
  if (answer.kind === 'none') return notConfirmed()
  const { description, fix } = answer.fault
  if (answer.kind !== 'locked') return new BrokerError('vault_unavailable', `${description} Nothing was moved.`, { fix })
  return new BrokerError('vault_locked', `${description} Nothing was moved.`, { fix: 'Unlock it, and try again.' })
}

function requireCleared(left: VaultFault | undefined): void {
  if (left === undefined) return
  // What is locked goes on by itself, and a command that has ended does not.
  const fix = left.code === lockedFault.code || left.code === waitingFault.code ? 'Unlock it, and try again.' : left.fix
  throw new BrokerError('vault_unavailable', `An earlier move has to be ended first. ${left.description}`, { fix })
}

const notConfirmed = () =>
  new BrokerError('vault_unavailable', 'The key that was read back is not the one that was written. Nothing was moved.', {
    fix: 'Try again. If it stays so, the store it was written to is not reliable.',
  })

const stillThereFault = (store: KeyStoreName): VaultFault => ({
  code: 'key_not_deleted',
  description: `The key was deleted from ${names[store]}, and it is still there.`,
  fix: 'Delete it by hand.',
})

const leftText = (from: KeyStoreName, { description }: VaultFault) =>
  `The key could not be deleted from ${names[from]}: ${description} TokenTray tries again at its next start, or run the command again.`

const configuredWarning = (configured: KeyStoreName | undefined, to: KeyStoreName) =>
  configured === undefined || configured === to
    ? undefined
    : `TOKENTRAY_VAULT is set to ${configured}. Unset it before the next start, or TokenTray will refuse the vault.`

function noticeOf(...notices: readonly (string | undefined)[]): { readonly notice?: string } {
  const notice = notices.filter((each) => each !== undefined).join(' ')
  return notice === '' ? {} : { notice }
}
