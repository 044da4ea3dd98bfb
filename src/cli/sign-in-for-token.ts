import { Readable } from 'node:stream'
import { type BrokerClient, createBrokerClient } from '../client/index.ts'
import {
  type AccountStatus,
  BrokerError,
  type ErrorResponse,
  errorResponse,
  type LoginFlow,
  linkNamed,
  type ProviderInfo,
} from '../protocol/index.ts'
import { hasDisplay } from './browser.ts'
import { type LoginContext, type LoginOptions, login } from './login-command.ts'
import type { AwaitedSignIn } from './token-command.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Signs in because a program wants a token: as `tokentray login` does, with every word on standard error, because the token goes to
 * standard output. A sign-in that is under way is joined, and one that was begun goes on when the time is over, so that the next
 * request of the program finds it. Answers why there is no login, with the command for it.
 */
export async function signInForToken(
  wish: AwaitedSignIn,
  env: Environment,
  process: NodeJS.Process,
): Promise<ErrorResponse | undefined> {
  const client = createBrokerClient(wish.socket)
  const context = contextOf(wish, env, process)
  let command: string | undefined
  try {
    const plan = await planOf(client, wish, context)
    if (plan === undefined) return wish.refusal
    command = plan.command
    await beforeTheEnd(login(plan.provider, plan.options, context), wish.seconds)
    return undefined
  } catch (error) {
    const told = errorResponse(error)
    if (command === undefined || told.error === 'broker_not_running') return told
    return { error: 'login_required', error_description: told.error_description, fix: `Run \`${command}\`.` }
  }
}

/** A terminal can be typed on. Whatever else a program has as standard input is not meant for this. */
function contextOf(wish: AwaitedSignIn, env: Environment, process: NodeJS.Process): LoginContext {
  const { stderr } = process
  const nothing = Object.assign(Readable.from([]), { isTTY: false }) as unknown as NodeJS.ReadStream
  return {
    env,
    socket: wish.socket,
    stdin: process.stdin.isTTY && stderr.isTTY ? process.stdin : nothing,
    stderr,
    stdout: stderr,
    interrupt: () => process.kill(process.pid, 'SIGINT'),
    // A tool that ends its helper is no person who changed their mind: the sign-in is left to them.
    onInterrupt: (listener) => {
      process.once('SIGINT', listener)
      return () => process.off('SIGINT', listener)
    },
  }
}

interface Plan {
  readonly provider: string
  readonly options: LoginOptions
  /** What the person types to do the same. */
  readonly command: string
}

/** Undefined when a sign-in would be of no use, as for a key, or cannot be made here. */
async function planOf(client: BrokerClient, wish: AwaitedSignIn, context: LoginContext): Promise<Plan | undefined> {
  const [{ accounts }, providers] = await Promise.all([client.status(), client.providers()])
  const info = providers.find(({ id, aliases }) => id === wish.provider || aliases.includes(wish.provider))
  if (info === undefined) return undefined
  const own = accounts.filter((row) => row.provider === info.id && row.id !== info.id)
  const labelled = own.some(({ label }) => label !== undefined && label === wish.account)
  // `anthropic:login` is no label that a new account should have.
  const wanted = !labelled && linkNamed(wish.account) !== undefined ? undefined : wish.account
  const rows = wanted === wish.account ? own : own.filter(({ kind }) => kind === undefined)
  const row = meantRow(rows, wanted)
  const flow = flowFor(info, context)
  if (row?.kind !== undefined || flow === 'none') return undefined
  const label = row === undefined ? wanted : undefined
  const account = row === undefined ? undefined : (row.label ?? row.id)
  const named = [label === undefined ? '' : ` --label ${label}`, account === undefined ? '' : ` --account ${account}`]
  return {
    provider: info.id,
    command: `tokentray login ${info.id}${named.join('')}`,
    options: {
      browser: true,
      forProgram: true,
      ...(flow === undefined ? {} : { flow }),
      ...(label === undefined ? {} : { label }),
      ...(account === undefined ? {} : { account }),
    },
  }
}

function meantRow(own: readonly AccountStatus[], account: string | undefined): AccountStatus | undefined {
  if (account !== undefined) return own.find((row) => row.label === account || row.id === account)
  return own.find((row) => row.is_default) ?? own[0]
}

/** Undefined for the usual way. Nobody can paste anything without a terminal, and a link is of little use without a screen. */
function flowFor({ flows }: ProviderInfo, { stdin, env }: LoginContext): LoginFlow | 'none' | undefined {
  if (stdin.isTTY) return flows.length === 0 ? 'none' : undefined
  const possible = flows.filter((flow) => flow !== 'paste')
  const device = hasDisplay(env) ? undefined : possible.find((flow) => flow === 'device')
  const chosen = device ?? possible[0] ?? 'none'
  return chosen === flows[0] ? undefined : chosen
}

/** Rejects with `login_required` when the time is over first. */
async function beforeTheEnd(signingIn: Promise<void>, seconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new BrokerError('login_required', `Nobody signed in within ${seconds} s.`)), seconds * 1000)
  })
  try {
    await Promise.race([signingIn, late])
  } finally {
    clearTimeout(timer)
    // What becomes of it after the time is told by the next request.
    signingIn.catch(() => {})
  }
}
