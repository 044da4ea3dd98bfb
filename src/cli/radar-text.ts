import { type FoundStore, holderNames, type SharedLogin, type Surroundings, shortened } from '../integrations/index.ts'
import { codexOwner } from '../integrations/owners/owner.ts'
import { printable } from './client-text.ts'

/** Enough of a name to tell a handful of findings apart. */
export const shortFinding = (finding: string): string => finding.slice(0, 8)

/** Who signs whom out, and what to do about it; the findings that are ignored in one line. */
export function radarText(
  shared: readonly SharedLogin[],
  isIgnored: (login: SharedLogin) => boolean,
  surroundings: Surroundings,
): string {
  const ignored = shared.filter(isIgnored)
  const findings = shared.filter((login) => !isIgnored(login)).map((login) => findingText(login, surroundings))
  const other = ignored.length === 0 ? '' : 'other '
  if (findings.length === 0) findings.push(`No ${other}two programs that were looked at hold one login.\n`)
  return findings.join('') + ignoredText(ignored)
}

function findingText({ finding, holders, account }: SharedLogin, surroundings: Surroundings): string {
  const programs = holders.map(({ store, file }) => `${store.name} (${printable(shortened(file, surroundings))})`)
  const who = account === undefined ? programs : [...programs, `TokenTray (${account})`]
  const advice = holders.map(({ store }) => `  a login of its own for ${store.name}: ${store.signIn}\n`)
  const movable = holders.find(({ canMove }) => canMove)
  const owner = account === undefined ? 'make TokenTray its owner' : 'leave it to TokenTray'
  return (
    `${who.length} programs hold one rotating login: ${listed(who)}\n` +
    [...new Set(advice)].join('') +
    (movable === undefined ? '' : `  or ${owner}: tokentray import ${movable.store.id} --move\n`) +
    stayText(holders, account) +
    `  or ignore it: tokentray radar --ignore ${shortFinding(finding)}\n`
  )
}

/** A program that can be asked may stay the owner; not of a login that TokenTray has too, which would be one more that refreshes it. */
function stayText(holders: SharedLogin['holders'], account: string | undefined): string {
  const { id, name } = codexOwner
  if (account !== undefined || !holders.some(({ store }) => store.id === id)) return ''
  return `  or leave it to ${name}, and let TokenTray ask it for tokens in place of the others: tokentray delegate ${id}\n`
}

function ignoredText(ignored: readonly SharedLogin[]): string {
  const [first] = ignored
  if (first === undefined) return ''
  const names = ignored.map((login) => `${shortFinding(login.finding)} (${listed(holderNames(login))})`)
  return `Ignored: ${names.join(', ')}. To see it again: tokentray radar --unignore ${shortFinding(first.finding)}\n`
}

/** Which programs were not looked at, and how to allow it; empty when all were. */
export function unreadText(found: readonly FoundStore[]): string {
  const of = (refused: boolean) => [
    ...new Set(
      found.filter(({ consent }) => (refused ? consent === 'refused' : consent === undefined)).map(({ store }) => store.id),
    ),
  ]
  const [unasked, refused] = [of(false), of(true)]
  const first = refused[0] ?? ''
  return (
    (unasked.length === 0
      ? ''
      : `Not looked at without your yes: ${unasked.join(', ')}.\n  Allow it with --read-stores, or for one of them: \`tokentray import ${unasked[0]} --read-stores\`\n`) +
    (refused.length === 0
      ? ''
      : `Not looked at, as you said: ${refused.join(', ')}.\n  Allow it with \`tokentray import ${first} --read-stores\`\n`)
  )
}

/** What is found, without any token. */
export function radarJson(
  shared: readonly SharedLogin[],
  isIgnored: (login: SharedLogin) => boolean,
  found: readonly FoundStore[],
) {
  return {
    shared: shared.map((login) => ({
      finding: login.finding,
      programs: login.holders.map(({ store, file, name }) => ({ program: store.id, file, login: name })),
      ...(login.account === undefined ? {} : { account: login.account }),
      ignored: isIgnored(login),
    })),
    not_read: [...new Set(found.filter(({ consent }) => consent !== 'allowed').map(({ store }) => store.id))],
  }
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
