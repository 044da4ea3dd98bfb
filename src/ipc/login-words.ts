import type { AccountIdentity, BrokerSnapshot, CheckResult, PendingLogin } from '../protocol/index.ts'

/** What waits for the person when somebody else signed in than the account belongs to. */
export function undecidedWords({ undecided, account }: PendingLogin, { accounts }: BrokerSnapshot): string | undefined {
  if (undecided === undefined) return undefined
  const owner = accounts.find(({ id }) => id === account)
  const whose = owner?.identity === undefined ? undefined : nameOf(owner.identity)
  return `You signed in as ${nameOf(undecided) ?? 'somebody else'}, and this account belongs to ${whose ?? 'another person'}.`
}

/** Who signed in: `Signed in as ana@example.com (Plus).` */
export function signedInWords(identity: AccountIdentity | undefined): string {
  const name = identity && nameOf(identity)
  if (name === undefined) return 'Signed in.'
  return identity?.plan ? `Signed in as ${name} (${capitalised(identity.plan)}).` : `Signed in as ${name}.`
}

/** What came of trying a key that was just stored. */
export function keyWords(check: CheckResult): string {
  switch (check.status) {
    case 'ready':
      return 'Stored and tried: works.'
    case 'unchecked':
      return 'Stored. There is no way to try it without using it.'
    case 'failed':
      return `Stored, but trying it failed. ${reasonWords(check)}`.trimEnd()
  }
}

/** What came of asking the provider whether an account works. */
export function checkWords(check: CheckResult): string {
  switch (check.status) {
    case 'ready':
      return 'Tried just now: works.'
    case 'unchecked':
      return 'There is no way to try this account without using it.'
    case 'failed':
      return `Tried just now: does not work. ${reasonWords(check)}`.trimEnd()
  }
}

function reasonWords({ reason, detail }: CheckResult): string {
  const said = [reason?.description, detail && `It said: ${sentence(detail)}`, reason?.fix]
  return said.filter((part) => part !== undefined && part !== '').join(' ')
}

const nameOf = ({ email, name }: AccountIdentity): string | undefined => email ?? name

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

export const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
