import { askBroker, type BrokerCall } from '../client/one-shot.ts'
import { BrokerError, type ErrorResponse, errorFromResponse, errorResponse } from '../protocol/errors.ts'
import { type ChosenVault, chosenVault } from './chosen-vault.ts'
import { checkedClientName } from './client-name.ts'
import { dialects, foundToken, readHandOut } from './dialects.ts'
import { isInEnvironment, tokenAlongChain } from './environment-chain.ts'
import { explainWait } from './permission-wait.ts'
import { type Output, oneLine, reportInOneLine } from './report-error.ts'
import { tokenHelp } from './token-help.ts'
import { namedAccount, readTokenWords, rejectedDigest, type TokenWords, tokenPath } from './token-wish.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The sign-in that a request for a token waits for. */
export interface AwaitedSignIn {
  readonly socket: string
  readonly provider: string
  readonly account?: string
  readonly seconds: number
  /** Why there is no token without it. */
  readonly refusal: ErrorResponse
}

/**
 * Opens a sign-in and waits for its end. Answers why there is none; undefined when it is done. An answer and no throw, because it is
 * loaded from another file than the errors of this one.
 */
export type SignIn = (wish: AwaitedSignIn) => Promise<ErrorResponse | undefined>

interface TokenContext {
  readonly env: Environment
  readonly output: Output
  readonly vault: ChosenVault
  readonly signIn: SignIn
}

/** Runs `tokentray token`; answers the exit code. `leadingVault` is the `--vault` that stood before the command. */
export async function runToken(
  argv: readonly string[],
  env: Environment,
  output: Output,
  signIn: SignIn,
  leadingVault?: string,
): Promise<number> {
  let vault = chosenVault(() => leadingVault, env)
  try {
    const words = readTokenWords(argv)
    vault = chosenVault(() => words.vault ?? leadingVault, env)
    if (words.help) {
      output.stdout.write(tokenHelp)
      return 0
    }
    const request: BrokerCall = {
      socket: vault.socket(),
      method: 'GET',
      path: tokenPath(words, env),
      accept: words.format === 'token' ? 'text/plain' : 'application/json',
      client: checkedClientName((words.client ?? env.TOKENTRAY_CLIENT) || 'tokentray'),
      prove: true,
    }
    output.stdout.write(await afterSignIn(words, request, { env, output, vault, signIn }))
    return 0
  } catch (error) {
    return reportInOneLine(vault.explained(error), output)
  }
}

/** The token; with `--wait`, once more when the person has signed in. */
async function afterSignIn(words: TokenWords, request: BrokerCall, context: TokenContext): Promise<string> {
  try {
    return await tokenOf(words, request, context)
  } catch (error) {
    const ends = error instanceof BrokerError && (error.code === 'login_required' || error.code === 'reauthorization_required')
    if (!ends || words.wait === undefined) throw error
    const refusal = errorResponse(context.vault.explained(error))
    const { error_description: why, fix = '' } = refusal
    context.output.stderr.write(oneLine(`tokentray: ${why} ${fix} This waits ${words.wait} s for the sign-in.`))
    const named = namedAccount(words, context.env)
    const failure = await context.signIn({ socket: request.socket, seconds: words.wait, refusal, ...named })
    if (failure !== undefined) throw errorFromResponse(failure)
    return tokenOf(words, request, context)
  }
}

/** The token of the broker, or of the environment where the person has put one and the chain of the provider comes by it. */
async function tokenOf(words: TokenWords, request: BrokerCall, { env, output, vault }: TokenContext): Promise<string> {
  const ask = (link?: 'grant' | 'api_key') => {
    const path = link === undefined ? request.path : `${request.path}${request.path.includes('?') ? '&' : '?'}link=${link}`
    return askBroker({ ...request, path }).finally(explainWait(request, vault, output))
  }
  const written = (answer: string) => (words.format === 'token' ? `${answer}\n` : dialects[words.format](readHandOut(answer)))
  const { provider, account } = namedAccount(words, env)
  if (account !== undefined || words.link !== undefined || !isInEnvironment(provider, env)) return written(await ask())
  const rejected = words.rejected === undefined ? {} : { rejected: rejectedDigest(words.rejected) }
  const answer = await tokenAlongChain(provider, env, { socket: request.socket, ...rejected }, ask)
  return typeof answer === 'string' ? written(answer) : dialects[words.format](foundToken(provider, answer))
}
