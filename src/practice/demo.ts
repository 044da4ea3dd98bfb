import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { approveAuthorization } from './approve.ts'
import { practiceApiUrl } from './constants.ts'

/**
 * `npm run demo`: the whole product in half a minute, with no account, no browser, no keychain and no network. The broker, the
 * commands and the server are the real ones; only the person who presses Allow is played here.
 */
const tokentray = fileURLToPath(new URL('../node/tokentray.js', import.meta.url))
const home = await mkdtemp(join(tmpdir(), 'tokentray-demo-'))
const env = { ...process.env, TOKENTRAY_HOME: home, TOKENTRAY_VAULT: 'memory', TOKENTRAY_LOG: 'silent', TOKENTRAY_SOCKET: '' }
const children: ChildProcess[] = []

const say = (text: string) => process.stdout.write(`${text}\n`)
const title = (text: string) => say(`\n${text}`)

/** Starts a command and echoes what it prints; `line` settles with the first line that fits. */
function start(command: string, args: readonly string[], options: { readonly quiet?: boolean } = {}) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const lines: string[] = []
  const waiting = new Set<(line: string) => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    if (!options.quiet) say(`  ${line}`)
    for (const listener of waiting) listener(line)
  })
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(lines.join('\n')) : reject(new Error(`${command} ended with code ${code}`)),
    )
  })
  const line = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      waiting.add((text) => pattern.test(text) && resolve(text))
      ended.then(() => reject(new Error(`${command} ended too early`)), reject)
    })
  ended.catch(() => {})
  return { child, ended, line }
}

const run = (args: readonly string[], options?: { readonly quiet?: boolean }) =>
  start(process.execPath, [tokentray, ...args], options)

async function demo(): Promise<void> {
  title('$ tokentray daemon')
  const daemon = run(['daemon'])
  await daemon.line(/ready/)

  title('$ tokentray login practice --no-browser')
  const login = run(['login', 'practice', '--no-browser'])
  const address = await login.line(/^http/)
  say('  (a person would open this address; the demo presses Allow)')
  const redirect = await approveAuthorization(address.trim())
  await fetch(redirect)
  await login.ended

  title('$ tokentray status')
  await run(['status']).ended

  title('$ tokentray token practice')
  const token = await run(['token', 'practice']).ended

  const socket = join(home, 'agent.sock')
  title(`$ curl --unix-socket ${socket} -H 'Accept: text/plain' http://localhost/v1/token/practice`)
  await start('curl', [
    '-sS',
    '--unix-socket',
    socket,
    '-H',
    'Accept: text/plain',
    'http://localhost/v1/token/practice',
  ]).ended.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    say('  (curl is not installed here; the rest goes on)')
  })

  title(`$ curl -H "Authorization: Bearer $(tokentray token practice)" ${practiceApiUrl()}/whoami`)
  const answer = await fetch(`${practiceApiUrl()}/whoami`, { headers: { authorization: `Bearer ${token}` } })
  say(`  ${await answer.text()}`)
  if (!answer.ok) throw new Error(`the API answered with status ${answer.status}`)

  daemon.child.kill('SIGTERM')
  await daemon.ended
  title('That was everything: one login, one owner, a fresh token for any tool.')
}

try {
  await demo()
} catch (error) {
  process.stderr.write(`The demo stopped: ${(error as Error).message}\n`)
  process.exitCode = 1
} finally {
  for (const child of children) child.kill()
  await rm(home, { recursive: true, force: true })
}
