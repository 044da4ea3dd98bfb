import type { Usage } from '../core/index.ts'
import { type Claims, isClaims, numberClaim, objectClaim, timeClaim } from '../oauth/index.ts'
import type { UsageWindow } from '../protocol/index.ts'

const names: Readonly<Record<string, string>> = { five_hour: '5 hours', seven_day: 'week' }

/** The windows of a Claude plan. Further ones come and go under names of their own; each that has a figure is shown. */
export function anthropicUsage(body: Claims): Usage {
  const windows = Object.entries(body).flatMap(([member, value]): UsageWindow[] => {
    if (member === 'extra_usage' || !isClaims(value)) return []
    const used = numberClaim(value, 'utilization')
    if (used === undefined) return []
    const resetsAt = timeClaim(value, 'resets_at')
    const name =
      (Object.hasOwn(names, member) ? names[member] : undefined) ?? member.replace(/^seven_day_/, 'week, ').replaceAll('_', ' ')
    const reset = resetsAt === undefined ? {} : { resets_at: Math.floor(resetsAt / 1000) }
    return [{ name, used_percent: used, ...reset, ...(Object.hasOwn(names, member) ? {} : { partial: true as const }) }]
  })
  const extra = objectClaim(body, 'extra_usage')
  const [limit, used] = [numberClaim(extra, 'monthly_limit'), numberClaim(extra, 'used_credits')]
  const known = extra.is_enabled === true && limit !== undefined && used !== undefined
  return { windows, ...(known ? { credits: { remaining: Math.max(0, limit - used), unit: 'credits' } } : {}) }
}
