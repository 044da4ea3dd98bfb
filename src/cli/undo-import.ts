import type { BrokerClient } from '../client/index.ts'
import { readConsents, type Surroundings, shortened, stores } from '../integrations/index.ts'
import { BrokerError, type MovedLogin, type ReturnedLogin } from '../protocol/index.ts'
import { printable, timeText } from './client-text.ts'
import { columns } from './columns.ts'

export interface UndoOptions {
  readonly login?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

export interface UndoContext {
  readonly broker: Pick<BrokerClient, 'movedLogins' | 'returnLogin'>
  readonly surroundings: Surroundings
  readonly home: string
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/** Gives a login back to its program; without a program, says which of them can go back. */
export async function undoImport(program: string | undefined, options: UndoOptions, context: UndoContext): Promise<void> {
  const { broker, stdout, stderr, surroundings } = context
  const moved = await broker.movedLogins()
  if (program === undefined) {
    stdout.write(options.json ? `${JSON.stringify({ moved_logins: moved })}\n` : movedText(moved, surroundings))
    return
  }
  const { account, login, path } = theOne(program, moved, options.login)
  // The broker reads that file on behalf of the person.
  if ((await readConsents(context.home))[program] === 'refused') {
    throw new BrokerError('invalid_request', `You have said no to reading the logins of ${nameOf(program)}.`, {
      fix: `Run \`tokentray import ${program} --read-stores\` to allow it.`,
    })
  }
  if (options.dryRun) {
    stderr.write(`TokenTray would give ${printable(login)} (${account}) back to ${nameOf(program)}, and forget it.\n`)
    stderr.write(`  Its newest tokens would be written into ${printable(shortened(path, surroundings))}. Nothing was changed.\n`)
    return
  }
  const returned = await broker.returnLogin(account, program)
  if (options.json) stdout.write(`${JSON.stringify(returned)}\n`)
  else stderr.write(returnedText(returned, surroundings))
}

/** The login that is meant. Which one of several is never guessed; `wanted` may be the account as well, when names are the same. */
function theOne(program: string, moved: readonly MovedLogin[], wanted: string | undefined): MovedLogin {
  const own = moved.filter((each) => each.program === program)
  const fitting = own.filter(({ login, account }) => wanted === undefined || login === wanted || account === wanted)
  const [first, ...others] = fitting
  if (first === undefined) {
    const which = wanted === undefined ? '' : ` "${printable(wanted.slice(0, 80))}"`
    throw new BrokerError('not_found', `No login${which} of ${nameOf(program)} moved here that could go back.`, {
      fix: 'Run `tokentray import --undo` to see which can.',
    })
  }
  if (others.length === 0) return first
  const areNamed = new Set(fitting.map(({ login }) => login)).size === fitting.length
  throw new BrokerError('invalid_request', `Several logins of ${nameOf(program)} moved here.`, {
    fix: `Name one with --login: ${fitting.map(({ login, account }) => printable(areNamed ? login : account)).join(', ')}.`,
  })
}

function movedText(moved: readonly MovedLogin[], surroundings: Surroundings): string {
  if (moved.length === 0) return 'No login moved here from another program that could go back.\n'
  const rows = moved.map(({ program, login, path, account, moved_at }) =>
    [program, login, shortened(path, surroundings), account, timeText(moved_at)].map(printable),
  )
  return `${columns(rows).join('\n')}\n`
}

function returnedText({ account, program, written, left }: ReturnedLogin, surroundings: Surroundings): string {
  const shown = (path: string) => printable(shortened(path, surroundings))
  return [
    `Returned: ${account}. ${nameOf(program)} alone refreshes this login from now on, and TokenTray has forgotten it.`,
    ...written.map(({ path, exact }) => `  ${shown(path)} ${exact ? 'is as before, byte for byte.' : 'has its newest tokens.'}`),
    ...left.map(({ path, reason }) => `  ${shown(path)} has no refresh token still: ${printable(reason)}`),
    '',
  ].join('\n')
}

const nameOf = (program: string): string => stores.find(({ id }) => id === program)?.name ?? printable(program.slice(0, 40))
