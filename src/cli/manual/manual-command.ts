import type { Command } from 'commander'
import { readVersion } from '../../protocol/version.ts'
import type { Output } from '../report-error.ts'

const help = `
It is for man, where the page is not installed:
  tokentray man | man -l -
`

export function describeManual(program: Command, { stdout }: Output): void {
  program
    .command('man')
    .description('print the manual page of tokentray, in the format of man')
    .addHelpText('after', help)
    .action(async () => {
      // Every other command would pay for them.
      const { commandTree } = await import('../command-tree.ts')
      const { manualPage } = await import('./manual-page.ts')
      stdout.write(manualPage(commandTree(program), readVersion()))
    })
}
