import type { Command } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { describeHistory } from './history-command.ts'
import { duration } from './status-text.ts'

/** The commands that change one account and keep its login, and the one that tells what happened to it. */
export function describeAccountCommands(program: Command, vault: ChosenVault, process: NodeJS.Process): void {
  const { stderr } = process
  const broker = () => createBrokerClient(vault.socket())
  program
    .command('enable <selector>')
    .description('hand out tokens of an account again')
    .action(async (selector: string) => {
      stderr.write(`Switched on: ${(await broker().changeAccount(selector, { disabled: false })).id}\n`)
    })
  program
    .command('disable <selector>')
    .description('hand out no tokens of an account; its login is kept fresh')
    .action(async (selector: string) => {
      const { id } = await broker().changeAccount(selector, { disabled: true })
      stderr.write(vault.words(`Switched off: ${id}. Its login is kept; \`tokentray enable ${id}\` switches it on.\n`))
    })
  program
    .command('refresh <selector>')
    .description('refresh the token of an account now')
    .action(async (selector: string) => {
      const { id, state } = await broker().refresh(selector)
      const end = state.kind === 'active' ? state.expires_at : undefined
      stderr.write(`Refreshed: ${id}${end === undefined ? '' : `, fresh for ${duration(end - Date.now() / 1000)}`}\n`)
    })
  describeHistory(program, vault, process)
}
