import { createInterface } from 'node:readline'
import { type BrokerClient, createBrokerClient } from '../client/index.ts'
import {
  BrokerError,
  type LoginDecision,
  type LoginFlow,
  type LoginStatus,
  loginError,
  type StartLoginResponse,
} from '../protocol/index.ts'
import { hasDisplay, openInBrowser } from './browser.ts'
import { askLine, type Terminal } from './hidden-input.ts'
import { identityText } from './identity-text.ts'
import { type Output, reportError } from './report-error.ts'
import { withRules } from './rule-card.ts'

export interface LoginOptions {
  readonly browser: boolean
  readonly flow?: LoginFlow
  readonly paste?: boolean
  readonly device?: boolean
  readonly account?: string
  readonly label?: string
  readonly redirectHost?: '127.0.0.1' | 'localhost'
  readonly acceptProviderRules?: boolean
  readonly replace?: boolean
  readonly add?: boolean
  /** A program waits for it: a sign-in that somebody else has opened is left to them, and shown to nobody twice. */
  readonly forProgram?: boolean
}

export interface LoginContext extends Output, Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly socket: string
  readonly stderr: NodeJS.WriteStream
  /** Calls the listener when the person presses Ctrl-C; the returned function ends it. */
  onInterrupt(listener: () => void): () => void
}

/** Signs in, and waits for the end: the redirect and a pasted line race, and whichever comes first wins. */
export async function login(provider: string, options: LoginOptions, context: LoginContext): Promise<void> {
  const client = createBrokerClient(context.socket)
  const flow = chosenFlow(options)
  const start = (accepts: boolean) =>
    client.startLogin({
      provider,
      ...(flow === undefined ? {} : { flow }),
      ...(options.account === undefined ? {} : { account: options.account }),
      ...(options.label === undefined ? {} : { label: options.label }),
      ...(options.redirectHost === undefined ? {} : { redirect_host: options.redirectHost }),
      ...(accepts ? { accept_provider_rules: true } : {}),
    })
  const started = await withRules(provider, client, context, start, options.acceptProviderRules === true)
  const isOthers = options.forProgram === true && started.joined === true
  // From the first moment on, so that Ctrl-C never leaves a sign-in behind that holds the port.
  const stopInterrupt = isOthers ? () => {} : context.onInterrupt(() => void client.cancelLogin(started.id).catch(() => {}))
  if (isOthers) context.stderr.write('The sign-in is open already, and this waits for its end.\n')
  else await invite(started, options, context)
  const stopPasting = readPastedLines(client, started.id, context)
  try {
    const ended = await waitForEnd(client, started.id)
    stopPasting()
    const status = ended.status === 'undecided' ? await decide(client, ended, options, context) : ended
    if (status.status === 'completed') {
      const who = status.identity === undefined ? '' : identityText(status.identity)
      context.stderr.write(`Signed in: ${status.account}${who === '' ? '' : ` as ${who}`}\n`)
    }
    if (status.status === 'failed') throw loginError(status.error)
  } finally {
    stopInterrupt()
    stopPasting()
  }
}

function chosenFlow({ flow, paste, device }: LoginOptions): LoginFlow | undefined {
  const chosen = [flow, paste ? 'paste' : undefined, device ? 'device' : undefined].filter((each) => each !== undefined)
  const [first, second] = new Set(chosen)
  if (second === undefined) return first as LoginFlow | undefined
  throw new BrokerError('invalid_request', `--${first} and --${second} exclude each other.`, { fix: 'Say one of them.' })
}

async function invite(started: StartLoginResponse, options: LoginOptions, context: LoginContext): Promise<void> {
  const { prompt, authorization_url: address } = started
  if (prompt.kind === 'device') {
    context.stderr.write(`Open this address on any device, and type the code ${prompt.user_code}:\n`)
    // On standard output alone, so that a script can take it.
    context.stdout.write(`${prompt.verification_uri}\n`)
    context.stderr.write(`${prompt.user_code}\n`)
    return
  }
  const wanted = options.browser && hasDisplay(context.env)
  const opened = wanted && (await openInBrowser(address))
  context.stderr.write(opened ? 'The browser opens. If it does not, open this address:\n' : 'Open this address in a browser:\n')
  context.stdout.write(`${address}\n`)
  if (prompt.kind === 'paste') context.stderr.write(`${prompt.reason}\n`)
  const paste = 'paste the address of the page you end on, or the code it shows, here, and press Enter.'
  const where = prompt.kind === 'browser' ? `Waiting on port ${prompt.redirect_port}. Or ${paste}` : `Then ${paste}`
  context.stderr.write(`${where}\n`)
}

/** Somebody else signed in than the account belongs to. Without a word of the person, nothing is changed. */
async function decide(
  client: BrokerClient,
  { id, account, identity }: Extract<LoginStatus, { status: 'undecided' }>,
  options: LoginOptions,
  context: LoginContext,
): Promise<LoginStatus> {
  const who = identityText(identity) || 'somebody else'
  context.stderr.write(`You signed in as ${who}, and ${account} belongs to somebody else.\n`)
  const decision = options.replace ? 'replace' : options.add ? 'add' : await askDecision(context)
  if (decision !== undefined) return client.decideLogin(id, decision)
  await client.decideLogin(id, 'discard').catch(() => {})
  throw new BrokerError('login_failed', `Nothing was changed: ${account} keeps its login.`, {
    fix: 'Choose the right person in the browser; or say --replace to give the account to them, or --add for one more account.',
  })
}

async function askDecision(context: LoginContext): Promise<LoginDecision | undefined> {
  if (!context.stdin.isTTY || !context.stderr.isTTY) return undefined
  const said = (await askLine(context, '[a]dd as one more account, [r]eplace, or [d]iscard? ')).toLowerCase()
  return (['add', 'replace', 'discard'] as const).find((each) => said !== '' && each.startsWith(said))
}

async function waitForEnd(client: BrokerClient, id: string): Promise<LoginStatus> {
  for (;;) {
    const status = await client.loginStatus(id, 30)
    if (status.status !== 'pending') return status
  }
}

/** Hands every line of standard input to the broker; one that does not fit is explained, and the login goes on. */
function readPastedLines(client: BrokerClient, id: string, context: LoginContext): () => void {
  const lines = createInterface({ input: context.stdin })
  lines.on('line', (line) => {
    if (line.trim() !== '') client.submitResponse(id, line).catch((error: unknown) => reportError(error, context))
  })
  return () => {
    lines.close()
    context.stdin.unref?.()
  }
}
