import { hasAccount } from '../../ipc/account-words.ts'
import type { AppSettings, NoticeKind } from '../../ipc/settings.ts'
import type { AccountStatus, AccountUsage, ApprovalRequest, BrokerSnapshot } from '../../protocol/index.ts'
import { limitsOfPlans } from './limit-causes.ts'
import { consentKey, endKey, limitKey, type Manner, type Notice, nextOf, type Part, signInKey } from './notice.ts'
import { quietUntil } from './quiet-hours.ts'
import { loginsEndingSoon, signInsNeeded } from './sign-in-causes.ts'
import type { Told } from './told.ts'

/** What the person can be told of, and what they were told of. */
export interface Facts {
  /** Undefined while there is no host. */
  readonly snapshot: BrokerSnapshot | undefined
  readonly usage: readonly AccountUsage[]
  readonly settings: AppSettings
  /** Epoch seconds. */
  readonly now: number
  readonly told: Told
}

export interface Decision {
  readonly show: readonly Notice[]
  /** Keys of the notices whose cause has ended, whether or not they still stand. */
  readonly takeBack: readonly string[]
  readonly told: Told
  /** When to decide again although nothing else has changed, in epoch seconds. */
  readonly next?: number
}

/** Decides what to tell now. Each cause is told once; what was told is remembered for the next decision, also after a restart. */
export function decideNotices({ snapshot, usage, settings, now, told }: Facts): Decision {
  const quietEnd = quietUntil(settings.quietHours, now)
  const manner = (kind: NoticeKind): Manner => {
    if (!settings.notices[kind]) return 'silent'
    return quietEnd === undefined ? 'tell' : 'hold'
  }
  const consents = consentsWanted(snapshot?.approvals ?? [], told.consents, manner('consent'))
  if (snapshot === undefined) return { show: [], takeBack: consents.takeBack, told: { ...told, consents: [] } }
  const accounts = snapshot.accounts.filter(hasAccount)
  // Before the vault is open, it is not known yet which accounts there are.
  const kept = snapshot.vault.state.kind === 'ready' ? withoutGone(told, accounts) : told
  const signIns = signInsNeeded(accounts, kept.sign_ins, manner('sign_in_needed'), now)
  const ends = loginsEndingSoon(accounts, kept.ends, manner('login_ends_soon'), now)
  const manners = { threshold: manner('usage_threshold'), reset: manner('usage_reset') }
  const limits = limitsOfPlans(accounts, usage, kept.limits, { settings, manners, now })
  const parts = [signIns, ends, limits, consents]
  const show = parts.flatMap((part) => part.show)
  const shown = new Set(show.map(({ key }) => key))
  return {
    show,
    // What is shown again takes its own place.
    takeBack: [...keysOfGone(told, kept), ...parts.flatMap((part) => part.takeBack)].filter((key) => !shown.has(key)),
    told: { sign_ins: signIns.told, ends: ends.told, limits: limits.told, consents: consents.told },
    ...nextOf([quietEnd, ...parts.map(({ next }) => next)], now),
  }
}

/** Without what was told of accounts that are not there any more. */
function withoutGone({ sign_ins, ends, limits, consents }: Told, accounts: readonly AccountStatus[]): Told {
  const known = new Set(accounts.map(({ id }) => id))
  return {
    sign_ins: sign_ins.filter(({ account }) => known.has(account)),
    ends: ends.filter((account) => known.has(account)),
    limits: limits.filter(({ account }) => known.has(account)),
    consents,
  }
}

function keysOfGone(told: Told, kept: Told): readonly string[] {
  const gone = <Entry>(all: readonly Entry[], left: readonly Entry[]) => all.filter((each) => !left.includes(each))
  return [
    ...gone(told.sign_ins, kept.sign_ins).map(({ account }) => signInKey(account)),
    ...gone(told.ends, kept.ends).map(endKey),
    ...gone(told.limits, kept.limits).map(({ account, window }) => limitKey(account, window)),
  ]
}

/** A client waits for half a minute, so that its request is not held back in quiet hours. */
function consentsWanted(approvals: readonly ApprovalRequest[], told: readonly string[], manner: Manner): Part<string> {
  const due = manner === 'silent' ? [] : approvals.filter(({ id }) => !told.includes(id))
  return {
    show: due.map((approval) => ({ kind: 'consent', key: consentKey(approval.id), approval })),
    takeBack: told.filter((id) => manner === 'silent' || !approvals.some((approval) => approval.id === id)).map(consentKey),
    told: approvals.map(({ id }) => id),
  }
}
