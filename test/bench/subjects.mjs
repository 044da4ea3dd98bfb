// What is measured: every server, started once and kept for the whole run.
import fs from 'node:fs'
import path from 'node:path'
import { electronRuntime, sandboxSwitches, testCache } from '../support/electron-runtime.mjs'
import { startDisplay } from '../support/test-process.mjs'
import { Child, cleanEnvironment } from './children.mjs'
import { call, readAnswer, signIn, waitForBroker } from './token-socket.mjs'
import { HERE, PROJECT } from './tools.mjs'

/**
 * @typedef {{ id: string, title: string, socket: string, pid: number, home?: string }} Subject
 * `pid` is the process that answers; the CPU time of all its threads is what a request costs.
 * @typedef {{ folder: string, program: (name: string) => string, practice: Child, upstream: string }} Workshop
 */

/** @param {(name: string) => string} program */
export async function startPractice(program) {
  const practice = new Child([process.execPath, program('practice')], cleanEnvironment())
  return { practice, upstream: await practice.line() }
}

/**
 * The broker on plain Node, as `tokentray daemon` runs it.
 *
 * @param {Workshop} workshop
 * @param {string} id
 * @param {string} title
 * @param {string} out the build to take it from
 * @returns {Promise<Subject>}
 */
export async function startHeadless(workshop, id, title, out) {
  const env = brokerEnvironment(workshop, id)
  const child = new Child([process.execPath, path.join(out, 'node/tokentray.js'), 'daemon'], env)
  return signedIn(workshop, id, title, env, child)
}

/**
 * The real app: Electron, its tray, and the broker in a worker thread. The display is one that nobody sees.
 *
 * @param {Workshop} workshop
 * @returns {Promise<Subject>}
 */
export async function startElectron(workshop) {
  if (process.platform === 'linux' && !hasCommands(['Xvfb', 'dbus-daemon', 'dbus-send'])) {
    throw new Error('Xvfb and dbus are needed; `npm test` says how to install them')
  }
  const { executable, version } = await electronRuntime({ log: (line) => console.error(line) })
  const { display, stop } = await startDisplay()
  process.on('exit', stop)
  const env = {
    ...brokerEnvironment(workshop, 'electron'),
    DISPLAY: display,
    TOKENTRAY_TEST: '1',
    // The session replaces HOME, and with it the place where the runtime is.
    TOKENTRAY_TEST_CACHE: testCache(),
  }
  const session = ['bash', path.join(PROJECT, 'test/support/with-keyring.sh'), '--no-secret-service']
  const app = [process.execPath, workshop.program('app'), executable, ...sandboxSwitches(), PROJECT]
  const child = new Child([...session, ...app], env)
  const subject = await signedIn(workshop, 'electron', `TokenTray in Electron ${version}`, env, child)
  // An app that is still busy with its start would be measured with that work.
  await untilQuiet(subject.pid)
  return subject
}

/** @param {Workshop} workshop @param {string} id */
function brokerEnvironment(workshop, id) {
  const home = path.join(workshop.folder, id)
  return {
    ...cleanEnvironment(),
    TOKENTRAY_HOME: home,
    TOKENTRAY_SOCKET: path.join(home, 'agent.sock'),
    TOKENTRAY_VAULT: 'memory',
    TOKENTRAY_UPSTREAM: workshop.upstream,
  }
}

/** @returns {Promise<Subject>} */
async function signedIn(workshop, id, title, env, child) {
  try {
    const socket = env.TOKENTRAY_SOCKET
    const { pid } = await waitForBroker(socket, child)
    await signIn(socket, workshop.practice)
    const { access_token: token } = await call(socket, 'GET', '/v1/token/practice')
    if (token.length < 1_900 || token.length > 2_100) throw new Error(`the token has ${token.length} bytes, not 2,000`)
    return { id, title, socket, pid, home: env.TOKENTRAY_HOME }
  } catch (error) {
    await child.stop()
    throw error
  }
}

/**
 * The servers that do nothing, with the answer of the real one.
 *
 * @param {string} folder
 * @param {Subject} source
 * @param {{ program: string } | { missing: string }} echo
 * @returns {Promise<Subject[]>}
 */
export async function startLimits(folder, source, echo) {
  const answer = path.join(folder, 'answer')
  fs.writeFileSync(answer, await readAnswer(source.socket))
  const node = (kind, socket) => [process.execPath, path.join(HERE, 'fixed-answer.mjs'), kind, socket, answer]
  const limits = [
    { id: 'http', title: 'node:http, fixed answer', argv: (socket) => node('http', socket) },
    { id: 'net', title: 'node:net, fixed answer', argv: (socket) => node('net', socket) },
  ]
  if ('program' in echo) {
    limits.push({ id: 'c', title: 'C epoll, fixed answer', argv: (socket) => [echo.program, socket, answer] })
  }
  return Promise.all(
    limits.map(async ({ id, title, argv }) => {
      const socket = path.join(folder, `${id}.sock`)
      const child = new Child(argv(socket), cleanEnvironment())
      for (let tries = 0; !fs.existsSync(socket); tries += 1) {
        if (child.ended || tries > 200) throw new Error(`${title} did not start: ${child.errors}`)
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
      return { id, title, socket, pid: child.pid }
    }),
  )
}

function hasCommands(names) {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return names.every((name) => folders.some((folder) => fs.existsSync(path.join(folder, name))))
}

/** Waits until the process uses less than a tenth of a core, at most ten seconds. */
async function untilQuiet(pid) {
  for (let waited = 0; waited < 10_000; waited += 500) {
    const before = cpuTime(pid)
    await new Promise((resolve) => setTimeout(resolve, 500))
    if (cpuTime(pid) - before < 50_000) return
  }
}

/**
 * The CPU time that all threads of a process have used, in microseconds; NaN where the system does not tell. The clock ticks of
 * /proc/PID/stat would be far too coarse.
 *
 * @param {number} pid
 */
export function cpuTime(pid) {
  try {
    const tasks = fs.readdirSync(`/proc/${pid}/task`)
    return tasks.reduce((sum, task) => sum + Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]) / 1_000, 0)
  } catch {
    return Number.NaN
  }
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    // The thread has ended between the two looks; a pool of V8 may do that.
    return '0'
  }
}
