import { z } from 'zod'
import { stateError } from './grant-state.ts'
import { vaultStatus } from './vault.ts'
import { vaultNamePattern, vaultNameRule } from './vault-name.ts'

export const vaultName = z.string().regex(vaultNamePattern, vaultNameRule)

/** A vault: a set of logins with a data key, a socket and client permissions of its own. */
export const vaultEntry = z.object({
  name: z.string(),
  /** Where its token socket is; absent when the vault could not be started. */
  socket: z.string().optional(),
  /** The accounts that are known while the vault is locked as well. */
  accounts: z.int(),
  /** Absent when the vault could not be started. */
  vault: vaultStatus.optional(),
  /** Why it could not be started. */
  error: stateError.optional(),
})
export type VaultEntry = Readonly<z.infer<typeof vaultEntry>>

/** The default vault first, the others by name. */
export const vaultsResponse = z.object({ vaults: z.array(vaultEntry) })
export type VaultsResponse = Readonly<z.infer<typeof vaultsResponse>>

export const createVaultRequest = z.strictObject({ name: vaultName })
export type CreateVaultRequest = Readonly<z.infer<typeof createVaultRequest>>

export const removeVaultQuery = z.strictObject({
  sign_out: z.enum(['true', 'false']).optional().describe('Whether to sign out of every account first.'),
})

export const removeVaultResponse = z.object({
  name: z.string(),
  signed_out: z.array(z.object({ id: z.string(), provider: z.string(), revoked: z.boolean() })),
  /** What the person should know, such as a key that could not be deleted from the keychain. */
  notice: z.string().optional(),
})
export type RemoveVaultResponse = Readonly<z.infer<typeof removeVaultResponse>>
