import type { AccountIdentity, BrokerSnapshot, CheckResult, PendingLogin } from '../protocol/index.ts'
import type { Words } from './words/index.ts'

/** What waits for the person when somebody else signed in than the account belongs to. */
export function undecidedWords(
  { undecided, account }: PendingLogin,
  { accounts }: BrokerSnapshot,
  { login }: Words,
): string | undefined {
  if (undecided === undefined) return undefined
  const owner = accounts.find(({ id }) => id === account)
  const whose = owner?.identity === undefined ? undefined : nameOf(owner.identity)
  return login.undecided(nameOf(undecided) ?? login.somebodyElse, whose ?? login.anotherPerson)
}

/** Who signed in: `Signed in as ana@example.com (Plus).` */
export function signedInWords(identity: AccountIdentity | undefined, { login }: Words): string {
  const name = identity && nameOf(identity)
  if (name === undefined) return login.signedIn
  return login.signedInAs(identity?.plan ? `${name} (${capitalised(identity.plan)})` : name)
}

/** What came of trying a key that was just stored. */
export function keyWords(check: CheckResult, words: Words): string {
  const { accounts } = words
  switch (check.status) {
    case 'ready':
      return accounts.keyReady
    case 'unchecked':
      return accounts.keyNot
    case 'failed':
      return accounts.keyFailed(reasonWords(check, words))
  }
}

/** What came of asking the provider whether an account works. */
export function checkWords(check: CheckResult, words: Words): string {
  const { accounts } = words
  switch (check.status) {
    case 'ready':
      return accounts.checkedReady
    case 'unchecked':
      return accounts.checkedNot
    case 'failed':
      return accounts.checkedFailed(reasonWords(check, words))
  }
}

function reasonWords({ reason, detail }: CheckResult, { accounts }: Words): string {
  const said = [reason?.description, detail && accounts.itSaid(sentence(detail)), reason?.fix]
  return said.filter((part) => part !== undefined && part !== '').join(' ')
}

const nameOf = ({ email, name }: AccountIdentity): string | undefined => email ?? name

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

export const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
