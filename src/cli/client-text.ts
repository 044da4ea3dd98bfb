import type { AccountStatus, ApprovalRequest, Caller, ClientPolicy, ClientRule, LedgerEntry } from '../protocol/index.ts'
import { columns } from './columns.ts'
import { duration } from './status-text.ts'

type Accounts = readonly AccountStatus[]

/** Everything that is known of clients: one line for each that has a rule or has asked. `now` in milliseconds. */
export function clientsText(policy: ClientPolicy, entries: readonly LedgerEntry[], accounts: Accounts, now: number): string {
  const rules = new Map(policy.rules.map((rule) => [rule.client, rule]))
  const latest = new Map(entries.map((entry) => [entry.caller.name, entry]))
  const names = [...new Set([...rules.keys(), ...latest.keys()])].sort()
  const rows = names.map((name) => [name, describeRule(rules.get(name), accounts, now), ...describeLatest(latest.get(name), now)])
  const ask = policy.ask ? 'New clients have to ask you first.' : 'New clients get tokens without asking you.'
  return [ask, ...columns(rows)].join('\n')
}

function describeRule(rule: ClientRule | undefined, accounts: Accounts, now: number): string {
  if (rule === undefined) return 'no decision'
  if (rule.decision === 'deny') return 'denied'
  const which = rule.accounts === undefined ? [] : [rule.accounts.map((id) => accountText(id, accounts)).join(', ')]
  const left = rule.until === undefined ? undefined : rule.until - now / 1000
  const until = left === undefined ? [] : [left > 0 ? `for ${duration(left)}` : 'time is over']
  return ['allowed', ...which, ...until].join(', ')
}

function describeLatest(entry: LedgerEntry | undefined, now: number): string[] {
  if (entry === undefined) return ['never seen']
  const what = entry.outcome === 'handed_out' ? 'last token' : 'last refused'
  return [`${what} ${duration(now / 1000 - entry.at)} ago`, callerText(entry.caller)]
}

/** One line for each request, or for each row of equal ones. */
export function ledgerText(entries: readonly LedgerEntry[], accounts: Accounts): string {
  const rows = entries.map(({ at, caller, account, outcome, count, ended_early: endedEarly }) => [
    timeText(at),
    caller.name,
    endedEarly ? 'got a new token, as the provider had ended the last one early' : outcomes[outcome],
    accountText(account, accounts),
    count === 1 ? '' : `× ${count}`,
    callerText(caller),
  ])
  return columns(rows).join('\n')
}

const outcomes: Readonly<Record<LedgerEntry['outcome'], string>> = {
  handed_out: 'got a token',
  denied: 'was denied',
  unanswered: 'got no answer',
}

/** Who waits, and for what. */
export function approvalText({ caller, account, expires_at }: ApprovalRequest, accounts: Accounts, now: number): string {
  const left = duration(expires_at - now / 1000)
  return `${caller.name} wants a token of ${accountText(account, accounts)} (${callerText(caller)}; ${left} left)`
}

/** What is known of the program besides its name. */
export function callerText({ proof, pid, executable, parent }: Caller): string {
  if (proof === 'claimed') return 'claimed'
  return printable(`proven: ${executable}, pid ${pid}${parent === undefined ? '' : `, started by ${parent}`}`)
}

function accountText(id: string, accounts: Accounts): string {
  const row = accounts.find((account) => account.id === id)
  return row?.label === undefined ? id : `${row.provider}:${row.label}`
}

/** Local time, to the second. */
export function timeText(seconds: number): string {
  const local = new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}

/** The name of a program may hold anything, also what a terminal takes for a command. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')
