// What `npm test` runs: everything, on real parts, from a clean clone.
//
//   npm test                                  all phases
//   node test/run.mjs unit|clients|renderer|electron|packaging …   only these suites (with the build they need, without the static checks)
//   node test/run.mjs vault some.spec.ts      only test files whose path contains one of the words
//     --grep TEXT   only tests whose name contains it        --no-build   use what is in out/
//
// A phase that fails does not keep the later ones from running, unless they rest on it. The last line sums up vitest and Playwright.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { installClients } from './clients/install.mjs'
import { chromiumExecutable } from './support/chromium.mjs'
import { electronRuntime, testCache } from './support/electron-runtime.mjs'
import { ensureSystemParts, missingLibraries } from './support/system-parts.mjs'
import { run, startDisplay } from './support/test-process.mjs'
import { countListed, readPlaywrightReport, readVitestReport, sum } from './support/test-reports.mjs'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const SESSION = path.join(PROJECT, 'test/support/with-keyring.sh')
const WITHOUT_NETWORK = path.join(PROJECT, 'test/support/without-network.sh')
const VITEST = [process.execPath, path.join(PROJECT, 'node_modules/vitest/vitest.mjs'), 'run', '--passWithNoTests']
const PLAYWRIGHT = [
  process.execPath,
  path.join(PROJECT, 'node_modules/@playwright/test/cli.js'),
  'test',
  '-c',
  'test/playwright.config.ts',
]
const DISPLAY_SUITES = ['electron', 'packaging']
const BROWSER_SUITES = ['renderer', ...DISPLAY_SUITES]
const STRICT = Boolean(process.env.CI) && process.env.CI !== 'false'

const wanted = parseArguments(process.argv.slice(2))
const reports = fs.mkdtempSync(path.join(os.tmpdir(), 'tt-reports-'))
process.on('exit', () => fs.rmSync(reports, { recursive: true, force: true }))
/** @type {import('./support/test-reports.mjs').Counts[]} */
const counts = []
const failures = []
const remarks = []
const env = testEnvironment()
process.chdir(PROJECT)

const unavailable = (await phase('System parts', checkSystem)) ?? new Map()
if (wanted.everything) await phase('Static checks (npm run check)', () => npm('check'))
const built = wanted.build ? await phase('Build (npm run build)', () => npm('build')) : true
if (wanted.suites.includes('unit')) await phase('Unit and integration tests (vitest)', runVitest)
if (wanted.suites.includes('clients')) await phase('Real client programs (vitest)', runClients)
if (wanted.suites.includes('renderer')) await phase('Window tests (Playwright, Chromium)', () => runPlaywright(['renderer']))
const displaySuites = wanted.suites.filter((suite) => DISPLAY_SUITES.includes(suite))
if (displaySuites.length > 0) await phase('Electron and packaging tests (Playwright)', () => runPlaywright(displaySuites))
conclude()

/** Runs one phase under a heading, with its time; what it returns is passed on. It throws or notes a failure when it fails. */
async function phase(title, body) {
  console.log(`\n=== ${title}`)
  const start = performance.now()
  const before = failures.length
  let result
  try {
    result = await body()
  } catch (error) {
    failures.push(`${title}: ${error instanceof Error ? error.message : error}`)
    console.error(error)
  }
  const verdict = failures.length > before ? 'FAILED' : 'done'
  console.log(`=== ${title}: ${verdict} in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return result
}

/** Finds out which suites cannot run here; returns the reasons for each of them. */
async function checkSystem() {
  const reasons = new Map()
  const suites = wanted.suites.flatMap((suite) => (suite === 'unit' ? ['session', 'clock', 'python'] : [suite]))
  const { missing, advice } = await ensureSystemParts({ suites, log: console.log })
  for (const suite of suites) {
    const names = missing.filter((part) => part.suites.includes(suite)).map((part) => part.name)
    if (names.length > 0) reasons.set(suite, `missing ${names.join(', ')}`)
  }
  if (advice) console.log(`To install what is missing, run:\n  ${advice}`)
  env.TOKENTRAY_TEST_CHROMIUM = chromiumExecutable()
  const needsElectron = DISPLAY_SUITES.filter((suite) => suites.includes(suite) && !reasons.has(suite))
  if (needsElectron.length > 0) await findElectron(needsElectron, reasons)
  if (reasons.size === 0) console.log('everything that the suites need is here')
  for (const suite of suites.filter((name) => reasons.has(name))) {
    const reason = `${suite}: ${reasons.get(suite)}`
    if (STRICT) failures.push(`System parts: ${reason}`)
    else remarks.push(`skipped: ${reason}`)
  }
  return reasons
}

async function findElectron(suites, reasons) {
  let problem
  try {
    const runtime = await electronRuntime({ log: console.log })
    console.log(`Electron ${runtime.version} (${runtime.source})`)
    env.ELECTRON_OVERRIDE_DIST_PATH = runtime.dist
    const libraries = missingLibraries(runtime.executable)
    if (libraries.length > 0) problem = `Electron's libraries ${libraries.join(', ')} are missing`
  } catch (error) {
    problem = `no Electron: ${error instanceof Error ? error.message : error}`
  }
  if (problem) for (const suite of suites) reasons.set(suite, problem)
}

