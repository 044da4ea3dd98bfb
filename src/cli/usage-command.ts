import { createBrokerClient } from '../client/index.ts'
import type { AccountUsage } from '../protocol/index.ts'
import { columns } from './columns.ts'
import { duration } from './status-text.ts'

/** Prints how much of each plan is used. */
export async function usage(
  selector: string | undefined,
  { json }: { readonly json?: boolean },
  socket: string,
  stdout: { write(text: string): unknown },
): Promise<void> {
  const figures = await createBrokerClient(socket).usage(selector)
  stdout.write(json ? `${JSON.stringify(figures, null, 2)}\n` : `${usageText(figures, Date.now())}\n`)
}

/** One line per window, with the age of the figure. `now` in milliseconds. */
export function usageText(figures: readonly AccountUsage[], now: number): string {
  if (figures.length === 0) return 'No provider that you are signed in to tells how much is used.'
  return columns(figures.flatMap((each) => linesOf(each, now / 1000))).join('\n')
}

function linesOf(
  { account, provider, label, windows, credits, fetched_at: at, stale, error }: AccountUsage,
  now: number,
): string[][] {
  const name = label === undefined ? account : `${provider}:${label}`
  const age = at === undefined ? '' : `${duration(now - at)} old${stale ? ', could not be renewed' : ''}`
  const lines = windows.map(({ name: window, used_percent: used, resets_at: resets }) => {
    const end = resets === undefined ? '' : resets > now ? `resets in ${duration(resets - now)}` : 'has reset since'
    return [name, window, `${Math.round(used * 10) / 10} % used`, end, age]
  })
  const remaining = credits?.unlimited ? 'unlimited' : credits?.remaining === undefined ? undefined : `${credits.remaining} left`
  if (credits !== undefined && remaining !== undefined) lines.push([name, credits.unit, remaining, '', age])
  if (error !== undefined) lines.push([name, '', `not available now: ${error.description}`])
  return lines
}
