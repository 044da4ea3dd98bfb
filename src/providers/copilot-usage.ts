import type { Usage } from '../core/index.ts'
import { type Claims, isClaims, numberClaim, objectClaim, textClaim, timeClaim } from '../oauth/index.ts'
import type { UsageWindow } from '../protocol/index.ts'

/** The monthly quotas of Copilot. A quota without a limit, and the empty one that a plan does not have, tell nothing. */
export function copilotUsage(body: Claims): Usage {
  const resetsAt = timeClaim(body, 'quota_reset_date') ?? timeClaim(body, 'limited_user_reset_date')
  const windows = Object.entries(objectClaim(body, 'quota_snapshots')).flatMap(([member, value]): UsageWindow[] => {
    if (!isClaims(value) || value.unlimited === true || !numberClaim(value, 'entitlement')) return []
    const left = numberClaim(value, 'percent_remaining')
    if (left === undefined) return []
    const reset = resetsAt === undefined ? {} : { resets_at: Math.floor(resetsAt / 1000) }
    return [{ name: `month, ${member.replaceAll('_', ' ')}`, used_percent: 100 - left, ...reset, partial: true }]
  })
  const plan = textClaim(body, 'copilot_plan')
  return { windows, ...(plan === undefined ? {} : { plan }) }
}