async function npm(script) {
  const code = await run(['npm', 'run', '--silent', script], { env, limitMs: 300_000 })
  if (code !== 0) failures.push(`npm run ${script} ended with ${code}`)
  return code === 0
}

async function runVitest() {
  const session = !unavailable.has('session')
  const excluded = session ? [] : filesThatNeedASession(path.join(PROJECT, 'test'))
  if (excluded.length > 0) {
    console.log(`skipped, ${unavailable.get('session')}:\n  ${excluded.join('\n  ')}`)
    counts.push({ passed: 0, failed: 0, skipped: excluded.length })
  }
  const report = path.join(reports, 'vitest.json')
  const argv = vitest('test/vitest.config.ts', report)
  for (const file of excluded) argv.push('--exclude', file)
  argv.push(...selection('-t'))
  const { DISPLAY: _display, ...withoutDisplay } = env
  const code = await run([...(session ? [SESSION] : []), ...argv], { env: withoutDisplay, limitMs: 1_500_000 })
  record('vitest', code, readVitestReport(report))
}

/** The programs run where nothing can leave the machine, if this user may arrange that. */
async function runClients() {
  if (!built) throw new Error('not run, because the build failed')
  try {
    await installClients({ log: console.log })
  } catch (error) {
    if (STRICT) throw error
    remarks.push(`skipped: clients: ${error instanceof Error ? error.message : error}`)
    return
  }
  const isolated = (await run([WITHOUT_NETWORK, 'true'], { env, limitMs: 10_000, quiet: true })) === 0
  if (!isolated) console.log('only root can take the network away: a program that asks a foreign host is not noticed')
  const report = path.join(reports, 'vitest-clients.json')
  const argv = [...vitest('test/clients/vitest.config.ts', report), ...selection('-t')]
  const code = await run([...(isolated ? [WITHOUT_NETWORK] : []), ...argv], {
    env: { ...env, DISPLAY: undefined, TOKENTRAY_TEST_WITHOUT_NETWORK: isolated ? '1' : undefined },
    limitMs: 900_000,
  })
  record('vitest (clients)', code, readVitestReport(report))
}

