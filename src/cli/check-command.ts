import { type BrokerClient, createBrokerClient } from '../client/index.ts'
import { type AccountStatus, BrokerError, type CheckResult, errorTable, parseSelector } from '../protocol/index.ts'
import { columns } from './columns.ts'
import { parseDuration } from './duration.ts'
import { selectors } from './status-text.ts'

export interface CheckOptions {
  readonly timeout: string
  readonly verbose?: boolean
  readonly json?: boolean
}

/** One line of the answer. `stored` means that there is a login which could not be validated. */
interface Checked {
  readonly selector: string
  readonly provider: string
  readonly account?: string
  readonly status: 'ready' | 'stored' | 'missing'
  readonly reason?: string
  readonly fix?: string
  readonly detail?: string
}

/** Asks each provider whether its logins work, all at once. Answers the exit code: that of the first login that does not. */
export async function check(
  names: readonly string[],
  options: CheckOptions,
  socket: string,
  stdout: { write(text: string): unknown },
): Promise<number> {
  const broker = createBrokerClient(socket)
  const timeout = Math.min(120, Math.max(1, parseDuration(options.timeout)))
  const { accounts } = await broker.status()
  const rows = await chosenRows(broker, accounts, names)
  const select = selectors(accounts)
  const checked = await Promise.all(rows.map((row) => checkRow(broker, row, select(row), timeout)))
  stdout.write(options.json ? `${JSON.stringify(checked, null, 2)}\n` : `${checkText(checked, options.verbose === true)}\n`)
  const bad = checked.find(
    ({ status, reason }) => (status === 'stored' && reason !== undefined) || (status === 'missing' && names.length > 0),
  )
  return bad === undefined ? 0 : errorTable[bad.status === 'missing' ? 'login_required' : 'temporarily_unavailable'].exit
}

/** Every row, or those that are named: a provider means all of its accounts. Throws `unknown_provider` or `unknown_account`. */
async function chosenRows(
  broker: BrokerClient,
  accounts: readonly AccountStatus[],
  names: readonly string[],
): Promise<readonly AccountStatus[]> {
  if (names.length === 0) return accounts
  const providers = await broker.providers()
  return names.flatMap((name) => {
    const { provider, label } = parseSelector(name)
    const id = providers.find((each) => each.id === provider || each.aliases.includes(provider))?.id
    const found = accounts.filter(
      (row) => row.id === name || (row.provider === id && (label === undefined || row.label === label)),
    )
    if (found.length > 0) return found
    throw new BrokerError('unknown_account', `There is no account "${name.slice(0, 80)}".`)
  })
}

/** A provider without an account has a row with its own id. */
async function checkRow(broker: BrokerClient, row: AccountStatus, selector: string, timeout: number): Promise<Checked> {
  const { id, provider } = row
  if (id === provider) return { selector, provider, status: 'missing' }
  const result = await broker.check(id, timeout).catch((error: unknown): CheckResult => {
    const { code, message, fix } = error as BrokerError
    return { account: id, status: 'failed', reason: { code, description: message, ...(fix === undefined ? {} : { fix }) } }
  })
  const base = { selector, provider, account: id }
  if (result.status === 'ready') return { ...base, status: 'ready' }
  if (result.status === 'unchecked') return { ...base, status: 'stored' }
  const { reason, detail } = result
  return {
    ...base,
    status: 'stored',
    reason: reason?.description ?? 'unknown',
    ...(reason?.fix === undefined ? {} : { fix: reason.fix }),
    ...(detail === undefined ? {} : { detail }),
  }
}

function checkText(checked: readonly Checked[], verbose: boolean): string {
  const lines = columns(checked.map((each) => [each.selector, verdictOf(each)]))
  return lines
    .flatMap((line, place) => {
      const { detail, fix } = checked[place] ?? {}
      const more = verbose ? [detail === undefined ? undefined : `    the provider said: ${detail}`, fix && `    ${fix}`] : []
      return [line, ...more.filter((each) => each !== undefined)]
    })
    .join('\n')
}

function verdictOf({ status, reason }: Checked): string {
  switch (status) {
    case 'ready':
      return 'ready (validated)'
    case 'stored':
      return reason === undefined ? 'stored (nothing to validate it with)' : `stored (validation failed: ${reason})`
    default:
      return 'missing'
  }
}
