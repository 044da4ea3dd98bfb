// `npm run bench`: what a cached token costs, side by side in one run with what it could cost at best.
//
//   npm run bench                       measures and prints, about two and a half minutes
//   npm run bench -- --write            and writes test/bench/RESULTS.md
//     --rounds N          7 or more are needed to write; 11 by default
//     --no-build          measures what is in out/
//     --no-app            leaves Electron out
//     --build FOLDER      measures the daemon of another build as well, to compare a change with what it replaces; FOLDER is an
//                         `out/` beside a `node_modules/`, and its name in the tables is that of the folder around it; repeatable
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { cleanEnvironment, stopAll } from './children.mjs'
import { loadClient } from './load-cell.mjs'
import { report } from './report.mjs'
import { measure } from './rounds.mjs'
import { startElectron, startHeadless, startLimits, startPractice } from './subjects.mjs'
import { call, readAnswer } from './token-socket.mjs'
import { buildProject, bundle, compile, HERE, PROJECT } from './tools.mjs'

const milliseconds = 300
const fewestRounds = 7

const { values: options } = parseArgs({
  options: {
    write: { type: 'boolean' },
    rounds: { type: 'string', default: '11' },
    'no-build': { type: 'boolean' },
    'no-app': { type: 'boolean' },
    build: { type: 'string', multiple: true, default: [] },
  },
})
const rounds = Number(options.rounds)
const fewest = options.write ? fewestRounds : 1
if (!Number.isInteger(rounds) || rounds < fewest) {
  console.error(
    `--rounds ${options.rounds}: ${fewest} rounds or more are needed${options.write ? ' to write figures down' : ''}.`,
  )
  process.exit(64)
}

const otherBuilds = options.build.map((out) => ({ name: path.basename(path.dirname(path.resolve(out))), out: path.resolve(out) }))

// Directly below /tmp, whatever TMPDIR says: the path of a socket may have no more than 107 bytes.
const folder = fs.mkdtempSync(path.join(process.platform === 'win32' ? os.tmpdir() : '/tmp', 'tt-bench-'))
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))

const say = (text) => process.stderr.write(`bench: ${text}\n`)
try {
  await bench()
} finally {
  await stopAll()
}
// The display is a process of the shared test support, which keeps this one alive until it is ended.
process.exit()

async function bench() {
  if (!options['no-build']) buildProject()
  /** @type {string[]} */
  const skipped = []
  const [load, echo] = [compile('load', folder), compile('echo', folder)]
  const subjects = await startSubjects(echo, skipped)
  const answer = await readAnswer(subjects[0].socket)
  if ('missing' in load) skipped.push(`every row over the socket: ${load.missing}, and the load client is written in C`)
  const cell = 'program' in load ? loadClient(load.program, folder) : undefined
  const measured = await measure(subjects, await commandLines(subjects[0], skipped), cell, { rounds, milliseconds, say })
  const setting = { machine: describeMachine(), rounds, milliseconds, answerBytes: answer.length }
  const text = report({ ...setting, ...measured, subjects, skipped })
  process.stdout.write(`\n${text}`)
  if (options.write) fs.writeFileSync(path.join(HERE, 'RESULTS.md'), text)
}

/** The first one is the daemon of this build; whatever else cannot be started is left out with its reason. */
async function startSubjects(echo, skipped) {
  const program = await bundle(['practice', 'app'], folder)
  const workshop = { folder, program, ...(await startPractice(program)) }
  const headless = await startHeadless(workshop, 'headless', 'TokenTray headless', path.join(PROJECT, 'out'))
  const subjects = [headless]
  for (const { name, out } of otherBuilds) {
    subjects.push(await startHeadless(workshop, name, `TokenTray headless, ${name}`, out))
  }
  if (options['no-app']) skipped.push('TokenTray in Electron: left out by --no-app')
  else {
    const app = await startElectron(workshop).catch(
      (error) => skipped.push(`TokenTray in Electron: ${error.message}`) && undefined,
    )
    if (app !== undefined) subjects.push(app)
  }
  if ('missing' in echo) skipped.push(`C epoll: ${echo.missing}`)
  return [...subjects, ...(await startLimits(folder, headless, echo))]
}

async function commandLines({ socket, home }, skipped) {
  const env = { TOKENTRAY_HOME: home, TOKENTRAY_SOCKET: socket }
  const { access_token: token } = await call(socket, 'GET', '/v1/token/practice')
  const tokentray = path.join(PROJECT, 'out/node/tokentray.js')
  const url = 'http://localhost/v1/token/practice'
  const commands = [
    { id: 'node -e 0', argv: [process.execPath, '-e', '0'] },
    { id: 'tokentray token', argv: [process.execPath, tokentray, 'token', 'practice'], env, expect: token },
  ]
  for (const { name, out } of otherBuilds) {
    const other = path.join(out, 'node/tokentray.js')
    commands.push({ id: `tokentray token, ${name}`, argv: [process.execPath, other, 'token', 'practice'], env, expect: token })
  }
  if (spawnSync('curl', ['--version'], { env: cleanEnvironment() }).status === 0) {
    commands.push({
      id: 'curl --unix-socket',
      argv: ['curl', '-sS', '--unix-socket', socket, '-H', 'Accept: text/plain', url],
      expect: token,
    })
  } else skipped.push('curl --unix-socket: curl is not installed')
  return commands
}

/** The machine without its name: a host name says something about its owner and nothing about the figures. */
function describeMachine() {
  const cpus = os.cpus()
  return [
    `${cpus[0]?.model.trim() ?? 'unknown processor'}, ${cpus.length} cores`,
    `${os.type()} ${/^\d+(\.\d+)*/.exec(os.release())?.[0] ?? ''}`,
    `Node ${process.version}`,
  ].join(' · ')
}
