import { parseArgs } from 'node:util'
import { askBroker, type BrokerCall } from '../client/one-shot.ts'
import { BrokerError } from '../protocol/errors.ts'
import { parseSelector } from '../protocol/selector.ts'
import type { BrokerSnapshot } from '../protocol/snapshot.ts'
import { accountOverride } from './account-override.ts'
import { type ChosenVault, chosenVault } from './chosen-vault.ts'
import { checkedClientName } from './client-name.ts'
import { parseDuration } from './duration.ts'
import { isInEnvironment, tokenAlongChain } from './environment-chain.ts'
import { type Output, reportError } from './report-error.ts'

export const tokenHelp = `Usage: tokentray token <selector> [options]

Prints a fresh access token, and nothing else, on standard output.
A selector is a provider (openai-codex) or a provider and a label (openai-codex:work).

Options:
  --min-valid <time>   how long the token must still be valid, such as 30m (default: 5m)
  --rejected <prefix>  the API refused a token: the first 16 hex digits of its SHA-256, to get a newer one
  --account <label>    the account, as an alternative to provider:label (default: TOKENTRAY_ACCOUNT)
  --client <name>      the tool this is for, as it shall appear in the ledger (default: TOKENTRAY_CLIENT)
  --vault <name>       the vault to take it from (default: TOKENTRAY_VAULT_NAME)
  --json               print the token with its expiry, base URL and headers
  -h, --help           show this help

Without an account, the chain of the provider decides: a token in your environment (such as ANTHROPIC_OAUTH_TOKEN), a login, a
stored key, a key in your environment. \`tokentray why <provider>\` tells which one it is.

Example: curl -H "Authorization: Bearer $(tokentray token practice)" http://127.0.0.1:14551/api/whoami
`

type Environment = Readonly<Record<string, string | undefined>>

/** Runs `tokentray token`; answers the exit code. `leadingVault` is the `--vault` that stood before the command. */
export async function runToken(
  argv: readonly string[],
  env: Environment,
  output: Output,
  leadingVault?: string,
): Promise<number> {
  let vault = chosenVault(() => leadingVault, env)
  try {
    const wish = parse(argv)
    const { values } = wish
    vault = chosenVault(() => values.vault ?? leadingVault, env)
    if (values.help) {
      output.stdout.write(tokenHelp)
      return 0
    }
    const request: BrokerCall = {
      socket: vault.socket(),
      method: 'GET',
      path: tokenPath(wish, env),
      accept: values.json ? 'application/json' : 'text/plain',
      client: checkedClientName((values.client ?? env.TOKENTRAY_CLIENT) || 'tokentray'),
      prove: true,
    }
    const answer = await tokenOf(wish, request, { env, output, vault })
    output.stdout.write(`${values.json ? JSON.stringify(JSON.parse(answer), null, 2) : answer}\n`)
    return 0
  } catch (error) {
    return reportError(vault.explained(error), output)
  }
}

/** The token of the broker, or of the environment where the person has put one and the chain of the provider comes by it. */
async function tokenOf(
  wish: Wish,
  request: BrokerCall,
  { env, output, vault }: { readonly env: Environment; readonly output: Output; readonly vault: ChosenVault },
): Promise<string> {
  const ask = (link?: 'grant' | 'api_key') => {
    const path = link === undefined ? request.path : `${request.path}${request.path.includes('?') ? '&' : '?'}link=${link}`
    return askBroker({ ...request, path }).finally(explainWait(request, vault, output))
  }
  const { provider, account } = namedAccount(wish, env)
  if (account !== undefined || !isInEnvironment(provider, env)) return ask()
  const rejected = wish.values.rejected === undefined ? {} : { rejected: digest(wish.values.rejected) }
  const answer = await tokenAlongChain(provider, env, { socket: request.socket, ...rejected }, ask)
  if (typeof answer === 'string') return answer
  const { variable, value } = answer
  return wish.values.json ? JSON.stringify({ access_token: value, token_type: 'Bearer', provider, variable }) : value
}

/** The account that the request names, or the environment for it. */
function namedAccount({ selector, values }: Wish, env: Environment): { readonly provider: string; readonly account?: string } {
  const { provider, label } = parseSelector(selector)
  const account = label ?? values.account ?? accountOverride(provider, env.TOKENTRAY_ACCOUNT)
  return { provider, ...(account === undefined ? {} : { account }) }
}

function tokenPath(wish: Wish, env: Environment): string {
  const { selector, values } = wish
  const { account } = namedAccount(wish, env)
  const query = new URLSearchParams()
  if (values['min-valid'] !== undefined) query.set('min_valid', String(parseDuration(values['min-valid'])))
  if (account !== undefined && !selector.includes(':')) query.set('account', account)
  if (values.rejected !== undefined) query.set('rejected', digest(values.rejected))
  return `/v1/token/${encodeURIComponent(selector)}${query.size === 0 ? '' : `?${query}`}`
}

function digest(text: string): string {
  if (/^[0-9a-f]{8,64}$/i.test(text)) return text.toLowerCase()
  throw new BrokerError('invalid_request', 'What follows --rejected is no beginning of a SHA-256.', {
    fix: 'Write the first 16 hex digits, or all 64, of the SHA-256 of the token that was refused. Never the token itself.',
  })
}

/** Says after a second that the person is asked, when that is what takes so long. The returned function ends it. */
function explainWait({ socket, client = '' }: BrokerCall, vault: ChosenVault, { stderr }: Output): () => void {
  const explain = async () => {
    const { approvals = [] } = JSON.parse(
      await askBroker({ socket, method: 'GET', path: '/v1/status' }),
    ) as Partial<BrokerSnapshot>
    if (!approvals.some(({ caller }) => caller.name === client.toLowerCase())) return
    stderr.write(`tokentray: "${client}" waits for your permission.\n`)
    stderr.write(vault.words(`  Press Allow in the tray, or run \`tokentray approve ${client}\` in another terminal.\n`))
  }
  // Whatever is wrong with the broker, the request for the token says so itself.
  const timer = setTimeout(() => void explain().catch(() => {}), 1_000)
  return () => clearTimeout(timer)
}

interface Wish {
  readonly selector: string
  readonly values: {
    readonly 'min-valid'?: string | undefined
    readonly rejected?: string | undefined
    readonly account?: string | undefined
    readonly client?: string | undefined
    readonly vault?: string | undefined
    readonly json?: boolean | undefined
    readonly help?: boolean | undefined
  }
}

function parse(argv: readonly string[]): Wish {
  const [first, ...others] = argv
  // The usual call has one word, and for one word the parser of options need not be loaded.
  if (first !== undefined && !first.startsWith('-') && others.length === 0) return { selector: first, values: {} }
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        'min-valid': { type: 'string' },
        rejected: { type: 'string' },
        account: { type: 'string' },
        client: { type: 'string' },
        vault: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const [selector, ...extra] = positionals
    if (!values.help && (selector === undefined || extra.length > 0)) {
      throw new Error(selector === undefined ? 'A selector is missing.' : `"${extra[0]}" is too much.`)
    }
    return { values, selector: selector ?? '' }
  } catch (error) {
    throw new BrokerError('invalid_request', (error as Error).message.split('. To specify')[0] ?? '', {
      fix: 'Usage: tokentray token <selector> [options]; `tokentray token --help` lists them.',
    })
  }
}
