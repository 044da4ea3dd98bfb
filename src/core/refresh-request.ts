import type { StateError } from '../protocol/index.ts'
import { assertNever } from './assert-never.ts'
import type { Clock } from './clock.ts'
import { type EndOfGrant, endOfGrant } from './end-of-grant.ts'
import type { Grant } from './grant.ts'
import type { ProviderClient } from './ports.ts'
import { satisfies } from './refresh-policy.ts'
import type { RefreshRecord } from './refresh-record.ts'
import { expired, foreignIssuer, stateErrorOf } from './session-errors.ts'

/** It has to be tried again: when the server wishes, in seconds; sooner for a caller when the request never left. */
export interface Deferred {
  readonly error: StateError
  readonly retryAfter?: number
  readonly neverLeft?: boolean
}

/** What keeps a grant from being refreshed at all. A token that is still good is not ended by somebody who says that it was refused. */
export function obstacleOf(
  grant: Grant,
  { client, clock }: Pick<RefreshContext, 'client' | 'clock'>,
): { readonly kind: 'unavailable' | 'ended'; readonly error: StateError } | 'none_needed' | undefined {
  // S7
  if (grant.issuer !== client.issuer) return { kind: 'unavailable', error: foreignIssuer(grant) }
  if (grant.refreshToken !== undefined) return undefined
  return satisfies(grant, clock.now(), 0) ? 'none_needed' : { kind: 'ended', error: expired }
}

/** What a refresh led to. */
export type RefreshResult =
  | { readonly kind: 'refreshed'; readonly grant: Grant }
  | ({ readonly kind: 'deferred' } & Deferred)
  | ({ readonly kind: 'ended' } & EndOfGrant)
  /** Nothing was sent, because the grant was replaced in the meantime. */
  | { readonly kind: 'unsent' }

export interface RefreshContext {
  readonly clock: Clock
  readonly client: ProviderClient
  readonly record: RefreshRecord
}

/**
 * Sends one refresh, with the journal around it: durable before the request leaves, so that the cause of a lost login can be named
 * whatever ends this process now, and open until the answer is stored. Never throws.
 */
export async function sendRefresh(grant: Grant, stillWanted: () => boolean, context: RefreshContext): Promise<RefreshResult> {
  const { clock, client, record } = context
  const fingerprint = grant.refreshToken?.fingerprint() ?? ''
  const unansweredSince = record.unansweredSince(fingerprint)
  try {
    await record.sending(fingerprint, clock.now())
  } catch (error) {
    // What cannot be noted cannot be stored either, and a rotation that cannot be stored would put the login at risk.
    return { kind: 'deferred', error: stateErrorOf(error) }
  }
  if (!stillWanted()) return { kind: 'unsent' }
  const outcome = await client.refresh(grant)
  switch (outcome.kind) {
    case 'refreshed':
      return outcome
    case 'transient':
      // An earlier request may have been answered nevertheless, and then the note has to stay.
      if (outcome.unused && unansweredSince === undefined && stillWanted()) record.settle()
      return { ...outcome, kind: 'deferred', neverLeft: outcome.unused === true && outcome.error.code === 'network' }
    case 'terminal': {
      const { error: said, cause } = outcome
      const now = clock.now()
      const end = endOfGrant({ providerName: client.name, said, cause, unansweredSince, grant, now })
      if (stillWanted()) await record.ended(fingerprint, now, end)
      return { kind: 'ended', ...end }
    }
    default:
      return assertNever(outcome)
  }
}
