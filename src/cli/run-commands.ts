import { type Command, Option } from 'commander'
import type { TokenSource } from './asked-token.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { describeCredentialCommands } from './credential-commands.ts'
import { type EnvOptions, env as printEnv } from './env-command.ts'
import { type ExecOptions, exec, readExecWords } from './exec-command.ts'
import { shells } from './shell-lines.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The commands that give a token to a program: in its environment, in lines for a shell, or in a language of its own. */
export function describeRunCommands(program: Command, vault: ChosenVault, env: Environment, process: NodeJS.Process): void {
  const source: Omit<TokenSource, 'client'> = { env, vault, stderr: process.stderr }
  describeExec(program, source)
  describeEnv(program, source, process)
  describeCredentialCommands(program, source, process)
}

const set = () =>
  new Option('--set <NAME=selector>', 'the variable for a token, where the usual ones are not wanted; may be repeated').argParser(
    (value: string, before: string[] = []) => [...before, value],
  )
const minValid = ['--min-valid <time>', 'how long the tokens must still be valid, such as 8h'] as const

const execHelp = `
The variables are those that the tools of the provider read: ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN, OPENAI_API_KEY,
GEMINI_API_KEY and so on, with the address of the API. A provider of your own, such as my-llm, gets MY_LLM_ACCESS_TOKEN and
MY_LLM_BASE_URL. What your environment has in them is replaced, and what the tools would use instead is taken away.

The command gets a token once. When it runs for longer than the token is valid, say --min-valid, or connect the tool in a way that
asks again. It ends with the exit code or the signal of the command; 126 and 127 as in a shell when it cannot be run.

Examples:
  tokentray exec anthropic:work -- claude
  tokentray exec --min-valid 2h chatgpt openrouter -- aider --model openrouter/auto
  tokentray exec --set ANTHROPIC_AUTH_TOKEN=anthropic -- python agent.py
  tokentray exec --set MY_TOKEN=practice -- sh -c 'curl -H "Authorization: Bearer $MY_TOKEN" http://127.0.0.1:14551/api/whoami'
`

function describeExec(program: Command, source: Omit<TokenSource, 'client'>): void {
  program
    .command('exec')
    .usage('[options] <selectors...> -- <command> [arguments...]')
    .argument('[selectors...]')
    .description('run a command with tokens in its environment, and nowhere else')
    .allowUnknownOption()
    .addOption(set())
    .option(...minValid)
    .option('--client <name>', 'as it shall appear in the ledger (default: the name of the command)')
    .option('--verbose', 'say which variables are set and which are taken away')
    .addHelpText('after', execHelp)
    .action((words: string[], options: ExecOptions) => {
      const { rawArgs } = program as unknown as { readonly rawArgs: readonly string[] }
      return exec(readExecWords(words, rawArgs), options, source)
    })
}

const envHelp = `
Examples:
  eval "$(tokentray env anthropic:work)"                                      sh, bash, zsh
  tokentray env anthropic:work | source                                       fish
  tokentray env anthropic:work | Out-String | Invoke-Expression               PowerShell
  eval "$(tokentray env --unset anthropic)"                                   take them away again

Every program that this shell starts can read them then. \`tokentray exec\` gives them to one program only.
`

function describeEnv(program: Command, source: Omit<TokenSource, 'client'>, { stdout }: NodeJS.Process): void {
  program
    .command('env [selectors...]')
    .description('print lines that set the variables of tokens in your shell')
    .addOption(new Option('--shell <shell>', 'for which shell (default: yours)').choices(shells))
    .addOption(set())
    .option(...minValid)
    .option('--client <name>', 'as it shall appear in the ledger (default: tokentray-env)')
    .option('--unset', 'print lines that take the variables away')
    .option('--show', 'print tokens even on a terminal')
    .addHelpText('after', envHelp)
    .action((selectors: string[], options: EnvOptions) => printEnv(selectors, options, source, stdout))
}
