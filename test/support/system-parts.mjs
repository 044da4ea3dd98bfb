// What the suites need from the machine besides Node and the project's packages: how each part is recognised, which package brings
// it, and which suites cannot run without it.
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromiumExecutable } from './chromium.mjs'
import { fakeTimeLibrary } from './fake-time.mjs'

/**
 * `session`: the vitest files that start a private D-Bus session. `clock`: the one that shifts the clock of a process, and `python`:
 * the one that tries the Python module with other packages; they are no part of `session`, because the others must not be skipped for
 * their sake. The other names are Playwright's projects.
 */
const DISPLAY_SUITES = ['electron', 'packaging']
const SESSION_SUITES = ['session', ...DISPLAY_SUITES]
const OS = readOsRelease()

// Packages are alternatives in order of preference: since the 64-bit time_t transition some libraries carry another name.
const PARTS = [
  { name: 'Xvfb', found: () => command('Xvfb'), packages: ['xvfb'], suites: DISPLAY_SUITES },
  { name: 'dbus-daemon', found: () => command('dbus-daemon'), packages: ['dbus'], suites: SESSION_SUITES },
  { name: 'dbus-send', found: () => command('dbus-send'), packages: ['dbus-bin', 'dbus'], suites: SESSION_SUITES },
  { name: 'gnome-keyring', found: () => command('gnome-keyring-daemon'), packages: ['gnome-keyring'], suites: SESSION_SUITES },
  { name: 'libsecret', found: () => library('libsecret-1.so.0'), packages: ['libsecret-1-0'], suites: SESSION_SUITES },
  { name: 'secret-tool', found: () => command('secret-tool'), packages: ['libsecret-tools'], suites: SESSION_SUITES },
  { name: 'GTK 3', found: () => library('libgtk-3.so.0'), packages: ['libgtk-3-0t64', 'libgtk-3-0'], suites: DISPLAY_SUITES },
  { name: 'NSS', found: () => library('libnss3.so'), packages: ['libnss3'], suites: DISPLAY_SUITES },
  { name: 'GBM', found: () => library('libgbm.so.1'), packages: ['libgbm1'], suites: DISPLAY_SUITES },
  { name: 'ALSA', found: () => library('libasound.so.2'), packages: ['libasound2t64', 'libasound2'], suites: DISPLAY_SUITES },
  { name: 'libnotify', found: () => library('libnotify.so.4'), packages: ['libnotify4'], suites: DISPLAY_SUITES },
  { name: 'notify-send', found: () => command('notify-send'), packages: ['libnotify-bin'], suites: SESSION_SUITES },
  { name: 'Chromium', found: () => chromiumExecutable() !== undefined, packages: ['chromium'], suites: ['renderer', 'electron'] },
  { name: 'unzip', found: () => command('unzip'), packages: ['unzip'], suites: DISPLAY_SUITES },
  { name: 'tar', found: () => command('tar'), packages: ['tar'], suites: DISPLAY_SUITES },
  { name: 'curl', found: () => command('curl'), packages: ['curl'], suites: ['session', 'electron'] },
  { name: 'ps', found: () => command('ps'), packages: ['procps'], suites: SESSION_SUITES },
  { name: 'libfaketime', found: () => fakeTimeLibrary() !== undefined, packages: ['libfaketime', 'faketime'], suites: ['clock'] },
  { name: 'OpenSSH', found: () => command('ssh'), packages: ['openssh-client'], suites: ['session'] },
  { name: 'sshd', found: () => fs.existsSync('/usr/sbin/sshd'), packages: ['openssh-server'], suites: ['session'] },
  { name: 'Python 3', found: () => command('python3'), packages: ['python3'], suites: ['session'] },
  { name: 'requests for Python', found: () => pythonModule('requests'), packages: ['python3-requests'], suites: ['python'] },
  { name: 'httpx for Python', found: () => pythonModule('httpx'), packages: ['python3-httpx'], suites: ['python'] },
]

/**
 * Finds what is missing for the given suites, and installs it where that can be done without asking: on Debian and its descendants
 * as root. Returns the parts that are still missing and the one line that would install them.
 *
 * @param {{ suites: readonly string[], log: (line: string) => void }} options
 * @returns {Promise<{ missing: readonly { name: string, suites: readonly string[] }[], advice: string | undefined }>}
 */
