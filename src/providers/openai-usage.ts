import type { Usage } from '../core/index.ts'
import { type Claims, listClaim, numberClaim, objectClaim, textClaim } from '../oauth/index.ts'
import type { UsageWindow } from '../protocol/index.ts'

/** The limits of a Codex plan. A window is named by its length, because which of them comes first differs by plan. */
export function codexUsage(body: Claims): Usage {
  const further = listClaim(body, 'additional_rate_limits').flatMap((limit) => {
    const name = textClaim(limit, 'limit_name')
    return windowsOf(objectClaim(limit, 'rate_limit')).map((window) => ({
      ...window,
      name: name === undefined ? window.name : `${name}, ${window.name}`,
      partial: true as const,
    }))
  })
  const credits = objectClaim(body, 'credits')
  const remaining = numberClaim(credits, 'balance')
  const plan = textClaim(body, 'plan_type')
  return {
    windows: [...windowsOf(objectClaim(body, 'rate_limit')), ...further],
    ...(credits.has_credits === true
      ? {
          credits: {
            unit: 'credits',
            ...(remaining === undefined ? {} : { remaining }),
            ...(credits.unlimited === true ? { unlimited: true } : {}),
          },
        }
      : {}),
    ...(plan === undefined ? {} : { plan }),
  }
}

function windowsOf(limit: Claims): UsageWindow[] {
  return ['primary_window', 'secondary_window'].flatMap((member) => {
    const window = objectClaim(limit, member)
    const used = numberClaim(window, 'used_percent')
    if (used === undefined) return []
    const resetsAt = numberClaim(window, 'reset_at')
    const name = lengthName(numberClaim(window, 'limit_window_seconds'))
    return [{ name, used_percent: used, ...(resetsAt === undefined ? {} : { resets_at: Math.floor(resetsAt) }) }]
  })
}

/** What a person calls a window of this many seconds. */
function lengthName(seconds: number | undefined): string {
  if (seconds === undefined || seconds <= 0) return 'limit'
  if (seconds === 604_800) return 'week'
  if (seconds % 86_400 === 0) return seconds === 86_400 ? 'day' : `${seconds / 86_400} days`
  return seconds % 3_600 === 0 ? `${seconds / 3_600} hours` : `${Math.round(seconds / 60)} minutes`
}
