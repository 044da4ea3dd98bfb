import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'

/** How a command ended. `failed`: it did not begin; `code` is what a shell answers then. */
export type ChildEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'failed'; readonly code: 126 | 127; readonly reason: string }

/** What is passed on to the command while it runs. */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGTSTP', 'SIGCONT'] as const satisfies NodeJS.Signals[]

/** The keys of a terminal send these to every process of the group in the foreground, so that the command has got its own. */
const sentByKeys: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGTSTP'])

/**
 * Runs a command in the place of this process, as far as a child can: it has the same terminal and the same process group, gets the
 * signals that this process gets, and when it stops, this process stops as well, so that the shell has the terminal back.
 */
export function runChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<ChildEnd> {
  return new Promise((resolve) => {
    let child: ChildProcess | undefined
    const listeners = passedOn.map((signal) => [signal, () => passOn(child, signal)] as const)
    for (const [signal, listener] of listeners) process.on(signal, listener)
    // A child that stops tells it in the same way as one that ends.
    const onChild = () => stopWith(child)
    process.on('SIGCHLD', onChild)
    const end = (how: ChildEnd) => {
      for (const [signal, listener] of listeners) process.off(signal, listener)
      process.off('SIGCHLD', onChild)
      resolve(how)
    }
    try {
      child = spawn(command, args, { env, stdio: 'inherit' })
    } catch (error) {
      return end(failure(command, error as NodeJS.ErrnoException))
    }
    child.once('error', (error) => end(failure(command, error)))
    child.once('exit', (code, signal) => end(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'killed', signal }))
  })
}

function failure(command: string, { code }: NodeJS.ErrnoException): ChildEnd {
  if (code === 'ENOENT') return { kind: 'failed', code: 127, reason: `There is no command "${command}".` }
  const why = code === 'EACCES' ? 'it is no program, or not yours to run' : (code ?? 'it cannot be started')
  return { kind: 'failed', code: 126, reason: `"${command}" cannot be run: ${why}.` }
}

function passOn(child: ChildProcess | undefined, signal: NodeJS.Signals): void {
  if (sentByKeys.has(signal) && isInForeground()) return
  child?.kill(signal)
}

/** Stops this process while the child is stopped. SIGCONT, which ends that, is passed on. */
function stopWith(child: ChildProcess | undefined): void {
  if (child?.pid !== undefined && child.exitCode === null && isStopped(child.pid)) process.kill(process.pid, 'SIGSTOP')
}

/** Whether the group of this process has the terminal. Elsewhere than on Linux, a terminal as one of the three streams tells it. */
function isInForeground(): boolean {
  if (process.platform !== 'linux') return Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY)
  const [, , group, , terminal, foreground] = statOf('self')
  return terminal !== '0' && group === foreground
}

function isStopped(pid: number): boolean {
  try {
    if (process.platform === 'linux') return statOf(String(pid))[0] === 'T'
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T')
  } catch {
    return false
  }
}

/** State, parent, group, session, terminal and the group in the foreground of it (proc(5)); the name before may have spaces in it. */
function statOf(process: string): readonly string[] {
  const text = readFileSync(`/proc/${process}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** They leave an image of the process behind, and the one of this process has tokens in it. */
const dumping: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGSYS',
])

/**
 * Ends this process as the command ended: with its code, or by its signal. A signal that would write this process to the disk is told by
 * the code alone, as a shell does.
 */
export function endAs(end: ChildEnd): void {
  if (end.kind !== 'killed') process.exit(end.code)
  const code = 128 + constants.signals[end.signal]
  if (dumping.has(end.signal)) process.exit(code)
  process.kill(process.pid, end.signal)
  // Node ignores some of them.
  setTimeout(() => process.exit(code), 200)
}
