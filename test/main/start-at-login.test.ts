import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { english } from '../../src/ipc/words/index.ts'
import { autostartEntry, entryProgram, entryState } from '../../src/main/desktop-entry.ts'
import { type LoginSystem, type StartAtLogin, startAtLogin } from '../../src/main/start-at-login.ts'
import { propertyRuns } from '../support/property-runs.ts'

let home: string
let file: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tt-login-'))
  file = join(home, '.config', 'autostart', 'tokentray.desktop')
})
afterEach(() => rm(home, { recursive: true, force: true }))

/** What Electron keeps for macOS and Windows. */
class LoginItems {
  kept: Parameters<LoginSystem['loginItems']['setLoginItemSettings']>[0] = {}
  asked: unknown
  allowed = true

  getLoginItemSettings(options?: unknown) {
    this.asked = options
    const openAtLogin = this.kept.openAtLogin === true
    return { openAtLogin, executableWillLaunchAtLogin: openAtLogin && this.allowed }
  }

  setLoginItemSettings(settings: LoginItems['kept']): void {
    this.kept = settings
  }
}

function on(platform: NodeJS.Platform, given: Partial<LoginSystem> = {}): StartAtLogin | undefined {
  return startAtLogin({
    platform,
    env: {},
    home,
    executable: '/opt/TokenTray/tokentray',
    appFolder: undefined,
    loginItems: new LoginItems(),
    ...given,
  })
}

function linux(given: Partial<LoginSystem> = {}): StartAtLogin {
  const made = on('linux', given)
  if (made === undefined) throw new Error('Linux can.')
  return made
}

const execLine = async (path = file) => /^Exec=(.*)$/m.exec(await readFile(path, 'utf8'))?.[1]

test('the entry is written, read and removed, for its owner only', async () => {
  const login = linux()
  expect(await login.read()).toBe(false)
  await login.set(true, english.words)
  expect(await login.read()).toBe(true)
  expect(await execLine()).toBe('/opt/TokenTray/tokentray --hidden')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await login.set(true, english.words)
  expect(await readdir(join(file, '..'))).toEqual(['tokentray.desktop'])
  await login.set(false, english.words)
  expect([await login.read(), await readdir(join(file, '..'))]).toEqual([false, []])
  await login.set(false, english.words)
})

test('an AppImage is started by its own file, as its contents are elsewhere at each start', async () => {
  const env = { APPIMAGE: '/home/ana/My Apps/TokenTray.AppImage' }
  await linux({ env, executable: '/tmp/.mount_Token1/tokentray' }).set(true, english.words)
  expect(await execLine()).toBe('"/home/ana/My Apps/TokenTray.AppImage" --hidden')
})

test('an AppImage that was replaced by one of another name is named anew at its next start', async () => {
  const image = (name: string) => join(home, 'My "Apps" 100%', name)
  await mkdir(join(image('old'), '..'), { recursive: true })
  const started = (name: string) => linux({ env: { APPIMAGE: image(name) } })
  await writeFile(image('old'), '')
  await writeFile(image('new'), '')
  await started('old').set(true, english.words)
  const before = await readFile(file, 'utf8')
  await started('new').renew()
  expect(await readFile(file, 'utf8'), 'both are there').toBe(before)
  await rm(image('old'))
  await started('new').renew()
  expect(entryProgram(await readFile(file, 'utf8'))).toBe(image('new'))
  expect(await started('new').read()).toBe(true)
})

test('nothing but an entry of ours that is on is named anew', async () => {
  await linux().renew()
  await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' })
  await mkdir(join(file, '..'), { recursive: true })
  const gone = autostartEntry([join(home, 'gone')])
  const relative = autostartEntry(['tokentray'])
  for (const text of [`${gone}Hidden=true\n`, '[Desktop Entry]\nExec=/gone\n', relative, gone.replace(/^Exec=.*$/m, 'Exec="')]) {
    await writeFile(file, text)
    await linux().renew()
    expect(await readFile(file, 'utf8')).toBe(text)
  }
})

test('the app that is not packaged is named to its Electron', async () => {
  await linux({ executable: '/usr/bin/electron', appFolder: '/src/token tray' }).set(true, english.words)
  expect(await execLine()).toBe('/usr/bin/electron "/src/token tray" --hidden')
})

test('XDG_CONFIG_HOME is where it says, unless that is a relative path', async () => {
  const elsewhere = join(home, 'elsewhere')
  await linux({ env: { XDG_CONFIG_HOME: elsewhere } }).set(true, english.words)
  expect(await execLine(join(elsewhere, 'autostart', 'tokentray.desktop'))).toContain('--hidden')
  for (const XDG_CONFIG_HOME of ['relative', '']) expect(await linux({ env: { XDG_CONFIG_HOME } }).read()).toBe(false)
  await linux({ env: { XDG_CONFIG_HOME: 'relative' } }).set(true, english.words)
  expect(await execLine()).toContain('--hidden')
})

test.each(['Hidden=true', 'X-GNOME-Autostart-enabled=false'])(
  'an entry that a desktop switched off by %s is off, and comes on again',
  async (line) => {
    const login = linux()
    await login.set(true, english.words)
    const [name = ''] = line.split('=')
    const text = (await readFile(file, 'utf8')).split('\n').filter((each) => !each.startsWith(name))
    await writeFile(file, [...text, line, '', '[Desktop Action other]', 'Hidden=false'].join('\r\n'))
    expect(await login.read()).toBe(false)
    await login.set(true, english.words)
    expect(await login.read()).toBe(true)
  },
)