function vitest(config, report) {
  return [...VITEST, '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
}

async function runPlaywright(suites) {
  if (!built) throw new Error('not run, because the build failed')
  const runnable = suites.filter((suite) => !unavailable.has(suite))
  for (const suite of suites.filter((name) => unavailable.has(name))) {
    console.log(`skipped ${suite}: ${unavailable.get(suite)}`)
    counts.push({ passed: 0, failed: 0, skipped: await listPlaywright(suite) })
  }
  if (runnable.length === 0) return
  // The window is drawn without a screen and shares nothing; a session bus has room for one tray only.
  const headless = !runnable.some((suite) => DISPLAY_SUITES.includes(suite))
  const report = path.join(reports, `playwright-${runnable.join('-')}.json`)
  const options = ['--pass-with-no-tests', '--reporter=list,json', `--workers=${headless ? 2 : 1}`]
  const argv = [...PLAYWRIGHT, ...options, ...projects(runnable), ...selection('--grep')]
  const display = headless ? undefined : await startDisplay()
  try {
    const phaseEnv = { ...env, DISPLAY: display?.display, PLAYWRIGHT_JSON_OUTPUT_FILE: report }
    const code = await run([...(headless ? [] : [SESSION]), ...argv], { env: phaseEnv, limitMs: 1_500_000 })
    record(`Playwright (${runnable.join(', ')})`, code, readPlaywrightReport(report))
  } finally {
    display?.stop()
  }
}

async function listPlaywright(suite) {
  const report = path.join(reports, `list-${suite}.json`)
  const listEnv = { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report }
  const argv = [...PLAYWRIGHT, '--list', '--reporter=json', ...projects([suite]), ...selection('--grep')]
  await run(argv, { env: listEnv, limitMs: 60_000, quiet: true })
  return countListed(report)
}

/** What the caller wants of a runner: tests by name, with the runner's own flag for that, and files by path. */
function selection(flag) {
  return [...(wanted.grep ? [flag, wanted.grep] : []), ...wanted.filters]
}

function projects(suites) {
  return suites.map((suite) => `--project=${suite}`)
}

/** A runner that failed without a failed test, or left no report, has failed all the same and must not look like success. */
function record(name, code, found) {
  if (found) counts.push(found)
  if (found?.flaky > 0)
    remarks.push(`${found.flaky} of the ${name} tests failed once and passed when tried again; look for ✘ above`)
  if (code === 0 && found) return
  const tests = found && found.failed > 0 ? `${found.failed} failed` : `ended with ${code}${found ? '' : ' and left no report'}`
  failures.push(`${name}: ${tests}`)
  if (!found) counts.push({ passed: 0, failed: 1, skipped: 0 })
}

function conclude() {
  const { passed, failed, skipped } = sum(counts)
  // A word that is misspelt must not look like success.
  if (!wanted.everything && passed + failed + skipped === 0) failures.push('no test matches what was asked for')
  console.log('')
  for (const remark of remarks) console.log(remark)
  for (const failure of failures) console.log(`FAILED: ${failure}`)
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  if (failures.length > 0 || failed > 0) process.exitCode = 1
}

/** Test files that name the keyring, its tool or the session bus; without a session none of them could pass. */
function filesThatNeedASession(folder) {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .filter((name) =>
      /support\/(keyring|status-notifier)|\.\/(keyring|status-notifier)|secret-tool|DBUS_SESSION/.test(
        fs.readFileSync(path.join(folder, name), 'utf8'),
      ),
    )
    .map((name) => path.join('test', name))
}

/** The environment of every phase: nothing of a broker, a desktop or an editor that the developer has running. */
function testEnvironment() {
  const clean = Object.entries(process.env).filter(
    ([name]) =>
      !(name.startsWith('TOKENTRAY_') && !name.startsWith('TOKENTRAY_TEST_')) &&
      !['ELECTRON_RUN_AS_NODE', 'WAYLAND_DISPLAY', 'XDG_SESSION_TYPE', 'DISPLAY'].includes(name),
  )
  // The cache is settled here, before the sessions replace HOME; the locale, so that dates read the same everywhere.
  return { ...Object.fromEntries(clean), TOKENTRAY_TEST_CACHE: testCache(), LC_ALL: 'C.UTF-8' }
}

function parseArguments(argv) {
  const known = ['unit', 'clients', ...BROWSER_SUITES]
  const grepAt = argv.indexOf('--grep')
  const grep = grepAt >= 0 ? argv[grepAt + 1] : undefined
  const words = argv.filter((word, index) => !word.startsWith('--') && (grepAt < 0 || index !== grepAt + 1))
  const named = words.filter((word) => known.includes(word))
  const filters = words.filter((word) => !known.includes(word))
  let suites = named.length > 0 ? named : known
  // A file name tells which runner it belongs to.
  if (named.length === 0 && filters.length > 0) {
    if (filters.every((word) => word.includes('.test.'))) suites = ['unit']
    if (filters.every((word) => word.includes('test/clients/'))) suites = ['clients']
    if (filters.every((word) => word.includes('.spec.'))) suites = BROWSER_SUITES
  }
  return { suites, filters, grep, everything: words.length === 0 && !grep, build: !argv.includes('--no-build') }
}
