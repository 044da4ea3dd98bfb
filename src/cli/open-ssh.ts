import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { BrokerError } from '../protocol/errors.ts'
import { firstWithSockets } from './ssh-session.ts'

/** What OpenSSH writes when the server did not make the socket; older versions begin it with `Warning`. */
const forwardingFailed = 'remote port forwarding failed for listen path'

/** Characters of what OpenSSH says that are looked at: a failure to forward comes before the session. */
const mostLookedAt = 16_384

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The version of the OpenSSH that is installed. Throws `not_found` without one, and `invalid_request` for one that is too old. */
export function sshVersion(env: NodeJS.ProcessEnv): number {
  const { stderr = '', error } = spawnSync('ssh', ['-V'], { env, encoding: 'utf8', timeout: 10_000 })
  const fix = `Install OpenSSH ${firstWithSockets} or newer, and see that \`ssh\` is in PATH.`
  if (error !== undefined) {
    const { code } = error as NodeJS.ErrnoException
    throw new BrokerError('not_found', code === 'ENOENT' ? 'There is no `ssh` here.' : `\`ssh\` cannot be run (${code}).`, {
      fix,
    })
  }
  const version = Number(/OpenSSH(?:_for_Windows)?_(\d+\.\d+)/.exec(stderr)?.[1])
  if (version >= firstWithSockets) return version
  throw new BrokerError('invalid_request', `The \`ssh\` here cannot forward sockets: ${stderr.trim().slice(0, 80)}`, { fix })
}

export interface SshEnd {
  /** As a shell would tell it: 128 and the number of a signal. */
  readonly code: number
  readonly forwardingFailed: boolean
}

/**
 * Runs OpenSSH on the terminal of this process until it ends. Signals for this process are passed on to it, so that the share ends
 * when the session has, and not before.
 */
export function runSsh(args: readonly string[], process: NodeJS.Process): Promise<SshEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', args, { env: process.env, stdio: ['inherit', 'inherit', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < mostLookedAt) said += text
      process.stderr.write(text)
    })
    const passOn = (signal: NodeJS.Signals) => void child.kill(signal)
    for (const signal of signals) process.on(signal, passOn)
    const settle = () => {
      for (const signal of signals) process.off(signal, passOn)
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle()
      reject(new BrokerError('internal_error', `\`ssh\` cannot be run (${error.code}).`))
    })
    child.once('close', (code, signal) => {
      settle()
      const end = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
      resolve({ code: end, forwardingFailed: end !== 0 && said.includes(forwardingFailed) })
    })
  })
}
