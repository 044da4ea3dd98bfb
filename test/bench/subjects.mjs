// The brokers and the limits: servers that are started for the benchmark and ended with it.
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { electronRuntime, sandboxSwitches, testCache } from '../support/electron-runtime.mjs'
import { startDisplay } from '../support/test-process.mjs'
import { Child, cleanEnvironment } from './children.mjs'
import { untilQuiet } from './process-tree.mjs'
import { call, readAnswer, requestText, signIn, waitForBroker } from './token-socket.mjs'
import { HERE, hasCommands, PROJECT } from './tools.mjs'

/**
 * @typedef {object} Subject a server that hands out something over a unix socket
 * @property {string} id
 * @property {string} title
 * @property {string} socket
 * @property {number | number[]} pid of the processes that answer; the CPU time of all their threads is what a request costs
 * @property {Framing} framing
 * @property {string} [home] of a broker of ours
 * @property {Child} [child]
 * @property {(mode: import('./load-cell.mjs').Mode, milliseconds: number) => readonly string[] | undefined} [client] a load client
 * of its own; undefined where the server does not offer the mode
 * @property {NodeJS.ProcessEnv} [env] of that load client
 *
 * @typedef {object} Framing how the load client talks to it; see answers.h
 * @property {'http' | 'close' | 'length'} kind
 * @property {string} [expected] what a good answer contains
 * @property {(connection: 'oneshot' | 'persistent') => string | Buffer | undefined} request undefined where the server does not
 * keep a connection
 *
 * @typedef {object} BrokerOptions
 * @property {string} id
 * @property {string} title
 * @property {import('./authority.mjs').Authority} authority
 * @property {'memory' | 'keychain'} [vault]
 * @property {readonly string[]} [people] who signs in; one person of the authority's own by default
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [out] the build to take it from
 * @property {string} [node] the Node to run it with
 * @property {boolean} [twice] starts it once more, in the same session, when it has ended
 * @property {string} [electron] the Electron to run it with; the one of the tests by default
 */

/** @type {Framing} */
export const tokenFraming = { kind: 'http', request: requestText }
const sessionScript = path.join(PROJECT, 'test/support/with-keyring.sh')

/** Why there can be no private keychain here; undefined when there can. */
export function withoutKeychain() {
  if (process.platform !== 'linux') return 'a private keychain is made on Linux only'
  return hasCommands(['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon']) ? undefined : 'dbus and gnome-keyring are needed'
}

/**
 * The broker on plain Node, as `tokentray daemon` runs it.
 *
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {BrokerOptions} options
 * @returns {Promise<Subject & { child: Child }>}
 */
export async function startHeadless(workshop, options) {
  const { vault = 'memory', out = path.join(PROJECT, 'out'), node = process.execPath, twice = false } = options
  const env = brokerEnvironment(workshop, options)
  const command = [node, path.join(out, 'node/tokentray.js'), 'daemon']
  const daemon = twice ? ['bash', '-c', '"$@"; exec "$@"', 'twice', ...command] : command
  const child = new Child(vault === 'keychain' ? ['bash', sessionScript, ...daemon] : daemon, env)
  return signedIn(options, env, child)
}

/**
 * The real app: Electron, its tray, and the broker in a worker thread. The display is one that nobody sees.
 *
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {Omit<BrokerOptions, 'title'>} options
 * @returns {Promise<Subject & { child: Child }>}
 */
export async function startApp(workshop, options) {
  const { version } = await electronRuntime({ log: workshop.say })
  const titled = { ...options, title: `TokenTray in Electron ${version}` }
  const env = { ...brokerEnvironment(workshop, titled), TOKENTRAY_TEST: '1' }
  const args = ['-r', path.join(HERE, 'stall.cjs'), PROJECT]
  const child = await startElectron(workshop, { env, args, keychain: options.vault === 'keychain', electron: options.electron })
  await child.line()
  const subject = await signedIn(titled, env, child)
  // An app that is still busy with its start would be measured with that work.
  await untilQuiet(subject.pid)
  return subject
}

/**
 * Electron with arguments, on a display and in a session with a tray; the first line of the child is its process id.
 *
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {{ env: NodeJS.ProcessEnv, args: readonly string[], keychain: boolean, electron?: string }} options
 */
