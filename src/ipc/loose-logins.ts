import type { AccountStatus, BrokerSnapshot, PendingLogin } from '../protocol/index.ts'
import { hasAccount } from './account-words.ts'

/** A pending login that no row shows, because its account still works or because it is for one more account. */
export interface LooseLogin {
  readonly login: PendingLogin
  readonly providerName: string
}

export function looseLogins(snapshot: BrokerSnapshot): readonly LooseLogin[] {
  const shown = new Set(snapshot.accounts.map(({ state }) => (state.kind === 'authorizing' ? state.login_id : undefined)))
  return snapshot.logins
    .filter((login) => !shown.has(login.id))
    .map((login) => ({ login, providerName: nameOf(login.provider, snapshot) }))
}

/** At least one pending login, and others that race it: each is another way to the same account. */
export type Race = readonly [PendingLogin, ...PendingLogin[]]

/** The logins of a row that is being signed in to, the one of its state first; undefined for every other row. */
export function raceOf({ id, provider, state, ...row }: AccountStatus, { logins }: BrokerSnapshot): Race | undefined {
  if (state.kind !== 'authorizing') return undefined
  const first = logins.find((login) => login.id === state.login_id)
  if (first === undefined) return undefined
  const account = hasAccount({ id, provider, state, ...row }) ? id : undefined
  const { label } = first
  return [first, ...logins.filter((login) => login !== first && isRunner(login, { provider, account, label }))]
}

/** The other logins, each with those that race it. */
export function looseRaces(snapshot: BrokerSnapshot): readonly { readonly race: Race; readonly providerName: string }[] {
  const shown = new Set(snapshot.accounts.flatMap((row) => raceOf(row, snapshot) ?? []))
  const races: [PendingLogin, ...PendingLogin[]][] = []
  for (const login of snapshot.logins.filter((each) => !shown.has(each))) {
    const race = races.find(([first]) => first.undecided === undefined && isRunner(login, first))
    if (race === undefined) races.push([login])
    else race.push(login)
  }
  return races.map((race) => ({ race, providerName: nameOf(race[0].provider, snapshot) }))
}

/** One that waits for a decision has been won already, so that it runs in no race. */
function isRunner(
  login: PendingLogin,
  to: { provider: string; account?: string | undefined; label?: string | undefined },
): boolean {
  const same = login.provider === to.provider && login.account === to.account && login.label === to.label
  return same && login.undecided === undefined
}

const nameOf = (provider: string, { accounts }: BrokerSnapshot): string =>
  accounts.find((row) => row.provider === provider)?.provider_name ?? provider
