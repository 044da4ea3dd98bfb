import { z } from 'zod'
import { stateError } from './grant-state.ts'

/** Where the data key of the vault is kept. */
export const keyStoreKind = z.enum(['keychain', 'passphrase', 'memory'])
export type KeyStoreKind = z.infer<typeof keyStoreKind>

/** V1: absent, locked and broken are three different answers of the vault. */
export const vaultStatus = z.object({
  store: keyStoreKind,
  state: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('opening') }),
    z.object({ kind: z.literal('ready') }),
    z.object({ kind: z.literal('locked'), error: stateError }),
    z.object({ kind: z.literal('absent'), error: stateError }),
    z.object({ kind: z.literal('broken'), error: stateError }),
  ]),
})
export type VaultStatus = Readonly<z.infer<typeof vaultStatus>>

/** The code of a locked vault that a person locked, and of one that waits for its passphrase, its first one or a known one. */
export const lockedByPerson = 'locked'
export const passphraseNeeded = 'passphrase_needed'
export const passphraseUnset = 'passphrase_unset'

const passphrase = z.string().min(1).max(1024)

/** The passphrase is for the store `passphrase` only; for a new vault it becomes the passphrase. */
export const unlockRequest = z.strictObject({ passphrase: passphrase.optional() })
export type UnlockRequest = Readonly<z.infer<typeof unlockRequest>>

export const vaultMoveRequest = z.strictObject({
  to: z.enum(['keychain', 'passphrase']),
  passphrase: passphrase.optional().describe('The new passphrase, for a move to the store `passphrase`.'),
  dry_run: z.boolean().optional(),
})
export type VaultMoveRequest = Readonly<z.infer<typeof vaultMoveRequest>>

/** What was moved, or would be with `dry_run`. `accounts` counts the sealed logins that were read back with the moved key. */
export const vaultMoveResponse = z.object({
  from: keyStoreKind,
  to: keyStoreKind,
  accounts: z.int(),
  moved: z.boolean(),
  /** What the person should know, such as a key that could not be removed from its old place. */
  notice: z.string().optional(),
})
export type VaultMoveResponse = Readonly<z.infer<typeof vaultMoveResponse>>
