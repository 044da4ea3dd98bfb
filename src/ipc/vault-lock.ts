import type { lockedByPerson, passphraseNeeded, passphraseUnset, VaultStatus } from '../protocol/index.ts'

/**
 * What opens a vault that TokenTray itself keeps shut: one press, the passphrase, or a first passphrase. Undefined when it is
 * open, or when something else keeps it shut, such as the keychain of the system.
 */
export type VaultLock = 'press' | 'passphrase' | 'first_passphrase'

// The types keep these the same as in the protocol, whose module would bring its schema library into the window.
const byPerson: typeof lockedByPerson = 'locked'
const needed: typeof passphraseNeeded = 'passphrase_needed'
const unset: typeof passphraseUnset = 'passphrase_unset'

export function vaultLock({ store, state }: VaultStatus): VaultLock | undefined {
  if (state.kind !== 'locked') return undefined
  switch (state.error.code) {
    case byPerson:
      return store === 'passphrase' ? 'passphrase' : 'press'
    case needed:
      return 'passphrase'
    case unset:
      return 'first_passphrase'
    default:
      return undefined
  }
}

/** Whether a person locked it, as against a vault that has not been opened since the start. */
export const isLockedByPerson = ({ state }: VaultStatus): boolean => state.kind === 'locked' && state.error.code === byPerson

/** Whether it can be locked now: what is in memory only would be lost. */
export const canLock = ({ store, state }: VaultStatus): boolean => store !== 'memory' && state.kind === 'ready'
