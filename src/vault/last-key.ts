import { timingSafeEqual } from 'node:crypto'
import { BrokerError } from '../protocol/index.ts'
import type { KeyAnswer } from './key-store.ts'
import type { MovingContext } from './moving.ts'

type KeepingContext = Pick<MovingContext, 'stores' | 'seal' | 'identity'>

/** Faults that say that the key itself is gone, as against a store that cannot be asked just now. */
const lost = new Set(['data_key_malformed', 'key_file_damaged', 'key_file_foreign'])

/**
 * Makes sure that the key in memory is not the last one there is. An item that was deleted from the keychain while the vault was
 * open is put back, because the logins that it opens are still in use. Throws `vault_unavailable` when the store holds no key
 * that would open them again. What cannot be known without a prompt of the keychain counts as kept.
 */
export async function requireKeptKey({ stores, seal, identity }: KeepingContext): Promise<void> {
  const { id, store } = identity
  if ((await stores[store].unlocked()) !== true) return
  const found = await stores[store].read(id)
  const answer = found.kind === 'none' && store === 'keychain' ? await stores[store].write(id, seal.key) : found
  if (!isLost(answer, seal.key)) return
  const [place, other] =
    store === 'keychain' ? ['the keychain', 'passphrase'] : ['the file vault/key.json, whose passphrase is not kept', 'keychain']
  throw new BrokerError('vault_unavailable', `The key of the stored logins is gone from ${place}. It is in memory only.`, {
    fix: `Store it again with \`tokentray vault move --to ${other}\`, or restore it from a backup. Do not end TokenTray before.`,
  })
}

function isLost(answer: KeyAnswer, key: Buffer): boolean {
  if (answer.kind === 'none') return true
  if (answer.kind === 'broken') return lost.has(answer.fault.code)
  if (answer.kind !== 'present') return false
  const isOther = !timingSafeEqual(answer.key, key)
  answer.key.fill(0)
  return isOther
}
