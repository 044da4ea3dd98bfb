import { createInterface } from 'node:readline'
import { type BrokerClient, createBrokerClient } from '../client/index.ts'
import { type LoginStatus, loginError, type StartLoginResponse } from '../protocol/index.ts'
import { hasDisplay, openInBrowser } from './browser.ts'
import { type Output, reportError } from './report-error.ts'

export interface LoginOptions {
  readonly browser: boolean
  readonly paste?: boolean
  readonly account?: string
  readonly label?: string
  readonly redirectHost?: '127.0.0.1' | 'localhost'
}

export interface LoginContext extends Output {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly socket: string
  readonly stdin: NodeJS.ReadStream
  /** Calls the listener when the person presses Ctrl-C; the returned function ends it. */
  onInterrupt(listener: () => void): () => void
}

/** Signs in, and waits for the end: the redirect and a pasted line race, and whichever comes first wins. */
export async function login(provider: string, options: LoginOptions, context: LoginContext): Promise<void> {
  const client = createBrokerClient(context.socket)
  const started = await client.startLogin({
    provider,
    ...(options.paste ? { flow: 'paste' as const } : {}),
    ...(options.account === undefined ? {} : { account: options.account }),
    ...(options.label === undefined ? {} : { label: options.label }),
    ...(options.redirectHost === undefined ? {} : { redirect_host: options.redirectHost }),
  })
  // From the first moment on, so that Ctrl-C never leaves a sign-in behind that holds the port.
  const stopInterrupt = context.onInterrupt(() => void client.cancelLogin(started.id).catch(() => {}))
  await invite(started, options, context)
  const stopPasting = readPastedLines(client, started.id, context)
  try {
    const status = await waitForEnd(client, started.id)
    if (status.status === 'completed') context.stderr.write(`Signed in: ${status.account}\n`)
    if (status.status === 'failed') throw loginError(status.error)
  } finally {
    stopInterrupt()
    stopPasting()
  }
}

async function invite(started: StartLoginResponse, options: LoginOptions, context: LoginContext): Promise<void> {
  const wanted = options.browser && hasDisplay(context.env)
  const opened = wanted && (await openInBrowser(started.authorization_url))
  context.stderr.write(opened ? 'The browser opens. If it does not, open this address:\n' : 'Open this address in a browser:\n')
  // On standard output alone, so that a script can take it.
  context.stdout.write(`${started.authorization_url}\n`)
  if (started.prompt.kind === 'paste') context.stderr.write(`${started.prompt.reason}\n`)
  const paste = 'paste the address of the page you end on here, and press Enter.'
  const where =
    started.prompt.kind === 'browser' ? `Waiting on port ${started.prompt.redirect_port}. Or ${paste}` : `Then ${paste}`
  context.stderr.write(`${where}\n`)
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
