import type { AccountIdentity, AccountStatus, BrokerSnapshot } from '../protocol/index.ts'

/**
 * The snapshot as it may be seen by others: who signed in is masked wherever it stands, so that no view has to think of it. A label stays,
 * because the person chose it and tools ask by it.
 */
export function withoutPersonalData(snapshot: BrokerSnapshot): BrokerSnapshot {
  return {
    ...snapshot,
    accounts: snapshot.accounts.map(maskedRow),
    logins: snapshot.logins.map((login) =>
      login.undecided === undefined ? login : { ...login, undecided: maskedIdentity(login.undecided) },
    ),
  }
}

function maskedRow(row: AccountStatus): AccountStatus {
  const { identity, ownership } = row
  return {
    ...row,
    ...(identity === undefined ? {} : { identity: maskedIdentity(identity) }),
    // Some programs name a login, and its file, by the address of the person.
    ...(ownership?.mode === 'watched' ? { ownership: { ...ownership, file: '•••', login: '•••' } } : {}),
  }
}

/** The plan stays, as it names nobody. */
export function maskedIdentity({ email, name, plan }: AccountIdentity): AccountIdentity {
  return {
    ...(email === undefined ? {} : { email: masked(email) }),
    ...(name === undefined ? {} : { name: masked(name) }),
    ...(plan === undefined ? {} : { plan }),
  }
}

/** The first letter tells several accounts apart; how long the rest is stays hidden as well. */
const masked = (text: string): string => `${[...text][0] ?? ''}•••`
