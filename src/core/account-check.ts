import { BrokerError, type CheckResult } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { Clock } from './clock.ts'
import type { Grant } from './grant.ts'
import type { ApiOutcome, ProviderClient } from './ports.ts'
import { describeError, foreignIssuer } from './session-errors.ts'

/**
 * Asks the provider whether an account works, with a request that costs nothing. A token that the API refuses is refreshed once, because
 * it may have been revoked before its time; `renewed` is called when that was done. `timeout` in milliseconds. Never throws: what is
 * stored stays, whatever comes of it.
 */
export async function checkAccount(
  session: AccountSession,
  client: ProviderClient,
  timeout: number,
  clock: Clock,
  renewed: () => void = () => {},
): Promise<CheckResult> {
  const { id: account, issuer } = session.record
  if (session.mode === 'watched') return { account, status: 'unchecked', reason: describeError(session.refusal) }
  if (issuer !== client.issuer) return { account, status: 'failed', reason: foreignIssuer({ issuer }) }
  let cancelTimer = () => {}
  const late = new Promise<CheckResult>((resolve) => {
    cancelTimer = clock.after(timeout, () => resolve({ account, status: 'failed', reason: tooLate }))
  })
  // The refresh that may come first goes on without anybody waiting for it (S6).
  return Promise.race([askProvider(session, client, timeout, renewed), late]).finally(() => cancelTimer())
}

const tooLate = { code: 'timeout', description: 'The provider did not answer in time.' }

async function askProvider(
  session: AccountSession,
  client: ProviderClient,
  timeout: number,
  renewed: () => void,
): Promise<CheckResult> {
  const { id: account } = session.record
  try {
    const grant = await session.grantFor({})
    const first = await client.check(grant, timeout)
    if (first.kind !== 'refused' || grant.refreshToken === undefined) return resultOf(account, first)
    const rejected = grant.accessToken.fingerprint()
    const again: Grant = await session.grantFor({ rejected })
    renewed()
    return resultOf(account, await client.check(again, timeout))
  } catch (error) {
    const reason =
      error instanceof BrokerError ? describeError(error) : { code: 'internal_error', description: 'The check failed.' }
    return { account, status: 'failed', reason }
  }
}

function resultOf(account: string, outcome: ApiOutcome<undefined>): CheckResult {
  switch (outcome.kind) {
    case 'good':
      return { account, status: 'ready' }
    case 'none':
      return { account, status: 'unchecked' }
    default:
      return {
        account,
        status: 'failed',
        reason: outcome.error,
        ...(outcome.detail === undefined ? {} : { detail: outcome.detail }),
      }
  }
}
