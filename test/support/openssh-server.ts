// A real sshd of Debian's openssh-server on the loopback, with its own keys and its own configuration, in a folder that is gone afterwards.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const sshd = '/usr/sbin/sshd'

/** Whether there is a server that could be started. */
export const hasOpensshServer = process.platform === 'linux' && existsSync(sshd)

export interface OpensshServer {
  /** Where everything of it lies. */
  readonly folder: string
  /** For `ssh -F`: the host `far` is this server. */
  readonly config: string
  /** What it has logged. */
  log(): string
}

/** Runs the body with a server that has these further lines in its configuration. */
export async function withOpensshServer<T>(lines: readonly string[], body: (server: OpensshServer) => Promise<T>): Promise<T> {
  const folder = await mkdtemp('/tmp/tt-ssh-')
  const port = await freePort()
  let said = ''
  let child: ChildProcess | undefined
  try {
    await writeKeys(folder)
    await writeFile(join(folder, 'sshd_config'), serverConfig(folder, port, lines))
    await writeFile(join(folder, 'config'), clientConfig(folder, port))
    // The folder that the part without privileges is locked into; the service makes it when it starts.
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
    child = spawn(sshd, ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await untilListening(port, child, () => said)
    return await body({ folder, config: join(folder, 'config'), log: () => said })
  } finally {
    child?.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeKeys(folder: string): Promise<void> {
  for (const name of ['host_key', 'person_key']) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  }
  await copyFile(join(folder, 'person_key.pub'), join(folder, 'authorized_keys'))
  await chmod(join(folder, 'authorized_keys'), 0o600)
}

function serverConfig(folder: string, port: number, lines: readonly string[]): string {
  return [
    // The first value of a setting counts.
    ...lines,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    `PidFile ${folder}/sshd.pid`,
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'AcceptEnv NOTHING',
    '',
  ].join('\n')
}

function clientConfig(folder: string, port: number): string {
  return [
    'Host far',
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    `  User ${userInfo().username}`,
    `  IdentityFile ${folder}/person_key`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${folder}/known_hosts`,
    '  StrictHostKeyChecking accept-new',
    '  BatchMode yes',
    '  ConnectTimeout 10',
    '',
  ].join('\n')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

async function untilListening(port: number, child: ChildProcess, said: () => string): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    if (await answers(port)) return
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`sshd does not run: ${said()}`)
    await sleep(30)
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(port, '127.0.0.1')
    const end = (answer: boolean) => {
      connection.destroy()
      resolve(answer)
    }
    connection.once('connect', () => end(true))
    connection.once('error', () => end(false))
  })
}
