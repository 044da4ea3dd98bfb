/** A session on another machine, with a socket that is forwarded to it. */
export interface SshSession {
  readonly destination: string
  /** Options for OpenSSH. */
  readonly options: readonly string[]
  /** The socket of the share here. */
  readonly local: string
  /** The socket on the other machine. */
  readonly remote: string
  /** For the shell of the other machine; undefined for a login shell. */
  readonly command: string | undefined
  readonly tty: boolean
  /** Of OpenSSH here, such as 9.2. */
  readonly version: number
}

/** The first OpenSSH that forwards unix sockets, and the first one that has `RemoteCommand`. */
export const firstWithSockets = 6.7
const firstWithRemoteCommand = 7.6

/**
 * The arguments for OpenSSH. The configuration of the person counts but for what would take the socket away: a failure to forward
 * ends the session, a connection that others share is not used (the socket would outlive the session in it), and the configured
 * remote command gives way, because OpenSSH refuses two.
 */
export function sshArguments(session: SshSession): string[] {
  const { destination, options, local, remote, tty, version } = session
  const settings = ['ExitOnForwardFailure=yes', 'ClearAllForwardings=no', 'ControlMaster=no', 'ControlPath=none']
  if (version >= firstWithRemoteCommand) settings.push('RemoteCommand=none')
  return [
    ...settings.flatMap((setting) => ['-o', setting]),
    ...['-R', `${remote}:${local}`],
    ...(tty ? ['-t'] : []),
    ...options,
    ...['--', destination, remoteLine(session)],
  ]
}

/**
 * The line for the login shell of the person there, which may be another one than sh: one line, quoted so that csh and fish read it as
 * sh does. Before the session begins, the socket must be one that its owner alone can use, whatever the `StreamLocalBindMask` of
 * the server is. It is removed at the end, which sshd does not do.
 */
export function remoteLine({ remote, command }: Pick<SshSession, 'remote' | 'command'>): string {
  const script = [
    `s=${quoted(remote)}`,
    `trap 'rm -f "$s"' EXIT`,
    `trap 'exit 129' HUP`,
    `trap 'exit 143' TERM`,
    `set -- $(ls -ln "$s" 2>/dev/null)`,
    `case "$1.$3" in srw-------*."$(id -u)") ;; *) echo "tokentray: others could use the forwarded socket $s; it was removed" >&2; exit 10 ;; esac`,
    'set --',
    'TOKENTRAY_SOCKET="$s"',
    'export TOKENTRAY_SOCKET',
    command === undefined ? `"\${SHELL:-/bin/sh}" -l` : `"\${SHELL:-/bin/sh}" -c ${quoted(command)}`,
  ]
  return `exec /bin/sh -c ${quoted(script.join('; '))}`
}

/** One word for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