export async function ensureSystemParts({ suites, log }) {
  const needed = PARTS.filter((part) => part.suites.some((suite) => suites.includes(suite)))
  if (process.platform !== 'linux') {
    // The sessions are made of D-Bus and gnome-keyring; elsewhere the suites built on them cannot run, whatever is installed.
    const only = needed.filter((part) => part.name === 'dbus-daemon' || (part.name === 'Chromium' && !part.found()))
    return {
      missing: only,
      advice: 'npx playwright install chromium (the session, electron and packaging suites run on Linux only)',
    }
  }
  let missing = needed.filter((part) => !part.found())
  if (missing.length === 0) return { missing, advice: undefined }
  log(`missing: ${missing.map((part) => part.name).join(', ')}`)
  if (OS.debian && process.getuid?.() === 0) {
    await install(missing, log)
    missing = missing.filter((part) => !part.found())
  }
  return { missing, advice: missing.length > 0 ? adviceFor(missing) : undefined }
}

/** Libraries that the executable needs and the machine does not have, by the loader's own account. */
export function missingLibraries(executable) {
  const listing = spawnSync('ldd', [executable], { encoding: 'utf8' })
  return [...(listing.stdout ?? '').matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name)
}

async function install(missing, log) {
  const apt = (args) => {
    // Another installation that is under way is waited for, instead of failing on its lock.
    const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3']
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' }
    return spawnSync('apt-get', [...options, '-q', '-y', ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }
  for (let attempt = 0; apt(['update']).status !== 0 && attempt < 5; attempt++) await sleep(5_000)
  const packages = packagesFor(missing)
  log(`installing: ${packages.join(' ')}`)
  if (packages.length > 0) {
    const result = apt(['install', '--no-install-recommends', ...packages])
    if (result.status !== 0) log(`apt-get failed:\n${result.stderr.split('\n').slice(-8).join('\n')}`)
  }
  if (usesPlaywrightBrowser(missing)) spawnSync('npx', ['playwright', 'install', '--with-deps', 'chromium'], { stdio: 'inherit' })
}

function packagesFor(missing) {
  const wanted = missing.filter((part) => !(part.name === 'Chromium' && OS.ubuntu))
  const known = installable(wanted.flatMap((part) => part.packages))
  return [...new Set(wanted.map((part) => part.packages.find((name) => known.has(name)) ?? part.packages.at(-1)))]
}

/** Which of the packages this release has under that very name; a virtual name has no candidate. */
function installable(names) {
  const listing = spawnSync('apt-cache', ['policy', ...names], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  const candidates = [...(listing.stdout ?? '').matchAll(/^(\S+):\n(?: {2}.*\n)*? {2}Candidate: (.*)$/gm)]
  return new Set(candidates.filter(([, , version]) => version !== '(none)').map(([, name]) => name))
}

/** Ubuntu has Chromium as a snap only, which cannot run in containers; Playwright's own build is used there. */
function usesPlaywrightBrowser(missing) {
  return OS.ubuntu && missing.some((part) => part.name === 'Chromium')
}

function adviceFor(missing) {
  const browser = usesPlaywrightBrowser(missing) ? ['npx playwright install --with-deps chromium'] : []
  const packages = packagesFor(missing)
  if (packages.length === 0) return browser.join('')
  const sudo = process.getuid?.() === 0 ? '' : 'sudo '
  const line = [
    `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    ...browser,
  ].join(' && ')
  return OS.debian ? line : `${line}   (Debian's names; take your distribution's packages of the same content)`
}

function command(name) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/bin', '/bin'].filter(Boolean)
  return folders.some((folder) => {
    try {
      fs.accessSync(path.join(folder, name), fs.constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Looked for where Debian's packages are, whatever other Python is on the PATH. */
function pythonModule(name) {
  const interpreter = fs.existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
  return spawnSync(interpreter, ['-c', `import ${name}`]).status === 0
}

function library(name) {
  // The folder of ldconfig is not in an ordinary user's PATH.
  const ldconfig = ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find((file) => fs.existsSync(file))
  return ldconfig !== undefined && execFileSync(ldconfig, ['-p'], { encoding: 'utf8' }).includes(`\t${name} `)
}

function readOsRelease() {
  const text = fs.existsSync('/etc/os-release') ? fs.readFileSync('/etc/os-release', 'utf8') : ''
  const names = [...text.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap(([, value]) => value.split(' '))
  return { debian: names.includes('debian') || names.includes('ubuntu'), ubuntu: names.includes('ubuntu') }
}
