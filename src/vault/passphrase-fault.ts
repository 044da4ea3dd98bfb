import { BrokerError, passphraseNeeded, passphraseUnset } from '../protocol/index.ts'
import type { VaultFault } from './fault.ts'

/** Characters of a first passphrase. Not a proof of a good one, but scrypt cannot make up for less. */
export const shortestPassphrase = 8

/** `problem` is what was wrong with the passphrase file, when there is one. */
export const neededFault = (problem?: string): VaultFault => ({
  code: passphraseNeeded,
  description: ['The vault is locked with a passphrase.', problem].filter((part) => part !== undefined).join(' '),
  fix: 'Run `tokentray unlock`, or press Unlock in the tray.',
})

export const unsetFault = (problem?: string): VaultFault => ({
  code: passphraseUnset,
  description: ['The vault has no passphrase yet.', problem].filter((part) => part !== undefined).join(' '),
  fix: 'Choose one with `tokentray unlock`, or press Unlock in the tray.',
})

/** `retryAfter` is in seconds. */
export const wrongPassphrase = (retryAfter: number) =>
  new BrokerError('wrong_passphrase', 'The passphrase is wrong.', { retryAfter })

export const tooSoon = (retryAfter: number) =>
  new BrokerError('wrong_passphrase', 'The passphrase was not looked at, because the one before it was wrong.', {
    fix: 'Wait as long, then try again.',
    retryAfter,
  })

export const tooShort = () =>
  new BrokerError('invalid_request', `The passphrase is too short: it needs ${shortestPassphrase} characters or more.`, {
    fix: 'Choose a longer one, such as four words that do not belong together.',
  })

export const damagedKeyFault = (path: string): VaultFault => ({
  code: 'key_file_damaged',
  description: `The key of the vault in ${path} cannot be read, nor can its copy. Both are left alone.`,
  fix: `Restore ${path} from a backup.`,
})

export const foreignKeyFault = (path: string): VaultFault => ({
  code: 'key_file_foreign',
  description: `The key in ${path} belongs to another vault. It is left alone.`,
  fix: `Restore the ${path} that belongs to this folder from a backup.`,
})

export const newerKeyFault = (path: string): VaultFault => ({
  code: 'vault_newer',
  description: `${path} was written by a newer TokenTray. It is left alone.`,
  fix: 'Update TokenTray.',
})

export const changedKeyFault = (path: string): VaultFault => ({
  code: 'key_file_unreliable',
  description: `The key that was read back from ${path} is not the one that was written.`,
  fix: 'Check the disk, and whether another program changes this file.',
})
