import { createBrokerClient } from '../client/index.ts'
import { BrokerError, type CheckResult, type KeyKind } from '../protocol/index.ts'
import { readHidden, readPipe, type Terminal } from './hidden-input.ts'
import { withRules } from './rule-card.ts'

export interface AddOptions {
  readonly stdin?: boolean
  readonly kind?: KeyKind
  readonly label?: string
  readonly account?: string
  readonly acceptProviderRules?: boolean
}

/** As many as the broker takes. Characters. */
const longest = 8_192

/** Keeps a key or token of the person. It is typed on the terminal, which shows nothing of it, or read from the pipe of `--stdin`. */
export async function addKey(provider: string, options: AddOptions, socket: string, terminal: Terminal): Promise<void> {
  const broker = createBrokerClient(socket)
  const secret = await readSecret(provider, options, terminal)
  const add = (accepts: boolean) =>
    broker.addKey({
      provider,
      secret,
      ...(options.kind === undefined ? {} : { kind: options.kind }),
      ...(options.label === undefined ? {} : { label: options.label }),
      ...(options.account === undefined ? {} : { account: options.account }),
      ...(accepts ? { accept_provider_rules: true } : {}),
    })
  const { account, check } = await withRules(provider, broker, terminal, add, options.acceptProviderRules === true)
  terminal.stderr.write(`Added: ${account.id}. ${outcomeText(check)}\n`)
}

/** A key that could not be tried is kept all the same: the network may be gone, and the person knows what they have. */
function outcomeText({ status, reason, detail }: CheckResult): string {
  if (status === 'ready') return 'It was tried, and works.'
  if (status === 'unchecked') return 'This provider offers nothing to try it with.'
  const said = detail === undefined ? '' : ` (${detail})`
  return `It is stored, but it could not be validated: ${reason?.description ?? 'unknown'}${said}`
}

/** Other programs can see arguments and variables, so that a secret comes by neither. */
async function readSecret(provider: string, { stdin: fromPipe }: AddOptions, terminal: Terminal): Promise<string> {
  if (fromPipe && !terminal.stdin.isTTY) {
    const text = await readPipe(terminal.stdin, longest)
    if (text === undefined) throw new BrokerError('invalid_request', `That is too long for a key: ${longest} characters at most.`)
    return nonEmpty(text)
  }
  if (!terminal.stdin.isTTY) {
    throw new BrokerError('invalid_request', 'The key is asked for on a terminal, and there is none here.', {
      fix: `Run \`tokentray add ${provider}\` in a terminal, or give it the key with \`--stdin\`.`,
    })
  }
  const [given] = (await readHidden(terminal, ['Key or token (it is not shown): '])) ?? []
  return nonEmpty(given ?? '')
}

function nonEmpty(text: string): string {
  if (text.trim() !== '') return text.trim()
  throw new BrokerError('invalid_request', 'No key was given.', { fix: 'Nothing was changed.' })
}

/** Somebody who wrote the key on the command line has shown it to every program that runs. */
export function refuseArgument(provider: string): BrokerError {
  return new BrokerError('invalid_request', 'A key is never an argument: other programs and the history of the shell see it.', {
    fix: `Run \`tokentray add ${provider}\` and type it there, or pipe it in with \`--stdin\`. Consider the one you wrote as seen.`,
  })
}
