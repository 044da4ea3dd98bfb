import type { StateError } from '../protocol/index.ts'
import type { Grant } from './grant.ts'
import type { ProviderClient } from './ports.ts'
import type { RefreshResult } from './refresh-request.ts'
import type { SessionState } from './transition.ts'

/** Asks the server that issued a grant to end it (S7). Answers whether it confirmed that. */
export async function revokeGrant(client: ProviderClient, grant: Grant): Promise<boolean> {
  return grant.issuer === client.issuer && client.revoke(grant).catch(() => false)
}

/** Why a grant that came with a refresh is not believed, if it is not. */
export async function doubtOf(client: ProviderClient, grant: Grant): Promise<StateError | undefined> {
  const verified = await client.verify(grant)
  return verified.kind === 'wrong' ? verified.error : undefined
}

/** A grant that arrives after a sign-out or a new login is of no use to anyone, so the server is told to end it. */
export function discardUnwanted(client: ProviderClient, result: RefreshResult, state: SessionState): void {
  if (result.kind === 'refreshed' && state.kind === 'signed_out') void revokeGrant(client, result.grant)
}
