import type { Command } from 'commander'
import { BrokerError } from '../protocol/errors.ts'
import type { TokenSource } from './asked-token.ts'
import { gitCredential, readGitRequest } from './git-credential.ts'
import { readPipe } from './hidden-input.ts'
import { type TokenUrlOptions, tokenUrl } from './token-url-command.ts'

/** More than git ever writes. Characters. */
const longestGitRequest = 65_536

/** The commands that programs talk to, each in its own language. */
export function describeCredentialCommands(program: Command, source: Omit<TokenSource, 'client'>, process: NodeJS.Process): void {
  describeCredential(program, source, process)
  program
    .command('token-url <selector>')
    .description('serve a token to containers, at an address of this computer that needs a password')
    .option('--for <time>', 'how long', '8h')
    .option('--port <number>', 'the port (default: any that is free)')
    .option('--client <name>', 'as it shall appear in the ledger (default: tokentray-url)')
    .addHelpText('after', urlHelp)
    .action((selector: string, options: TokenUrlOptions) => tokenUrl(selector, options, source, process))
}

const credentialHelp = `
Git runs it itself, once this is in its settings. It needs a provider "github" of your own, whose login git may use:
  git config --global credential.https://github.com.helper '!tokentray credential git'

For another host, name the provider, or one of several accounts:
  git config --global credential.https://gitlab.com.helper '!tokentray credential git --selector gitlab:work'

A token is given to the host of its own API only. Other hosts, \`store\` and \`erase\` are answered with nothing.
`

function describeCredential(program: Command, source: Omit<TokenSource, 'client'>, { stdin, stdout }: NodeJS.Process): void {
  program
    .command('credential')
    .description('answer programs that ask for a password in a language of their own')
    .command('git <operation>')
    .description('as a credential helper of git: get, store or erase')
    .option('--selector <selector>', 'whose token (default: the one for the host)')
    .addHelpText('after', credentialHelp)
    .action(async (operation: string, { selector }: { selector?: string }) => {
      const text = await readPipe(stdin, longestGitRequest)
      if (text === undefined) throw new BrokerError('invalid_request', 'That is more than git ever asks.')
      stdout.write(await gitCredential(operation, readGitRequest(text), selector, source))
    })
}

const urlHelp = `
It prints the address and the password as lines of an environment file, and serves until the time is over or it is ended. The
address is of 127.0.0.1 and nothing else, so that a container has to share the network of this computer:
  tokentray token-url chatgpt --for 8h > token.env &
  docker run --network host --env-file token.env my-image

In the container, each request gets a token that is fresh then, with Expiration, BaseUrl and Headers:
  curl -H "Authorization: $TOKENTRAY_TOKEN_AUTHORIZATION" "$TOKENTRAY_TOKEN_URL"
`
