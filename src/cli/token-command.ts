import { parseArgs } from 'node:util'
import { askBroker } from '../client/one-shot.ts'
import { BrokerError } from '../protocol/errors.ts'
import { parseSelector } from '../protocol/selector.ts'
import { socketPath } from '../protocol/socket-path.ts'
import { parseDuration } from './duration.ts'
import { type Output, reportError } from './report-error.ts'

export const tokenHelp = `Usage: tokentray token <selector> [options]

Prints a fresh access token, and nothing else, on standard output.
A selector is a provider (openai-codex) or a provider and a label (openai-codex:work).

Options:
  --min-valid <time>  how long the token must still be valid, such as 30m (default: 5m)
  --json              print the token with its expiry, base URL and headers
  -h, --help          show this help

Example: curl -H "Authorization: Bearer $(tokentray token practice)" http://127.0.0.1:14551/api/whoami
`

/** Runs `tokentray token`; answers the exit code. */
export async function runToken(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  output: Output,
): Promise<number> {
  try {
    const { values, selector } = parse(argv)
    if (values.help) {
      output.stdout.write(tokenHelp)
      return 0
    }
    const query = values['min-valid'] === undefined ? '' : `?min_valid=${parseDuration(values['min-valid'])}`
    parseSelector(selector)
    const answer = await askBroker({
      socket: socketPath(env),
      method: 'GET',
      path: `/v1/token/${encodeURIComponent(selector)}${query}`,
      accept: values.json ? 'application/json' : 'text/plain',
    })
    output.stdout.write(`${values.json ? JSON.stringify(JSON.parse(answer), null, 2) : answer}\n`)
    return 0
  } catch (error) {
    return reportError(error, output)
  }
}

function parse(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        'min-valid': { type: 'string' },
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
      fix: 'Usage: tokentray token <selector> [--min-valid <time>] [--json]',
    })
  }
}
