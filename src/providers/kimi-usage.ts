import type { Usage } from '../core/index.ts'
import { type Claims, listClaim, numberClaim, objectClaim, textClaim, timeClaim } from '../oauth/index.ts'
import type { UsageWindow } from '../protocol/index.ts'

/** The limits of Kimi Code: one for the plan, and any number of windows whose length the answer says. */
export function kimiUsage(body: Claims): Usage {
  const limits = listClaim(body, 'limits').map((limit) =>
    quota(windowName(objectClaim(limit, 'window')), objectClaim(limit, 'detail')),
  )
  return { windows: [quota('plan', objectClaim(body, 'usage')), ...limits].flat() }
}

function quota(name: string, detail: Claims): UsageWindow[] {
  const [limit, used, left] = ['limit', 'used', 'remaining'].map((member) => numberClaim(detail, member))
  const spent = used ?? (limit === undefined || left === undefined ? undefined : limit - left)
  if (!limit || spent === undefined) return []
  const resetsAt = timeClaim(detail, 'resetTime')
  const reset = resetsAt === undefined ? {} : { resets_at: Math.floor(resetsAt / 1000) }
  return [{ name, used_percent: (spent / limit) * 100, ...reset }]
}

/** `{duration: 300, timeUnit: "TIME_UNIT_MINUTE"}` is `5 hours`. */
function windowName(window: Claims): string {
  const [duration, unit] = [
    numberClaim(window, 'duration'),
    textClaim(window, 'timeUnit')?.replace('TIME_UNIT_', '').toLowerCase(),
  ]
  if (duration === undefined || unit === undefined) return 'limit'
  if (unit === 'minute' && duration % 60 === 0) return `${duration / 60} hours`
  if (unit === 'day' && duration === 7) return 'week'
  return `${duration} ${unit}${duration === 1 ? '' : 's'}`
}
