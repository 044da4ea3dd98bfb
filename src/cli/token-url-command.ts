import { createBrokerClient } from '../client/index.ts'
import { serveTokenUrl } from '../client/token-url.ts'
import { BrokerError, loginError } from '../protocol/errors.ts'
import { askToken, type TokenSource } from './asked-token.ts'
import { checkedClientName } from './client-name.ts'
import { dialects } from './dialects.ts'
import { parseDuration } from './duration.ts'
import { namedAccount } from './token-wish.ts'

export interface TokenUrlOptions {
  readonly for: string
  readonly port?: string
  readonly client?: string
}

/** Seconds; a timer of Node has no longer one. */
const longest = 20 * 86_400

/**
 * Serves the token of one account at a URL of this computer until the time is over or a signal ends it. A token is asked for when somebody
 * wants it. Whether there is one is asked before, so that a selector that means nothing is told at once.
 */
export async function tokenUrl(
  selector: string,
  options: TokenUrlOptions,
  source: Omit<TokenSource, 'client'>,
  process: Pick<NodeJS.Process, 'stdout' | 'once'>,
): Promise<void> {
  const seconds = lifeOf(options.for)
  const asking: TokenSource = { ...source, client: options.client ?? 'tokentray-url' }
  const answer = () =>
    askToken(selector, asking).then(dialects.container, (error) => Promise.reject(source.vault.explained(error)))
  const port = portOf(options.port)
  await requireToken(selector, asking)
  const end = Date.now() + seconds * 1000
  const served = await serveTokenUrl({ port, answer, isOver: () => Date.now() >= end })
  process.stdout.write(`TOKENTRAY_TOKEN_URL=${served.url}\nTOKENTRAY_TOKEN_AUTHORIZATION=${served.authorization}\n`)
  source.stderr.write(`Served until ${new Date(end).toLocaleString()}, or until this command ends.\n`)
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        clearTimeout(timer)
        resolve()
      })
    }
  })
  await served.close()
}

/** Throws why the broker would hand out no token now. */
async function requireToken(selector: string, { env, vault, client }: TokenSource): Promise<void> {
  const { account } = namedAccount({ selector }, env)
  const named = account === undefined || selector.includes(':') ? {} : { account }
  const { winner, error } = await createBrokerClient(vault.socket()).explain(selector, {
    ...named,
    client: checkedClientName(client),
  })
  if (winner === undefined && error !== undefined) throw loginError(error)
}

function lifeOf(text: string): number {
  const seconds = parseDuration(text)
  if (seconds > 0 && seconds <= longest) return seconds
  throw new BrokerError('invalid_request', 'A token can be served for up to 20 days.', { fix: 'Write a time such as --for 8h.' })
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 0
  if (/^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536) return Number(text)
  throw new BrokerError('invalid_request', `"${text.slice(0, 40)}" is no port.`, { fix: 'Write a number from 1 to 65535.' })
}
