import { type AppSettings, usualThresholds } from '../../ipc/settings.ts'
import { isOver } from '../../ipc/usage-words.ts'
import type { AccountStatus, AccountUsage, UsageWindow } from '../../protocol/index.ts'
import { limitKey, type Manner, type Notice, nextOf, type Part } from './notice.ts'
import type { ToldLimit } from './told.ts'

/** Providers count the time to a reset from now, so that its moment wavers. Within this many seconds it is the same one. */
const slack = 120

/** How long after a reset it is still news. Seconds. */
const newsFor = 86_400

/** Figures that do not say how long they hold are of now for so long. Seconds. */
const holdsFor = 3_600

/** The longest name of a limit that is kept. */
const longestName = 100

export interface LimitManners {
  readonly threshold: Manner
  readonly reset: Manner
}

/** A limit with what was last told of it and its newest figures, where there are such. */
interface Limit {
  readonly account: AccountStatus
  readonly window: string
  readonly told?: ToldLimit
  /** Figures of now, as against stale ones and those of a period that is over. */
  readonly figures?: UsageWindow
  /** The highest threshold at or below them. */
  readonly crossed?: number
  /** Whether the newest figures came before the end of the period that was told of, and say that they hold beyond it. */
  readonly outdated: boolean
}

interface Step {
  readonly told?: ToldLimit
  readonly notice?: Notice
  readonly takeBack?: true
}

/**
 * How far limits are used up: the highest threshold that is crossed, once in a period; and that a limit which this was told of has
 * begun anew. The period is the one that was going on when it was told last, whatever the provider says of its end later.
 */
export function limitsOfPlans(
  accounts: readonly AccountStatus[],
  usage: readonly AccountUsage[],
  told: readonly ToldLimit[],
  { settings, manners, now }: { readonly settings: AppSettings; readonly manners: LimitManners; readonly now: number },
): Part<ToldLimit> {
  const limits = accounts.flatMap((account) => limitsOf(account, usage, told, settings, now))
  const steps = limits.map((limit) => ({ limit, ...stepOf(limit, manners, now) }))
  // What is not in sight for now, such as an account while the vault opens, stays as it was told.
  const unseen = told.filter(({ account }) => !accounts.some(({ id }) => id === account))
  const after = [...unseen, ...steps.flatMap((step) => step.told ?? [])]
  return {
    show: steps.flatMap(({ notice }) => notice ?? []),
    takeBack: steps.filter((step) => step.takeBack).map(({ limit }) => limitKey(limit.account.id, limit.window)),
    told: after,
    ...nextOf(
      after.map(({ resets_at: at }) => at && at + slack),
      now,
    ),
  }
}

function limitsOf(
  account: AccountStatus,
  usage: readonly AccountUsage[],
  allTold: readonly ToldLimit[],
  settings: AppSettings,
  now: number,
): readonly Limit[] {
  const own = usage.find((each) => each.account === account.id)
  const told = allTold.filter((each) => each.account === account.id)
  const names = [...(own?.windows.map(({ name }) => keptName(name)) ?? []), ...told.map(({ window }) => window)]
  return [...new Set(names)].filter(Boolean).map((window) => {
    const last = told.find((each) => each.window === window)
    const figures = own === undefined ? undefined : figuresOf(own, window, last, now)
    const crossed = figures === undefined ? undefined : crossedBy(figures, settings)
    return {
      account,
      window,
      outdated: own !== undefined && isOutdated(own, window, last, now),
      ...(last === undefined ? {} : { told: last }),
      ...(figures === undefined ? {} : { figures }),
      ...(crossed === undefined ? {} : { crossed }),
    }
  })
}

const keptName = (name: string): string => name.slice(0, longestName)

