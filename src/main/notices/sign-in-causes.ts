import type { AccountStatus } from '../../protocol/index.ts'
import { endKey, type Manner, type Notice, nextOf, type Part, signInKey, signInsKey } from './notice.ts'
import type { Told } from './told.ts'

const day = 86_400

/** How long before its end a login ends soon. Seconds. */
const soon = 3 * day

/** So many accounts that need a sign-in are told of one by one. */
const mostOneByOne = 3

type ToldSignIn = Told['sign_ins'][number]

/** A login that works. In every other state it cannot be known whether what was told has ended. */
const works = ({ state: { kind } }: AccountStatus) => kind === 'active' || kind === 'refreshing' || kind === 'backing_off'

const needsSignIn = ({ state, disabled }: AccountStatus) => state.kind === 'reauthorization_required' && !disabled

/** Accounts that need a sign-in: told once for each end, and again once a day while it stays so. */
export function signInsNeeded(
  accounts: readonly AccountStatus[],
  told: readonly ToldSignIn[],
  manner: Manner,
  now: number,
): Part<ToldSignIn> {
  const ended = told.filter(({ account }) => accounts.some((row) => row.id === account && works(row)))
  // A clock that was set back since must not put off the next time for years.
  const known = told.filter((each) => !ended.includes(each)).map(({ account, at }) => ({ account, at: Math.min(at, now) }))
  const needed = accounts.filter(needsSignIn)
  const toldAt = (account: string) => known.find((each) => each.account === account)?.at
  const due = needed.filter(({ id }) => now - (toldAt(id) ?? Number.NEGATIVE_INFINITY) >= day)
  const many = needed.length > mostOneByOne
  const noted = manner === 'hold' ? [] : due.map(({ id }) => ({ account: id, at: now }))
  const after = [...known.filter(({ account }) => !noted.some((each) => each.account === account)), ...noted]
  return {
    show: manner === 'tell' ? signInNotices(due, many, needed.length) : [],
    takeBack: takenBack(told, manner === 'silent' ? [] : needed, many),
    told: after,
    ...nextOf(
      after.filter(({ account }) => needed.some(({ id }) => id === account)).map(({ at }) => at + day),
      now,
    ),
  }
}

function signInNotices(due: readonly AccountStatus[], many: boolean, count: number): readonly Notice[] {
  if (due.length === 0) return []
  if (many) return [{ kind: 'sign_ins_needed', key: signInsKey, count }]
  return due.map((account) => ({ kind: 'sign_in_needed', key: signInKey(account.id), account }))
}

/** Either the notices of single accounts may stand, or the one for all. */
function takenBack(told: readonly ToldSignIn[], needed: readonly AccountStatus[], many: boolean): readonly string[] {
  if (told.length === 0) return []
  const mayStand = many ? [] : needed.map(({ id }) => id)
  const single = told.filter(({ account }) => !mayStand.includes(account)).map(({ account }) => signInKey(account))
  return many && needed.length > 0 ? single : [...single, signInsKey]
}

/**
 * Logins that end within three days. Where each refresh moves the end a little, as a provider may, that is not told anew: only an end
 * that was farther away in between is another one.
 */
export function loginsEndingSoon(
  accounts: readonly AccountStatus[],
  told: readonly string[],
  manner: Manner,
  now: number,
): Part<string> {
  const endsSoon = ({ signed_in_until: until }: AccountStatus) => until !== undefined && now < until && until - now <= soon
  const ending = accounts.filter((row) => works(row) && endsSoon(row) && !row.disabled)
  const isOver = (row: AccountStatus) => (works(row) && !endsSoon(row)) || row.state.kind === 'reauthorization_required'
  const known = told.filter((account) => !accounts.some((row) => row.id === account && isOver(row)))
  const due = ending.filter(({ id }) => !known.includes(id))
  const later = accounts.filter((row) => works(row) && !row.disabled && !endsSoon(row))
  return {
    show: manner === 'tell' ? due.map(endNotice) : [],
    takeBack: told.filter((account) => manner === 'silent' || !ending.some(({ id }) => id === account)).map(endKey),
    told: manner === 'hold' ? known : [...known, ...due.map(({ id }) => id)],
    ...nextOf(
      later.map(({ signed_in_until: until }) => until && until - soon),
      now,
    ),
  }
}

const endNotice = (account: AccountStatus): Notice => ({
  kind: 'login_ends_soon',
  key: endKey(account.id),
  account,
  until: account.signed_in_until ?? 0,
})
