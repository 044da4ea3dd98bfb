import { type AccountStatus, type HistoryEntry, lockedByPerson, type SignInWay, type StateError } from '../protocol/index.ts'
import { printable, timeText } from './client-text.ts'
import { columns } from './columns.ts'
import { selectors } from './status-text.ts'

/** One line for each entry, in the words of a person. An account that is gone has the name it had. */
export function historyText(entries: readonly HistoryEntry[], accounts: readonly AccountStatus[]): string {
  const select = selectors(accounts)
  const names = new Map(accounts.map((account) => [account.id, select(account)]))
  const rows = entries.map((entry) => [timeText(entry.at), nameOf(entry, names), printable(whatHappened(entry))])
  return columns(rows).join('\n')
}

function nameOf(entry: HistoryEntry, names: ReadonlyMap<string, string>): string {
  if (!('account' in entry)) return 'all logins'
  const { account, provider, label } = entry
  return names.get(account) ?? (label === undefined ? account : `${provider}:${label}`)
}

function whatHappened(entry: HistoryEntry): string {
  switch (entry.event) {
    case 'signed_in':
      return arrivals[entry.way].first
    case 'renewed':
      return arrivals[entry.way].again
    case 'replaced':
      return 'somebody else signed in, and has the account now'
    case 'refreshed':
      return `${refreshed(entry)}${entry.failures === undefined ? '' : `, after ${times(entry.failures)}`}`
    case 'refresh_failed':
      return `could not be refreshed, to be tried again: ${reason(entry.error)}`
    case 'not_stored':
      return `new tokens could not be stored, and are in memory only: ${reason(entry.error)}`
    case 'ended':
      return `needs a new sign-in: ${reason(entry.error)}`
    case 'signed_out':
      return entry.revoked ? 'signed out, which the provider confirmed' : 'signed out'
    case 'given_back':
      return 'given back to the program that it came from'
    case 'switched_off':
      return 'switched off'
    case 'switched_on':
      return 'switched on'
    case 'locked':
      return entry.error.code === lockedByPerson ? 'locked by you' : `locked: ${reason(entry.error)}`
    case 'unlocked':
      return 'unlocked'
    case 'started':
      return 'TokenTray started'
    case 'stopped':
      return 'TokenTray ended'
    default:
      return unknownEvent(entry)
  }
}

const arrivals: Readonly<Record<SignInWay, { readonly first: string; readonly again: string }>> = {
  login: { first: 'signed in', again: 'signed in again' },
  api_key: { first: 'API key added', again: 'API key replaced' },
  setup_token: { first: 'setup token added', again: 'setup token replaced' },
  import: { first: 'moved here from another program', again: 'moved here again from another program' },
}

function refreshed({ need, client }: Extract<HistoryEntry, { event: 'refreshed' }>): string {
  switch (need) {
    case 'client':
      return `refreshed, because ${client ?? 'a program'} asked for a token`
    case 'rejected':
      return `refreshed early, because the provider had refused the token${client === undefined ? '' : ` (says ${client})`}`
    case 'person':
      return 'refreshed, because you wanted it'
    case 'lost_answer':
      return 'refreshed, because the answer to an earlier request was lost'
    case 'schedule':
      return 'refreshed on schedule'
    default:
      return 'refreshed'
  }
}

const times = (failures: number): string => (failures === 1 ? 'one failure' : `${failures} failures`)

/** Whoever asks for help, or looks it up, needs the code. It is in the sentence already where the server said it. */
const reason = ({ code, description }: StateError): string =>
  description.includes(code) ? description : `${description} (${code})`

/** A newer broker may tell of events that this command does not know. */
function unknownEvent(entry: never): string {
  return (entry as { event: string }).event
}
