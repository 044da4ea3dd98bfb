import type { AccountSession } from './account-session.ts'
import type { Grant } from './grant.ts'
import { refusal, refusedKey } from './session-errors.ts'
import { answersMeanwhile, type TokenRequest } from './token-request.ts'

/** What a caller gets when no satisfying token can be had now: the old token where it still serves, or the reason. */
export function lastResort(
  { state, record }: Pick<AccountSession, 'state' | 'record'>,
  grant: Grant | undefined,
  request: TokenRequest,
  now: number,
): Grant {
  if (grant !== undefined && answersMeanwhile(grant, request, now)) return grant
  const isRefusedKey = grant?.kind !== undefined && request.rejected !== undefined
  throw isRefusedKey ? refusedKey(record.id) : refusal(state, record.provider, now)
}
