import { z } from 'zod'
import { approvalRequest } from './client.ts'
import { epochSeconds, grantState, loginPrompt, stateError } from './grant-state.ts'
import { accountIdentity } from './identity.ts'
import { ownership } from './ownership.ts'
import { accountKind } from './provider.ts'
import { nameRule, selectorName } from './selector.ts'
import { vaultStatus } from './vault.ts'

/**
 * One row of the status. A provider without any account has one row with the provider's id as `id`, so that every provider
 * can be shown and signed in to.
 */
export const accountStatus = z.object({
  id: z.string(),
  provider: z.string(),
  provider_name: z.string(),
  label: z.string().optional(),
  kind: accountKind.optional().describe('Absent for an OAuth login.'),
  ownership: ownership.optional().describe('Who owns its login. Absent for a provider without any account.'),
  identity: accountIdentity.optional(),
  state: grantState,
  signed_in_until: epochSeconds.optional().describe('When the refresh token ends, where the provider says so.'),
  disabled: z.literal(true).optional().describe('It is kept fresh, and no token of it is handed out.'),
  is_default: z.literal(true).optional().describe('Of several accounts, the one that is meant without a label.'),
})
export type AccountStatus = Readonly<z.infer<typeof accountStatus>>

/** A `label` of null takes the label away. */
export const accountChange = z.strictObject({
  disabled: z.boolean().optional(),
  label: z.string().regex(selectorName, nameRule).nullable().optional(),
})
export type AccountChange = Readonly<z.infer<typeof accountChange>>

/** A login that waits for the person. The authorization URL is not here, because it carries the `state` value. */
export const pendingLogin = z.object({
  id: z.string(),
  provider: z.string(),
  account: z.string().optional().describe('Id of the account that signs in again.'),
  label: z.string().optional().describe('Label of the account that comes of it.'),
  prompt: loginPrompt,
  expires_at: epochSeconds,
  undecided: accountIdentity.optional().describe('Somebody else signed in, and waits for the decision of the person.'),
})
export type PendingLogin = Readonly<z.infer<typeof pendingLogin>>

/** The one immutable snapshot that serves tray, window, socket and CLI alike. `sequence` grows with every change. */
export const brokerSnapshot = z.object({
  sequence: z.int(),
  vault: vaultStatus,
  accounts: z.array(accountStatus),
  logins: z.array(pendingLogin),
  approvals: z.array(approvalRequest).describe('Clients that wait for the person.'),
  notices: z.array(stateError).optional().describe('What was found at the start, such as a provider file that cannot be read.'),
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
