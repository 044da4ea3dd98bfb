import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect, test } from '@playwright/test'
import { type ElectronRuntime, electronRuntime, sandboxSwitches } from '../support/electron-runtime.mjs'
import { startTrayHost } from '../support/status-notifier.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

/** Playwright cannot drive a packaged app, since its way in is one of the things that the fuses switch off: it is spawned. */
interface RunningApp {
  readonly process: ChildProcess
  readonly home: string
  readonly output: () => string
  /** Asks it to quit and resolves with its exit code, or with the signal that ended it instead. */
  quit(): Promise<number | string | null>
}

let runtime: ElectronRuntime
let folder: string
let packaged: string
let executable: string
const started: RunningApp[] = []

test.describe.configure({ mode: 'serial' })

test.beforeAll(async () => {
  test.setTimeout(240_000)
  runtime = await electronRuntime()
  // Directly below /tmp and short: the socket's path has to fit into 107 bytes.
  folder = await mkdtemp(path.join(tmpdir(), 'tt-pack-'))
  const output = path.join(folder, 'release')
  const builder = path.join(PROJECT, 'node_modules/electron-builder/cli.js')
  const settings = { electronDist: runtime.dist, electronVersion: runtime.version, 'directories.output': output }
  const overrides = Object.entries(settings).map(([name, value]) => `-c.${name}=${value}`)
  const args = [builder, '--linux', 'dir', '--config', 'electron-builder.yml', '--publish', 'never', ...overrides]
  // Its reasons for failing stand on stdout, which the error would not show.
  await run(process.execPath, args, { cwd: PROJECT, maxBuffer: 1 << 26 }).catch((error) => {
    throw new Error(`electron-builder failed:\n${error.stdout}\n${error.stderr}`)
  })
  packaged = path.join(output, 'linux-unpacked')
  executable = path.join(packaged, 'tokentray')
})

test.afterEach(async () => {
  const failed = test.info().status !== test.info().expectedStatus
  for (const app of started.splice(0)) {
    if (failed) console.log(`the app printed:\n${app.output()}`)
    app.process.kill('SIGKILL')
    await rm(app.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
})

test.afterAll(() => rm(folder, { recursive: true, force: true }))

async function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<RunningApp> {
  const home = await mkdtemp(path.join(folder, 'home-'))
  const child = spawn(executable, [...sandboxSwitches(), ...args], { env: { ...process.env, TOKENTRAY_HOME: home, ...env } })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  const exited = new Promise<number | string | null>((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
  const app: RunningApp = {
    process: child,
    home,
    output: () => text,
    quit: () => {
      child.kill('SIGTERM')
      return exited
    },
  }
  started.push(app)
  return app
}

/** What the app's socket answers to a GET; undefined while nobody answers. */
function ask(home: string, where: '/v1/health' | '/v1/status'): Promise<unknown> {
  return new Promise((resolve) => {
    const request = http.get({ socketPath: path.join(home, 'agent.sock'), path: where, timeout: 5_000 }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve(JSON.parse(body)))
    })
    request.on('error', () => resolve(undefined))
    request.on('timeout', () => request.destroy())
  })
}

async function expectHealthy(app: RunningApp): Promise<void> {
  await expect.poll(() => ask(app.home, '/v1/health'), { timeout: 20_000 }).toMatchObject({ name: 'tokentray', host: 'app' })
}

test('the package holds the app and its production dependencies, and nothing else', async () => {
  const files = listPackage(path.join(packaged, 'resources/app.asar'), { isPack: false })
  expect(files).toEqual(expect.arrayContaining(['/package.json', '/out/main/index.js', '/node_modules/keytar/package.json']))
  const topLevel = [...new Set(files.map((file) => file.split('/')[1]))].sort()
  expect(topLevel).toEqual(['node_modules', 'out', 'package.json'])
  const forbidden =
    /^\/node_modules\/(electron|vite|vitest|typescript|preact|@playwright|@biomejs|dbus-next|node-addon-api)(\/|$)|\.map$/
  expect(files.filter((file) => forbidden.test(file))).toEqual([])

  expect(await readdir(path.join(packaged, 'resources/app.asar.unpacked/node_modules/keytar/prebuilds'))).toEqual([
    `linux-${process.arch}`,
  ])
  expect(existsSync(path.join(packaged, 'resources/default_app.asar'))).toBe(false)
  expect(existsSync(path.join(packaged, 'SOURCE'))).toBe(false)
})

test('the fuses in the executable are flipped', async () => {
  const OFF = '0'.charCodeAt(0)
  const ON = '1'.charCodeAt(0)
  const wire = await getCurrentFuseWire(executable)
  expect(wire[FuseV1Options.RunAsNode]).toBe(OFF)
  expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(OFF)
  expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(OFF)
  expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(ON)
})

test('it starts, shows its tray icon, answers its socket and quits', async () => {
  const tray = await startTrayHost()
  const app = await start()
  const item = await tray.waitForItem(20_000)
  expect(await item.properties()).toMatchObject({ status: 'Active', tooltip: expect.stringContaining('TokenTray') })
  expect(await item.menuLabels()).not.toEqual([])
  await expectHealthy(app)
  // keytar's binary is found outside the archive and speaks to the keyring.
  const vault = { store: 'keychain', state: { kind: 'ready' } }
  await expect.poll(() => ask(app.home, '/v1/status'), { timeout: 20_000 }).toMatchObject({ vault })

  expect(await app.quit()).toBe(0)
  await tray.waitForNoItem()
  expect(await ask(app.home, '/v1/health')).toBeUndefined()
  await tray.close()
})

test('it cannot be turned into a Node that runs other code', async () => {
  const marker = path.join(folder, 'foreign-code-ran')
  const code = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`
  const required = path.join(folder, 'required.cjs')
  await writeFile(required, code)
  // The same attempts on the runtime with its fuses as delivered: were they harmless there, the test below would prove nothing.
  for (const [args, env] of [
    [['-e', code], { ELECTRON_RUN_AS_NODE: '1' }],
    [['-e', '0'], { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: `--require ${required}` }],
  ] as const) {
    await run(runtime.executable, [...args], { env: { ...process.env, ...env } })
    expect(existsSync(marker)).toBe(true)
    await rm(marker)
  }

  // Electron looks for a folder before it looks for the archive, unless the last fuse forbids it.
  const beside = path.join(packaged, 'resources/app')
  await mkdir(beside)
  await writeFile(path.join(beside, 'package.json'), '{ "main": "index.cjs" }')
  await writeFile(path.join(beside, 'index.cjs'), code)
  const app = await start(['--inspect=127.0.0.1:0', '-e', code], {
    ELECTRON_RUN_AS_NODE: '1',
    NODE_OPTIONS: `--require ${required}`,
  })
  await expectHealthy(app)
  expect(existsSync(marker)).toBe(false)
  expect(app.output()).not.toContain('Debugger listening')
  await app.quit()
})
