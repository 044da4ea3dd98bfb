import type { Secret } from '../core/index.ts'
import type { BrokerError } from '../protocol/index.ts'
import type { VaultFault } from './fault.ts'

/**
 * What a key store says when it is asked for the data key. V1: locked, absent and broken are three different answers, and none
 * of them means that there is no key; only `none` does, and only a store that has just proven to be usable may give it.
 */
export type KeyAnswer =
  | { readonly kind: 'present'; readonly key: Buffer }
  | { readonly kind: 'none' }
  /** `later` is the answer of the very same question, when it still waits for the person. */
  | { readonly kind: 'locked'; readonly fault: VaultFault; readonly later?: Promise<KeyAnswer> }
  /** The store needs a passphrase. `refusal` says what was wrong with the one that was given. */
  | { readonly kind: 'passphrase'; readonly fault: VaultFault; readonly refusal?: BrokerError }
  | { readonly kind: 'absent'; readonly fault: VaultFault }
  | { readonly kind: 'broken'; readonly fault: VaultFault }

/** Bytes. */
export const keyLength = 32

/** Where the data key of a vault is kept. No method throws: a failure is an answer. */
export interface KeyStore {
  /** Whether a call is under way that may wait for the person, and that neither a time-out nor an exit can end. */
  readonly busy: boolean
  /** Asks for the key of the vault. May bring up the unlock prompt of the system. */
  read(vault: string, passphrase?: Secret): Promise<KeyAnswer>
  /**
   * Stores the key, reads it back and answers it. Only after `read` has answered `none`. The caller may wipe
   * its key once there is an answer, even one that still waits for the person.
   */
  write(vault: string, key: Buffer, passphrase?: Secret): Promise<KeyAnswer>
  /** Deletes the key, and answers what `read` says then: `none` once it is gone. */
  remove(vault: string): Promise<KeyAnswer>
  /** The vault is open, or a person has locked it: what was given for the start alone serves no longer. */
  started?(): void
  /** Whether the store could be used without a prompt; undefined when that cannot be known. Never brings up a prompt itself. */
  unlocked(): Promise<boolean | undefined>
}

/** The stores that a data key can be in, and be moved between. */
export type KeyStoreName = 'keychain' | 'passphrase'
export type KeyStores = Readonly<Record<KeyStoreName, KeyStore>>
