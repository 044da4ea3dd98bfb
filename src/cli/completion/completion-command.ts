import { Argument, type Command } from 'commander'
import type { Output } from '../report-error.ts'
import { type CompletionShell, completionScripts } from './completion-scripts.ts'

const help = `
To have it in every new shell:
  bash         add to ~/.bashrc:   eval "$(tokentray completion bash)"
  zsh          add to ~/.zshrc, behind the line with compinit:
                                   eval "$(tokentray completion zsh)"
  fish         tokentray completion fish > ~/.config/fish/completions/tokentray.fish
  powershell   add to $PROFILE:    tokentray completion powershell | Out-String | Invoke-Expression

It completes commands, options and what they take, and of a broker that runs the names of your accounts, vaults and programs. The script
needs not be made anew after an update.
`

const shells = Object.keys(completionScripts) as CompletionShell[]

export function describeCompletion(program: Command, { stdout }: Output): void {
  program
    .command('completion')
    .description('print the script that makes your shell complete the words of tokentray')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .addHelpText('after', help)
    .action((shell: CompletionShell) => {
      stdout.write(completionScripts[shell])
    })
  // For the build, which keeps the answer for `complete-words`.
  program.command('command-tree', { hidden: true }).action(async () => {
    const { commandTree } = await import('../command-tree.ts')
    stdout.write(JSON.stringify(commandTree(program)))
  })
}
