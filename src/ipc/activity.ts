import type { Caller, copyingPerson as inProtocol, LedgerEntry } from '../protocol/index.ts'

/** Equal entries of a day as one line: one client, one account, one outcome. */
export interface ActivityLine {
  readonly key: string
  readonly caller: Caller
  readonly provider: string
  /** Id of the account. */
  readonly account: string
  readonly outcome: LedgerEntry['outcome']
  readonly count: number
  /** Of the latest one, in epoch seconds. */
  readonly at: number
  /** The programs that it ran as, each with what started it, the latest first. */
  readonly programs: readonly Program[]
}

export type Program = Pick<Caller, 'executable' | 'parent'>

export interface ActivityDay {
  /** A moment of the day, in epoch seconds. */
  readonly at: number
  readonly lines: readonly ActivityLine[]
}

export interface ActivityFilter {
  /** As of `clientKey`; absent stands for every client. */
  readonly client?: string
  readonly refusedOnly: boolean
}

// The type keeps it the same as in the protocol, whose module would bring its schema library into the window.
const copyingPerson: typeof inProtocol = 'tokentray-copy'

/**
 * Whether the person copied a token themselves. Any program may take the name, but one that is proven has a process, so that only the host
 * writes a proven caller without one.
 */
export const isPerson = ({ name, proof, pid, executable }: Caller): boolean =>
  name === copyingPerson && proof === 'proven' && pid === undefined && executable === undefined

/** Tells the person from a program of that name. */
export const clientKey = (caller: Caller): string => (isPerson(caller) ? 'person' : `client ${caller.name}`)

/** Every client in the ledger once, by name. */
export function clientsOf(entries: readonly LedgerEntry[]): readonly Caller[] {
  const clients = new Map(entries.map(({ caller }) => [clientKey(caller), caller]))
  return [...clients.values()].sort((one, other) => one.name.localeCompare(other.name, 'en'))
}

/** The ledger by days in the time zone of the person, the latest day first and in it the line with the latest entry. */
export function activityDays(entries: readonly LedgerEntry[], filter: ActivityFilter): readonly ActivityDay[] {
  const days = new Map<string, { at: number; lines: Map<string, ActivityLine> }>()
  for (const entry of [...entries].reverse().sort((one, other) => other.at - one.at)) {
    if (!fits(entry, filter)) continue
    const name = new Date(entry.at * 1000).toDateString()
    const day = days.get(name) ?? { at: entry.at, lines: new Map() }
    days.set(name, day)
    const key = lineKey(entry)
    const line = day.lines.get(key)
    day.lines.set(key, line === undefined ? firstOf(entry, key) : withEarlier(line, entry))
  }
  return [...days.values()].map(({ at, lines }) => ({ at, lines: [...lines.values()] }))
}

const fits = ({ caller, outcome }: LedgerEntry, { client, refusedOnly }: ActivityFilter): boolean =>
  (client === undefined || clientKey(caller) === client) && (!refusedOnly || outcome !== 'handed_out')

/** A client that only says its name is not added to one that is proven, which it may not be. */
const lineKey = ({ caller, account, outcome }: LedgerEntry): string =>
  JSON.stringify([clientKey(caller), caller.proof, account, outcome])

const firstOf = ({ caller, provider, account, outcome, count, at }: LedgerEntry, key: string): ActivityLine => ({
  ...{ key, caller, provider, account, outcome, count, at },
  programs: programOf(caller),
})

const withEarlier = (line: ActivityLine, { caller, count }: LedgerEntry): ActivityLine => ({
  ...line,
  count: line.count + count,
  programs: [...line.programs, ...programOf(caller).filter((program) => !line.programs.some(isSame(program)))],
})

function programOf({ executable, parent }: Caller): readonly Program[] {
  if (executable === undefined && parent === undefined) return []
  return [{ ...(executable === undefined ? {} : { executable }), ...(parent === undefined ? {} : { parent }) }]
}

const isSame = (one: Program) => (other: Program) => one.executable === other.executable && one.parent === other.parent

/** Seconds in which a client is one that used an account lately. */
const lately = 86_400

/** Which clients got a token of an account in the last day, by name, the latest first; `now` in epoch seconds. */
export function latelyUsedBy(account: string, entries: readonly LedgerEntry[], now: number): readonly string[] {
  const used = entries.filter(
    (entry) => entry.account === account && entry.outcome === 'handed_out' && entry.at > now - lately && !isPerson(entry.caller),
  )
  return [...new Set(used.sort((one, other) => other.at - one.at).map(({ caller }) => caller.name))]
}
