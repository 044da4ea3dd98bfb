// Processes that the test runner starts: each in a group of its own, so that a phase which hangs or is interrupted takes its
// grandchildren (browsers, daemons, a keyring) with it.
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

const running = new Set()
let interrupted = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt)

/** Ends everything that runs, gives the sessions the time to remove their folders, and exits. */
async function interrupt() {
  if (interrupted) return
  interrupted = true
  for (const child of running) signalGroup(child, 'SIGTERM')
  for (let waited = 0; running.size > 0 && waited < 5_000; waited += 50) await sleep(50)
  for (const child of running) signalGroup(child, 'SIGKILL')
  process.exit(130)
}

/**
 * Runs a command, its output shown unless `quiet`. Resolves with its exit code; a command over its time is ended and counts as 124.
 *
 * @param {readonly string[]} argv
 * @param {{ env?: NodeJS.ProcessEnv, limitMs: number, quiet?: boolean }} options
 * @returns {Promise<number>}
 */
export function run(argv, { env = process.env, limitMs, quiet = false }) {
  // The promise stays open: nothing more is begun while the runner is on its way out.
  if (interrupted) return new Promise(() => {})
  return new Promise((resolve) => {
    const output = quiet ? 'ignore' : 'inherit'
    const child = spawn(argv[0], argv.slice(1), { env, stdio: ['ignore', output, output], detached: true })
    running.add(child)
    let late = false
    const limit = setTimeout(() => {
      late = true
      console.error(`ended after ${limitMs / 1000} s: ${argv.join(' ')}`)
      signalGroup(child, 'SIGTERM')
      setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000).unref()
    }, limitMs)
    child.once('error', (error) => {
      console.error(String(error))
      clearTimeout(limit)
      running.delete(child)
      resolve(127)
    })
    child.once('exit', (code) => {
      clearTimeout(limit)
      running.delete(child)
      if (!interrupted) resolve(late ? 124 : (code ?? 1))
    })
  })
}

/**
 * Starts an X server that nobody sees, on a display number that it picks itself: two test runs at once cannot meet.
 *
 * @returns {Promise<{ display: string, stop: () => void }>}
 */
export function startDisplay() {
  const args = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset']
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true })
  running.add(server)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => {
      running.delete(server)
      reject(new Error(`Xvfb ended with ${code}`))
    })
    server.stdio[3].once('data', (number) => {
      resolve({ display: `:${String(number).trim()}`, stop: () => server.kill() })
    })
  })
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group is gone already.
  }
}