export async function startElectron(workshop, { env, args, keychain, electron }) {
  if (process.platform === 'linux' && !hasCommands(['Xvfb', 'dbus-daemon', 'dbus-send'])) {
    throw new Error('Xvfb and dbus are needed; `npm test` says how to install them')
  }
  const executable = electron ?? (await electronRuntime({ log: workshop.say })).executable
  const session = ['bash', sessionScript, ...(keychain ? [] : ['--no-secret-service'])]
  const app = [process.execPath, workshop.program('app'), executable, ...sandboxSwitches(), ...args]
  // The session replaces HOME, and with it the place where the runtime is.
  return new Child([...session, ...app], { ...env, DISPLAY: await display(), TOKENTRAY_TEST_CACHE: testCache() })
}

/** @type {Promise<string> | undefined} */
let shown

export function display() {
  shown ??= startDisplay().then(({ display: name, stop }) => {
    process.on('exit', stop)
    return name
  })
  return shown
}

/** @param {import('./workshop.mjs').Workshop} workshop @param {BrokerOptions} options */
function brokerEnvironment({ folder }, { id, authority, vault = 'memory', env = {} }) {
  const home = path.join(folder, id)
  return {
    ...cleanEnvironment(),
    TOKENTRAY_HOME: home,
    TOKENTRAY_SOCKET: path.join(home, 'agent.sock'),
    TOKENTRAY_VAULT: vault,
    TOKENTRAY_UPSTREAM: authority.origin,
    ...env,
  }
}

/**
 * Ends a broker that was started with `twice`, and waits for its second start.
 *
 * @param {Subject & { child: Child }} subject
 * @returns {Promise<Subject & { child: Child }>}
 */
export async function restarted(subject) {
  process.kill(subject.pid, 'SIGTERM')
  for (let waited = 0; waited < 10_000; waited += 50) {
    const { pid } = await waitForBroker(subject.socket, subject.child)
    if (pid !== subject.pid) return { ...subject, pid }
    await sleep(50)
  }
  throw new Error('the broker did not end')
}

/** @param {BrokerOptions} options @returns {Promise<Subject & { child: Child }>} */
async function signedIn({ id, title, authority, people = [undefined] }, env, child) {
  try {
    const socket = env.TOKENTRAY_SOCKET
    const { pid } = await waitForBroker(socket, child)
    for (const person of people) await signIn(socket, authority, { person, label: person })
    return { id, title, socket, pid, home: env.TOKENTRAY_HOME, child, framing: tokenFraming }
  } catch (error) {
    await child.stop()
    throw error
  }
}

/**
 * Ends a broker. The signal goes to its own process: a session of its own ends when its command has ended.
 *
 * @param {Subject & { child: Child }} subject
 */
export async function endBroker({ pid, child }) {
  process.kill(pid, 'SIGTERM')
  for (let waited = 0; !child.ended && waited < 10_000; waited += 50) await sleep(50)
  await child.stop()
}

/**
 * The servers that do nothing, with the answer of the real one.
 *
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {Subject} source
 * @returns {Promise<Subject[]>}
 */
export async function startLimits(workshop, source) {
  const { folder } = workshop
  const answer = path.join(folder, 'answer')
  fs.writeFileSync(answer, await readAnswer(source.socket))
  const node = (kind, socket) => [process.execPath, path.join(HERE, 'fixed-answer.mjs'), kind, socket, answer]
  const limits = [
    { id: 'http', title: 'node:http, fixed answer', argv: (socket) => node('http', socket) },
    { id: 'net', title: 'node:net, fixed answer', argv: (socket) => node('net', socket) },
  ]
  const echo = workshop.native('echo')
  if ('program' in echo)
    limits.push({ id: 'c', title: 'C epoll, fixed answer', argv: (socket) => [echo.program, socket, answer] })
  else workshop.skip(`C epoll: ${echo.missing}`)
  return Promise.all(
    limits.map(async ({ id, title, argv }) => {
      const socket = path.join(folder, `${id}.sock`)
      const child = new Child(argv(socket), cleanEnvironment())
      await untilSocket(socket, child, title)
      return { id, title, socket, pid: child.pid, framing: tokenFraming }
    }),
  )
}

/** @param {string} socket @param {Child} child @param {string} title */
export async function untilSocket(socket, child, title) {
  for (let tries = 0; !fs.existsSync(socket); tries += 1) {
    if (child.ended || tries > 400) throw new Error(`${title} did not start: ${child.errors.trim()}`)
    await sleep(25)
  }
}

/** The token that a broker holds for an account. @param {string} socket @param {string} [selector] @returns {Promise<string>} */
export async function tokenOf(socket, selector = 'practice') {
  return (await call(socket, 'GET', `/v1/token/${selector}`)).access_token
}
