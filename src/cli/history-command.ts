import { type Command, Option } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import { checkedLines } from './checked-lines.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { historyText } from './history-text.ts'
import { parseStart } from './point-in-time.ts'
import type { Output } from './report-error.ts'

interface HistoryOptions {
  readonly since?: string
  readonly limit: string
  readonly format?: 'text' | 'json'
  readonly json?: true
}

const help = `
Failures in a row for one reason are one line, and the line of the next refresh says how many there were.

Examples:
  tokentray history anthropic --since 2d
  tokentray history --format json | jq 'select(.event == "ended")'
`

/** The command that answers "why was I logged out on Tuesday?". */
export function describeHistory(program: Command, vault: ChosenVault, process: NodeJS.Process): void {
  program
    .command('history [selector]')
    .description('show what happened to each login when: signed in, refreshed and why, failed, ended, locked')
    .option('--since <time>', 'only what is newer than some time, such as 2d, or than a date, such as 2030-12-31')
    .option('--limit <number>', 'how many lines, at most 1000', '100')
    .addOption(new Option('--format <format>', 'text, or a line of JSON for each entry').choices(['text', 'json']))
    .option('--json', 'short for --format json')
    .addHelpText('after', help)
    .action((selector: string | undefined, options: HistoryOptions) => history(selector, options, vault, process))
}

async function history(
  selector: string | undefined,
  options: HistoryOptions,
  vault: ChosenVault,
  { stdout, stderr }: Output,
): Promise<void> {
  const broker = createBrokerClient(vault.socket())
  const { format = options.json ? 'json' : 'text' } = options
  const entries = await broker.history(checkedLines(options.limit), {
    ...(selector === undefined ? {} : { account: selector }),
    ...(options.since === undefined ? {} : { since: parseStart(options.since, Date.now()) }),
  })
  // What befell all logins is answered for one that nothing is known of as well.
  if (!entries.some((entry) => 'account' in entry)) {
    stderr.write(`Nothing has happened to ${selector ?? 'any login'} in this time.\n`)
  }
  if (format === 'json') stdout.write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  else if (entries.length > 0) stdout.write(`${vault.words(historyText(entries, (await broker.status()).accounts))}\n`)
}
