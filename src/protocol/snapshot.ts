import { z } from 'zod'
import { approvalRequest } from './client.ts'
import { epochSeconds, grantState, loginPrompt } from './grant-state.ts'
import { vaultStatus } from './vault.ts'

/** Who signed in, for display. The account key itself stays inside the broker. */
export const accountIdentity = z.object({
  email: z.string().optional(),
  name: z.string().optional(),
  plan: z.string().optional(),
})

/**
 * One row of the status. A provider without any account has one row with the provider's id as `id`, so that every provider
 * can be shown and signed in to.
 */
export const accountStatus = z.object({
  id: z.string(),
  provider: z.string(),
  provider_name: z.string(),
  label: z.string().optional(),
  identity: accountIdentity.optional(),
  state: grantState,
  signed_in_until: epochSeconds.optional().describe('When the refresh token ends, where the provider says so.'),
  disabled: z.literal(true).optional().describe('It is kept fresh, and no token of it is handed out.'),
})
export type AccountStatus = Readonly<z.infer<typeof accountStatus>>

export const accountChange = z.strictObject({ disabled: z.boolean() })

/** A login that waits for the person. The authorization URL is not here, because it carries the `state` value. */
export const pendingLogin = z.object({
  id: z.string(),
  provider: z.string(),
  account: z.string().optional().describe('Id of the account that signs in again.'),
  prompt: loginPrompt,
  expires_at: epochSeconds,
})
export type PendingLogin = Readonly<z.infer<typeof pendingLogin>>

/** The one immutable snapshot that serves tray, window, socket and CLI alike. `sequence` grows with every change. */
export const brokerSnapshot = z.object({
  sequence: z.int(),
  vault: vaultStatus,
  accounts: z.array(accountStatus),
  logins: z.array(pendingLogin),
  approvals: z.array(approvalRequest).describe('Clients that wait for the person.'),
})
export type BrokerSnapshot = Readonly<z.infer<typeof brokerSnapshot>>

/** What changed between two snapshots: the rows and logins that are new or different, and the ids that are gone. */
export const snapshotChange = z.object({
  sequence: z.int(),
  vault: vaultStatus.optional(),
  accounts: z.array(accountStatus).optional(),
  removed: z.array(z.string()).optional(),
  logins: z.array(pendingLogin).optional(),
  approvals: z.array(approvalRequest).optional(),
})
export type SnapshotChange = Readonly<z.infer<typeof snapshotChange>>
