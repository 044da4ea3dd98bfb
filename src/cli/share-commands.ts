import type { Command } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import { BrokerError, type Share } from '../protocol/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { timeText } from './client-text.ts'
import { columns } from './columns.ts'
import type { SshOptions } from './ssh-command.ts'

const examples = `
Examples:
  tokentray ssh build-machine --account openai-codex:work
  tokentray ssh me@10.0.0.7 --account anthropic --for 2h -p 2222 -- ./run-tests

On the other machine nothing has to be installed:
  curl -sS --unix-socket "$TOKENTRAY_SOCKET" -H 'Accept: text/plain' http://localhost/v1/token/openai-codex
`

/** The commands that lend tokens to another machine, and take them back. */
export function describeShareCommands(program: Command, vault: ChosenVault, process: NodeJS.Process): void {
  program
    .command('ssh [arguments...]')
    .usage('<[user@]host> [options] [options of ssh] [-- command...]')
    .description('open a session on another machine that gets tokens of the accounts you name')
    .allowUnknownOption()
    .option('--account <selector>', 'an account it may use; may be given several times', collect, [])
    .option('--for <time>', 'for how long, a week at most', '8h')
    .option('--remote-folder <folder>', 'the folder of the socket on the other machine', '/tmp')
    .option('--command <line>', 'run this there instead of a login shell; the same as `-- command...`')
    .addHelpText('after', examples)
    .action(async (args: string[], options: SshOptions) => {
      const { ssh } = await import('./ssh-command.ts')
      process.exitCode = await ssh(args, options, vault.socket(), process)
    })
  describeShares(program, vault, process)
}

function describeShares(program: Command, vault: ChosenVault, { stdout, stderr }: NodeJS.Process): void {
  const broker = () => createBrokerClient(vault.socket())
  const shares = program
    .command('shares')
    .description('show the sockets that give tokens to other machines')
    .option('--json', 'print JSON')
    .allowExcessArguments()
    .helpCommand(true)
    .action(async ({ json }: { json?: true }, { args: [unknown] }: Command) => {
      if (unknown !== undefined) shares.error(`error: unknown command '${unknown}'`)
      const found = await broker().shares()
      if (json) stdout.write(`${JSON.stringify({ shares: found }, null, 2)}\n`)
      else if (found.length === 0) stderr.write('Nothing is shared.\n')
      else stdout.write(`${sharesText(found)}\n`)
    })
  shares
    .command('end [id]')
    .description('end a share at once, with every connection to it')
    .option('--all', 'end all of them')
    .action(async (id: string | undefined, { all }: { all?: true }) => {
      if ((id === undefined) === (all === undefined)) {
        throw new BrokerError('invalid_request', 'Name one share, or say --all.', { fix: 'See them with `tokentray shares`.' })
      }
      const ids = id === undefined ? (await broker().shares()).map((share) => share.id) : [id]
      for (const each of ids) stderr.write(`Ended: ${(await endShare(broker(), each, all === true))?.name ?? each}\n`)
      if (ids.length === 0) stderr.write('Nothing is shared.\n')
    })
}

/** One that has ended meanwhile is no failure of somebody who wants all of them ended. */
async function endShare(broker: ReturnType<typeof createBrokerClient>, id: string, all: boolean): Promise<Share | undefined> {
  try {
    return await broker.endShare(id)
  } catch (error) {
    if (all && error instanceof BrokerError && error.code === 'unknown_share') return undefined
    throw error
  }
}

const sharesText = (shares: readonly Share[]): string =>
  columns(
    shares.map(({ id, name, accounts, expires_at }) => [id, name, `until ${timeText(expires_at)}`, accounts.join(', ')]),
  ).join('\n')

const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value]
