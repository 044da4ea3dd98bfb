import { Argument, type Command } from 'commander'
import { type BrokerClient, createBrokerClient } from '../client/index.ts'
import {
  type ApprovalDecision,
  type ApprovalRequest,
  BrokerError,
  type BrokerSnapshot,
  type LedgerEntry,
} from '../protocol/index.ts'
import { checkedLines } from './checked-lines.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { checkedClientName } from './client-name.ts'
import { approvalText, callerText, clientsText, ledgerText, timeText } from './client-text.ts'
import { askLine } from './hidden-input.ts'
import { parseEnd, parseStart } from './point-in-time.ts'

/** The commands about programs that ask for tokens. */
export function describeClientCommands(program: Command, vault: ChosenVault, process: NodeJS.Process): void {
  const broker = () => createBrokerClient(vault.socket())
  describeClients(program, broker, process)
  program
    .command('approve [client]')
    .description('answer a program that waits for your permission')
    .option('--once', 'let it have the token it waits for')
    .option('--always', 'let it have tokens from now on')
    .option('--deny', 'refuse it, now and from now on')
    .action((client: string | undefined, options: ApproveOptions) => approve(broker(), client, options, process))
  program
    .command('ledger')
    .description('show who got which token when')
    .option('--client <name>', 'only this client')
    .option('--account <selector>', 'only this account, or all of this provider')
    .option('--since <time>', 'only what is newer than some time, such as 1d, or than a date, such as 2030-12-31')
    .option('--limit <number>', 'how many lines, at most 1000', '100')
    .option('--json', 'print JSON, one line for each entry')
    .action((options: LedgerOptions) => ledger(broker(), options, process))
}

function describeClients(program: Command, broker: () => BrokerClient, { stdout, stderr }: NodeJS.Process): void {
  const clients = program
    .command('clients')
    .description('show and decide which programs may have tokens')
    .allowExcessArguments()
    // A command that does something by itself has none otherwise.
    .helpCommand(true)
    .action(async (_options: unknown, { args: [unknown] }: Command) => {
      if (unknown !== undefined) clients.error(`error: unknown command '${unknown}'`)
      stdout.write(`${await listClients(broker())}\n`)
    })
  clients
    .command('allow <client>')
    .description('let a program have tokens without asking')
    .option('--accounts <selectors>', 'only of these accounts, with commas in between')
    .option('--until <time>', 'only for some time, such as 8h, or until a date, such as 2030-12-31')
    .action(async (client: string, options: { accounts?: string; until?: string }) => {
      const rule = await broker().putRule(checkedClientName(client), {
        decision: 'allow',
        ...(options.accounts === undefined ? {} : { accounts: options.accounts.split(',').map((each) => each.trim()) }),
        ...(options.until === undefined ? {} : { until: parseEnd(options.until, Date.now()) }),
      })
      stderr.write(`Allowed: ${rule.client}${rule.until === undefined ? '' : `, until ${timeText(rule.until)}`}\n`)
    })
  clients
    .command('deny <client>')
    .description('refuse a program every token')
    .action(async (client: string) => {
      stderr.write(`Denied: ${(await broker().putRule(checkedClientName(client), { decision: 'deny' })).client}\n`)
    })
  clients
    .command('forget <client>')
    .description('forget what was decided about a program')
    .action(async (client: string) => {
      await broker().removeRule(checkedClientName(client))
      stderr.write(`Forgotten: ${client.toLowerCase()}\n`)
    })
  clients
    .command('ask')
    .description('whether a program that is new has to ask you first')
    .addArgument(new Argument('<value>').choices(['on', 'off']))
    .action(async (value: string) => {
      const { ask } = await broker().setAsk(value === 'on')
      stderr.write(ask ? 'New clients have to ask you first.\n' : 'New clients get tokens without asking you.\n')
    })
}

async function listClients(broker: BrokerClient): Promise<string> {
  const [policy, recent, { accounts }] = await Promise.all([broker.policy(), broker.ledger(1_000), broker.status()])
  const seen = new Set(recent.map((entry) => entry.caller.name))
  // A client that asks all the time must not hide when another one was last seen.
  const unseen = policy.rules.filter((rule) => !seen.has(rule.client))
  const earlier: LedgerEntry[] = []
  // One after the other, as the broker reads them anyhow: it turns away a crowd.
  for (const rule of unseen) earlier.push(...(await broker.ledger(1, { client: rule.client })))
  return clientsText(policy, [...earlier, ...recent], accounts, Date.now())
}

interface ApproveOptions {
  readonly once?: true
  readonly always?: true
  readonly deny?: true
}

