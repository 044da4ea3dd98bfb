import type { StateError } from '../protocol/index.ts'
import type { Grant } from './grant.ts'
import type { ProviderClient } from './ports.ts'
import type { RefreshResult } from './refresh-request.ts'
import type { SessionContext } from './session-context.ts'
import type { SessionState } from './transition.ts'

/** Asks the server that issued a grant to end it (S7). Answers whether it confirmed that. */
export async function revokeGrant(client: ProviderClient, grant: Grant): Promise<boolean> {
  return grant.issuer === client.issuer && client.revoke(grant).catch(() => false)
}

/** Answers whether it confirmed one of them. */
export async function revokeGrants(client: ProviderClient, grants: readonly Grant[]): Promise<boolean> {
  return (await Promise.all(grants.map((grant) => revokeGrant(client, grant)))).includes(true)
}

/**
 * Verifies a grant that is durable, where that is still to be done; `doubt` says why it must not be handed out. That it was verified is
 * kept, so that it need not be done again with every start; a write that fails only means that it is.
 */
export async function verified(
  { client, vault }: SessionContext,
  account: string,
  grant: Grant,
  stillWanted: () => boolean,
): Promise<{ readonly grant: Grant; readonly doubt?: StateError }> {
  if (grant.unverified === undefined) return { grant }
  const verification = await client.verify(grant)
  if (verification.kind === 'wrong') return { grant, doubt: verification.error }
  // After a sign-out, a write would bring back what was forgotten.
  if (verification.kind === 'unclear' || !stillWanted()) return { grant }
  const { unverified: _, ...known } = grant
  await vault.save(account, known).catch(() => {})
  return { grant: known }
}

/** A grant that arrives after a sign-out or a new login is of no use to anyone, so the server is told to end it. */
export function discardUnwanted(client: ProviderClient, result: RefreshResult, state: SessionState): void {
  if (result.kind === 'refreshed' && state.kind === 'signed_out') void revokeGrant(client, result.grant)
}
