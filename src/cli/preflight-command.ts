import { type BrokerClient, createBrokerClient } from '../client/index.ts'
import { type AccountStatus, BrokerError, errorCodes, errorTable, type StateError } from '../protocol/index.ts'
import { columns } from './columns.ts'
import { parseDuration } from './duration.ts'
import { type Flight, flightOf } from './preflight.ts'
import { duration, selectors } from './status-text.ts'

export interface PreflightOptions {
  readonly for: string
  readonly json?: boolean
}

/**
 * Tells whether logins last for some time, and what ends first if not. Answers the exit code: 0 when all of them last, else the one of the
 * worst: 4 for a sign-in, 10 for an account that is switched off, 5 for what passes by itself.
 */
export async function preflight(
  names: readonly string[],
  options: PreflightOptions,
  socket: string,
  stdout: { write(text: string): unknown },
): Promise<number> {
  const seconds = parseDuration(options.for)
  const broker = createBrokerClient(socket)
  const { accounts } = await broker.status()
  const boarding = names.length === 0 ? inUse(accounts).map(({ id }) => ({ id, name: undefined })) : await chosen(names, broker)
  const usage = await broker.usage()
  const now = Math.floor(Date.now() / 1000)
  const select = selectors(accounts)
  const flights = boarding.map((each) => {
    if ('error' in each) return refused(each.name, each.error)
    const row = accounts.find(({ id }) => id === each.id)
    if (row === undefined)
      return refused(each.name ?? each.id, { code: 'unknown_account', description: 'it is not there any more' })
    const selector = each.name ?? select(row)
    return flightOf({ selector, row, usage: usage.find(({ account }) => account === row.id) }, now, now + seconds)
  })
  stdout.write(options.json ? `${JSON.stringify(flights, null, 2)}\n` : `${preflightText(flights, seconds)}\n`)
  return exitCode(flights)
}

/** The accounts that tools would get tokens of, or why there is none. Throws for a name that means nothing. */
function chosen(names: readonly string[], broker: BrokerClient) {
  return Promise.all(
    names.map(async (name) => {
      const { winner, chain, error } = await broker.explain(name, { client: 'tokentray' })
      // Of the first one that cannot give a token it is known why.
      const id = winner ?? chain.find(({ account }) => account !== undefined)?.account
      if (id !== undefined) return { name, id }
      return { name, error: error ?? { code: 'login_required', description: 'nobody is signed in' } }
    }),
  )
}

function refused(account: string, { code, description, fix }: StateError): Flight {
  const known = errorCodes.find((each) => each === code) ?? 'login_required'
  return { account, verdict: 'ends', reason: description, code: known, ...(fix === undefined ? {} : { fix }) }
}

const words = { lasts: 'yes', risk: 'maybe', ends: 'no' } as const

/** One line for each account, and what to do for those that do not last. */
export function preflightText(flights: readonly Flight[], seconds: number): string {
  const rows = flights.map(({ account, verdict, reason }) => [account, words[verdict], reason])
  const fixes = flights.flatMap(({ account, fix }) => (fix === undefined ? [] : [`  ${account}: ${fix}`]))
  const all = flights.every(({ verdict }) => verdict === 'lasts')
  const sentence = all ? `All of it lasts for ${duration(seconds)}.` : `Not all of it lasts for ${duration(seconds)}.`
  return [...columns(rows), sentence, ...fixes].join('\n')
}

function exitCode(flights: readonly Flight[]): number {
  const codes = flights.flatMap(({ code }) => (code === undefined ? [] : [errorTable[code].exit]))
  return [4, 10, 5].find((code) => codes.includes(code)) ?? codes[0] ?? 0
}

/** Without a name, what the person uses: whoever is signed in and not switched off. */
function inUse(accounts: readonly AccountStatus[]): readonly AccountStatus[] {
  const rows = accounts.filter(
    ({ state, disabled, ownership }) => state.kind !== 'signed_out' && !disabled && ownership?.mode !== 'watched',
  )
  if (rows.length > 0) return rows
  throw new BrokerError('login_required', 'Nobody is signed in to anything.', {
    fix: 'Sign in with `tokentray login <provider>`.',
  })
}
