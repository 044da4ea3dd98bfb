import type { BrokerSnapshot, PendingLogin } from '../protocol/index.ts'

/** A pending login that no row shows, because its account still works or because it is for one more account. */
export interface LooseLogin {
  readonly login: PendingLogin
  readonly providerName: string
}

export function looseLogins(snapshot: BrokerSnapshot): readonly LooseLogin[] {
  const shown = new Set(snapshot.accounts.map(({ state }) => (state.kind === 'authorizing' ? state.login_id : undefined)))
  return snapshot.logins
    .filter((login) => !shown.has(login.id))
    .map((login) => ({
      login,
      providerName: snapshot.accounts.find((row) => row.provider === login.provider)?.provider_name ?? login.provider,
    }))
}