/** Without a decision in the options, the person is asked; with several programs waiting, they are listed. */
async function approve(
  broker: BrokerClient,
  client: string | undefined,
  options: ApproveOptions,
  { stdin, stdout, stderr }: NodeJS.Process,
): Promise<void> {
  const chosen = chosenDecision(options)
  const status = await broker.status()
  const waiting = waitingUnder(client, status)
  const [first] = waiting
  if (first === undefined) return void stderr.write('No program waits for your permission.\n')
  const lines = waiting.map((request) => approvalText(request, status.accounts, Date.now()))
  if (waiting.some((request) => programOf(request) !== programOf(first))) {
    const ids = waiting.map(({ id }, index) => `${id}  ${lines[index]}`).join('\n')
    if (chosen === undefined) return void stdout.write(`${ids}\nAnswer one of them with \`tokentray approve <client or id>\`.\n`)
    throw new BrokerError('invalid_request', `Several programs wait:\n${ids}`, { fix: 'Name one, by its client or its id.' })
  }
  stderr.write(`${lines.join('\n')}\n`)
  const decision = chosen ?? (await askPerson(stdin, stderr))
  await settle(broker, waiting, decision)
  stderr.write(`${decided[decision]}: ${first.caller.name}\n`)
}

/** One that has gone meanwhile takes nothing from the others. Throws `unknown_approval` when nobody was left. */
async function settle(broker: BrokerClient, waiting: readonly ApprovalRequest[], decision: ApprovalDecision): Promise<void> {
  let settled = false
  let gone: unknown
  for (const { id } of waiting) {
    // A decision for good settles everything that the client waits for.
    if (settled && decision !== 'once') return
    try {
      await broker.decide(id, decision)
      settled = true
    } catch (error) {
      if (!(error instanceof BrokerError) || error.code !== 'unknown_approval') throw error
      gone = error
    }
  }
  if (!settled) throw gone
}

const decided: Readonly<Record<ApprovalDecision, string>> = {
  once: 'Allowed once',
  always: 'Allowed from now on',
  deny: 'Denied from now on',
}

const programOf = ({ caller }: ApprovalRequest): string => `${caller.name} ${callerText({ ...caller, pid: 0 })}`

/** Everybody, or who goes by this name or id. Throws `unknown_approval` when a name was given and nobody goes by it. */
function waitingUnder(client: string | undefined, { approvals }: BrokerSnapshot): readonly ApprovalRequest[] {
  if (client === undefined) return approvals
  const found = approvals.filter(({ id, caller }) => id === client || caller.name === client.toLowerCase())
  if (found.length > 0) return found
  throw new BrokerError('unknown_approval', `"${client.slice(0, 80)}" does not wait for your permission.`, {
    fix: 'See who waits with `tokentray approve`, or allow a program beforehand with `tokentray clients allow`.',
  })
}

function chosenDecision(options: ApproveOptions): ApprovalDecision | undefined {
  const [decision, ...more] = (['once', 'always', 'deny'] as const).filter((each) => options[each])
  if (more.length === 0) return decision
  throw new BrokerError('invalid_request', `--${decision} and --${more[0]} exclude each other.`, { fix: 'Say one of them.' })
}

async function askPerson(stdin: NodeJS.ReadStream, stderr: NodeJS.WriteStream): Promise<ApprovalDecision> {
  const said = (await askLine({ stdin, stderr }, '[o]nce, [a]lways or [d]eny? ')).toLowerCase()
  const decision = (['once', 'always', 'deny'] as const).find((each) => said !== '' && each.startsWith(said))
  if (decision !== undefined) return decision
  throw new BrokerError('invalid_request', 'Nothing was decided.', {
    fix: 'Answer o, a or d, or say --once, --always or --deny.',
  })
}

interface LedgerOptions {
  readonly client?: string
  readonly account?: string
  readonly since?: string
  readonly limit: string
  readonly json?: true
}

async function ledger(broker: BrokerClient, options: LedgerOptions, { stdout, stderr }: NodeJS.Process): Promise<void> {
  const entries = await broker.ledger(checkedLines(options.limit), {
    ...(options.client === undefined ? {} : { client: checkedClientName(options.client) }),
    ...(options.account === undefined ? {} : { account: options.account }),
    ...(options.since === undefined ? {} : { since: parseStart(options.since, Date.now()) }),
  })
  if (options.json) stdout.write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  else if (entries.length === 0)
    stderr.write(isNarrowed(options) ? 'Nothing in the ledger is like that.\n' : 'Nobody has asked for a token yet.\n')
  else stdout.write(`${ledgerText(entries, (await broker.status()).accounts)}\n`)
}

const isNarrowed = ({ client, account, since }: LedgerOptions): boolean => (client ?? account ?? since) !== undefined