/** Of two limits of the same name, the one that is used more. */
function figuresOf(usage: AccountUsage, name: string, told: ToldLimit | undefined, now: number): UsageWindow | undefined {
  const { fetched_at: at, stale, windows } = usage
  if (stale || at === undefined) return undefined
  const end = told?.resets_at
  if (end !== undefined && end <= now && at < end) return undefined
  const isOfNow = (window: UsageWindow) => (window.resets_at === undefined ? now - at < holdsFor : !isOver(window, now))
  return windows
    .filter((window) => keptName(window.name) === name && Number.isFinite(window.used_percent) && isOfNow(window))
    .sort((a, b) => b.used_percent - a.used_percent)[0]
}

function isOutdated({ fetched_at: at, windows }: AccountUsage, name: string, told: ToldLimit | undefined, now: number): boolean {
  if (at === undefined || told?.resets_at === undefined || at >= told.resets_at) return false
  return windows.some((window) => keptName(window.name) === name && (window.resets_at ?? 0) > now)
}

function crossedBy({ name, used_percent: used }: UsageWindow, settings: AppSettings): number | undefined {
  const percents = settings.usageThresholds.find(({ window }) => window === name)?.percents ?? usualThresholds
  const crossed = percents.filter((percent) => percent <= used)
  return crossed.length === 0 ? undefined : Math.max(...crossed)
}

function stepOf(limit: Limit, manners: LimitManners, now: number): Step {
  const { account, told, crossed } = limit
  const end = told?.resets_at
  if (account.disabled) return { ...(told === undefined || isPast(limit, told, now) ? {} : { told }), takeBack: true }
  if (told === undefined) return crossed === undefined ? {} : crossing(limit, crossed, manners.threshold)
  if (end !== undefined && end <= now) return afterEnd(limit, told, end, manners, now)
  return within(limit, told, manners.threshold)
}

/** Whether no figures of the period that was told of are left. */
const isPast = ({ outdated }: Limit, { resets_at: end }: ToldLimit, now: number): boolean =>
  end !== undefined && now - end >= holdsFor && !outdated

/** While the period lasts that was told of, only a higher threshold is news. */
function within(limit: Limit, told: ToldLimit, manner: Manner): Step {
  const { figures, crossed } = limit
  if (crossed !== undefined && crossed > told.percent) return crossing(limit, crossed, manner)
  if (figures !== undefined && told.resets_at === undefined) {
    // Nobody said when it begins anew. A value that only wavers does not fall by half.
    if (figures.resets_at === undefined && figures.used_percent < told.percent / 2) return { takeBack: true }
    if (figures.resets_at !== undefined) return { told: { ...told, resets_at: figures.resets_at } }
  }
  return { told, ...(manner === 'silent' ? { takeBack: true } : {}) }
}

/** The period is over. In its last wavering seconds, figures may still be of it. */
function afterEnd(limit: Limit, told: ToldLimit, end: number, { threshold, reset }: LimitManners, now: number): Step {
  if (now < end + slack) return { told }
  const { account, window, crossed } = limit
  if (crossed !== undefined) {
    const { told: _, ...fresh } = limit
    return threshold === 'hold' ? { told, ...(told.begun_anew ? {} : { takeBack: true }) } : crossing(fresh, crossed, threshold)
  }
  const after = isPast(limit, told, now) ? {} : { told: { ...told, begun_anew: true as const } }
  if (told.begun_anew) return after
  if (reset === 'hold') return { told, takeBack: true }
  if (reset === 'silent' || now - end >= newsFor) return { ...after, takeBack: true }
  return { ...after, notice: { kind: 'usage_reset', key: limitKey(account.id, window), account, window } }
}

function crossing({ account, window, figures, told }: Limit, percent: number, manner: Manner): Step {
  if (manner === 'hold' || figures === undefined) return told === undefined ? {} : { told }
  const end = figures.resets_at ?? told?.resets_at
  const noted = { account: account.id, window, percent, ...(end === undefined ? {} : { resets_at: end }) }
  if (manner === 'silent') return { told: noted, takeBack: true }
  return { told: noted, notice: { kind: 'usage_threshold', key: limitKey(account.id, window), account, window: figures } }
}