test('only the group of the entry counts', () => {
  const ours = autostartEntry(['/opt/tokentray'])
  expect(entryState(`${ours}[Desktop Action x]\nHidden=true\n`)).toBe('on')
  expect(entryState(`[Desktop Action x]\nX-TokenTray-Autostart=true\n`)).toBe('foreign')
  expect(entryState(`#${ours.replaceAll('\n', '\n#')}`)).toBe('foreign')
  for (const text of ['', '[', '[Desktop Entry]', '=\n=', '\0'.repeat(99)]) expect(entryState(text)).toBe('foreign')
})

test('what is not ours is left as it is, and is named', async () => {
  const login = linux()
  await mkdir(join(file, '..'), { recursive: true })
  const foreign = async (text: () => Promise<string>) => {
    for (const wanted of [true, false]) {
      await expect(login.set(wanted, english.words)).rejects.toMatchObject({
        code: 'request_refused',
        message: expect.stringContaining(file),
      })
    }
    expect(await login.read()).toBe(false)
    const left = await text()
    await rm(file, { recursive: true })
    return left
  }
  await writeFile(file, '[Desktop Entry]\nExec=mine\n')
  expect(await foreign(() => readFile(file, 'utf8'))).toContain('Exec=mine')
  await mkdir(file)
  await foreign(async () => 'a folder')
  execFileSync('mkfifo', [file])
  await foreign(async () => 'a pipe')
  await symlink('/etc/hostname', file)
  expect(await foreign(() => readlink(file))).toBe('/etc/hostname')
  await writeFile(file, `${autostartEntry(['/opt/tokentray'])}${'#'.repeat(70_000)}`)
  await foreign(async () => 'a huge one')
})

test('a folder that cannot be made is named', async () => {
  await writeFile(join(home, '.config'), '')
  const login = linux()
  expect(await login.read()).toBe(false)
  for (const wanted of [true, false]) {
    await expect(login.set(wanted, english.words)).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      message: expect.stringContaining(file),
    })
  }
})

test.each([
  ['/opt/a b', '"/opt/a b"'],
  ['/opt/a"b', '"/opt/a\\\\"b"'],
  ['/opt/a$b`c', '"/opt/a\\\\$b\\\\`c"'],
  ['/opt/a\\b', '"/opt/a\\\\\\\\b"'],
  ['/opt/100%', '"/opt/100%%"'],
  ['/opt/a\nb', '"/opt/a\\nb"'],
])('the program %j is written %s', (program, written) => {
  expect(autostartEntry([program])).toContain(`\nExec=${written}\n`)
})

/** Reads an `Exec` as a desktop does: the escapes of the value, then the quoting, then the field codes. */
function parsed(value: string): string[] {
  const escapes: Readonly<Record<string, string>> = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' }
  const text = value.replaceAll(/\\(.)/g, (_whole, letter: string) => escapes[letter] ?? `\\${letter}`)
  const words = text.match(/"(?:[^"\\]|\\[\s\S])*"|[^\s"]+/g) ?? []
  return words.map((word) =>
    (word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(["`$\\])/g, '$1') : word).replaceAll('%%', '%'),
  )
}

test('whatever a path holds, a desktop reads what was meant, in one line', () => {
  const path = fc.string({
    unit: fc.oneof(fc.constantFrom(...'"`$\\% \n\t\r\';&|=#['), fc.string({ minLength: 1, maxLength: 1 })),
  })
  fc.assert(
    fc.property(path, path, (program, folder) => {
      const text = autostartEntry([`/${program}`, `/${folder}`, '--hidden'])
      const lines = text.split('\n').filter((line) => line.startsWith('Exec='))
      expect(lines).toHaveLength(1)
      expect(parsed(lines[0]?.slice('Exec='.length) ?? '')).toEqual([`/${program}`, `/${folder}`, '--hidden'])
      expect(entryState(text)).toBe('on')
      expect(entryProgram(text)).toBe(`/${program}`)
    }),
    { numRuns: propertyRuns },
  )
})

test('macOS keeps a login item of the packaged app, and none of a bare Electron', async () => {
  const loginItems = new LoginItems()
  const login = on('darwin', { loginItems })
  await login?.set(true, english.words)
  expect([await login?.read(), loginItems.kept]).toEqual([true, { openAtLogin: true }])
  await login?.set(false, english.words)
  expect(await login?.read()).toBe(false)
  expect(on('darwin', { appFolder: '/src/app' })).toBeUndefined()
})

test('Windows starts with the switch, and a start that the Task Manager forbids is off', async () => {
  const loginItems = new LoginItems()
  const executable = 'C:\\Program Files\\TokenTray\\TokenTray.exe'
  const login = on('win32', { loginItems, executable })
  await login?.set(true, english.words)
  expect(loginItems.kept).toMatchObject({ openAtLogin: true, enabled: true, path: executable, args: ['--hidden'] })
  expect(await login?.read()).toBe(true)
  expect(loginItems.asked).toEqual({ path: executable, args: ['--hidden'] })
  loginItems.allowed = false
  expect(await login?.read()).toBe(false)
  await on('win32', { loginItems, executable, appFolder: 'C:\\my app' })?.set(false, english.words)
  expect(loginItems.kept).toMatchObject({ openAtLogin: false, args: ['"C:\\my app"', '--hidden'] })
})

test('elsewhere there is none', () => {
  expect(on('freebsd')).toBeUndefined()
})
