// What `npm start` runs after the build: the app where there is a display, the daemon where there is none. Both are the same broker.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const DAEMON = path.join(PROJECT, 'out/node/tokentray.js')
const args = process.argv.slice(2)

const obstacle = obstacleToTheApp()
if (obstacle) {
  console.error(obstacle)
  startDaemon()
} else {
  startApp()
}

/** Why the app cannot run here, in one line; undefined when it can. */
function obstacleToTheApp() {
  if (process.platform !== 'linux') return undefined
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'No display (DISPLAY and WAYLAND_DISPLAY are not set): starting the daemon instead of the app.'
  // Chromium runs as root only without its sandbox, and a program that holds logins is not started that way behind the user's back.
  if (process.getuid() === 0 && process.env.TOKENTRAY_TEST !== '1') {
    return 'Electron does not run as root: starting the daemon instead of the app. Run `npm start` as an ordinary user for the tray.'
  }
  return undefined
}

function startApp() {
  let electron
  try {
    // The package answers with the path of the executable, and downloads it first where it is missing.
    electron = createRequire(import.meta.url)('electron')
  } catch (error) {
    // The package has printed why its download failed already; its closing advice to delete it would not help.
    if (error?.code === 'MODULE_NOT_FOUND') console.error(error.message)
    console.error(`
Electron's binary is not here and could not be downloaded. Either
  - make https://github.com reachable, or set ELECTRON_MIRROR to a mirror of its releases, and run \`npm start\` again, or
  - unpack an Electron of your own and run \`ELECTRON_OVERRIDE_DIST_PATH=/path/to/electron npm start\`, or
  - do without the tray: \`node ${path.relative(process.cwd(), DAEMON) || DAEMON} daemon\` runs the same broker.`)
    process.exitCode = 1
    return
  }
  const switches = process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : []
  run(electron, [...switches, PROJECT, ...args])
}

function startDaemon() {
  run(process.execPath, [DAEMON, 'daemon', ...args])
}

/** Runs the program in place of this one: its output, its signals, its end. */
function run(program, programArgs) {
  // Set by editors that are Electron themselves; our Electron would start as a plain Node.
  const { ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env
  const child = spawn(program, programArgs, { stdio: 'inherit', env })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // A terminal has sent Ctrl-C to the child as well, and a second one would mean "at once, unfinished or not".
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  child.once('error', (error) => {
    console.error(`Cannot start ${program}: ${error.message}`)
    process.exitCode = 1
  })
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    // Ended by a signal, so end by the same one, which is what the shell or service manager expects to see.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
