import { randomBytes } from 'node:crypto'
import { type BrokerClient, createBrokerClient, holdShare } from '../client/index.ts'
import { BrokerError, longestShare, type Share, type ShareEnd, socketPathLimit } from '../protocol/index.ts'
import { timeText } from './client-text.ts'
import { parseDuration } from './duration.ts'
import { runSsh, sshVersion } from './open-ssh.ts'
import { readSshArguments, shareNameOf } from './ssh-arguments.ts'
import { sshArguments } from './ssh-session.ts'

export interface SshOptions {
  readonly account: readonly string[]
  readonly for: string
  readonly remoteFolder: string
  readonly command?: string
}

/**
 * Opens a session on another machine with a share forwarded to it, and answers the exit code of OpenSSH. The share lives by the
 * connection of this process to the broker, so that it ends with this process, however that ends.
 */
export async function ssh(
  args: readonly string[],
  options: SshOptions,
  socket: string,
  process: NodeJS.Process,
): Promise<number> {
  const { destination, options: sshOptions } = readSshArguments(args)
  const remote = remoteSocket(options.remoteFolder)
  const seconds = readTime(options.for)
  const version = sshVersion(process.env)
  const broker = createBrokerClient(socket)
  const accounts = options.account.length > 0 ? [...options.account] : [await onlyAccount(broker)]
  const share = await broker.createShare({ accounts, name: shareNameOf(destination), for: seconds })
  const hold = await holdShare(socket, share.id)
  const { stderr, stdin } = process
  let over = false
  void hold.ended.then((reason) => {
    // A terminal in raw mode does not go back to the first column by itself.
    if (!over) stderr.write(`\r\ntokentray: this session gets no more tokens: ${ends[reason]}\r\n`)
  })
  try {
    requirePlainPath(share)
    stderr.write(`Sharing ${share.accounts.join(', ')} with ${destination} until ${timeText(share.expires_at)}\n`)
    const { command } = options
    const tty = command === undefined && stdin.isTTY === true
    const session = { destination, options: sshOptions, local: share.socket, remote, command, tty, version }
    const end = await runSsh(sshArguments(session), process)
    if (end.forwardingFailed) stderr.write(forwardingAdvice(destination, options.remoteFolder))
    return end.code
  } finally {
    over = true
    hold.release()
  }
}

const ends: Readonly<Record<ShareEnd, string>> = {
  revoked: 'the share was revoked.',
  time_over: 'its time is over.',
  let_go: 'the share was let go.',
  signed_out: 'its accounts were signed out.',
  broker_stopped: 'TokenTray has ended.',
}

/** The accounts of a person are theirs to name; only where there is one, nothing has to be chosen. */
async function onlyAccount(broker: BrokerClient): Promise<string> {
  const signedIn = (await broker.status()).accounts.filter(({ state, disabled }) => state.kind !== 'signed_out' && !disabled)
  const [first, ...more] = signedIn
  if (first === undefined) {
    throw new BrokerError('login_required', 'There is no account to share.', { fix: 'Sign in with `tokentray login` first.' })
  }
  if (more.length === 0) return first.id
  const names = signedIn.map(({ id, provider, label }) => (label === undefined ? id : `${provider}:${label}`))
  throw new BrokerError('invalid_request', 'Several accounts are signed in, and none is shared unless you name it.', {
    fix: `Say --account for each that the other machine may use: ${names.slice(0, 8).join(', ')}.`,
  })
}

function readTime(text: string): number {
  const seconds = parseDuration(text)
  if (seconds >= 1 && seconds <= longestShare) return seconds
  throw new BrokerError('invalid_request', `A share lasts from a second to a week, and not "${text.slice(0, 40)}".`, {
    fix: 'Write a number with m, h or d, such as --for 8h.',
  })
}

/** A name that nobody can have made a socket under before. Throws `invalid_request`. */
function remoteSocket(folder: string): string {
  const path = `${folder.replace(/\/+$/, '')}/tokentray-${randomBytes(16).toString('hex')}.sock`
  if (!/^\/[\w./@+-]+$/.test(path)) {
    throw new BrokerError(
      'invalid_request',
      `${JSON.stringify(folder.slice(0, 80))} is no folder that a socket can be forwarded to.`,
      {
        fix: 'Write an absolute path of letters, digits, dots, dashes and underscores.',
      },
    )
  }
  const bytes = Buffer.byteLength(path)
  if (bytes <= socketPathLimit) return path
  throw new BrokerError(
    'invalid_request',
    `The socket there would have a path of ${bytes} bytes; ${socketPathLimit} is the limit.`,
    {
      fix: 'Name a folder with a shorter path with --remote-folder.',
    },
  )
}

/** OpenSSH reads more than a path into these characters. */
function requirePlainPath({ socket }: Share): void {
  if (!/[:%$\\"'\s]/.test(socket)) return
  throw new BrokerError('socket_unusable', `OpenSSH cannot forward a socket with this path: ${socket}`, {
    fix: 'Set TOKENTRAY_SOCKET to a path without spaces, quotes, colons, % and $, and start TokenTray again.',
  })
}

function forwardingAdvice(destination: string, folder: string): string {
  return [
    `tokentray: ${destination} did not make the forwarded socket in ${folder}.`,
    `  Its sshd needs \`AllowStreamLocalForwarding yes\` and OpenSSH 6.7 or newer, and you must be able to write in ${folder}; name another folder with --remote-folder.\n`,
  ].join('\n')
}
