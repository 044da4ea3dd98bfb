import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { Asks } from '../../src/ipc/asks.ts'
import type { Reply } from '../../src/ipc/channels.ts'
import { defaultSettings, type SettingsView } from '../../src/ipc/settings.ts'
import { approveAuthorization } from '../../src/practice/approve.ts'
import { type FakeBrowser, startFakeBrowser } from '../support/fake-browser.ts'
import { startTrayHost, type TrayHost, type TrayItem } from '../support/status-notifier.ts'
import { brokerStatus, launchApp, type RunningApp, spawnApp, type TestHome, testHome } from './support/running-app.ts'

/** The settings as they are changed in the window, and everything outside of it that they reach. */
let browser: FakeBrowser
let home: TestHome
let app: RunningApp
let host: TrayHost | undefined

test.beforeEach(async () => {
  browser = await startFakeBrowser()
  const made = await testHome(browser.env, true)
  home = { ...made, env: { ...made.env, XDG_CONFIG_HOME: join(made.folder, 'config') } }
})

test.afterEach(async () => {
  await app.electron.close()
  await host?.close()
  host = undefined
  await browser.close()
  await home.remove()
})

async function startInWindow(): Promise<Page> {
  app = await launchApp(home, ['--window'])
  const page = await app.electron.firstWindow()
  await expect(page.getByRole('heading', { name: 'TokenTray' })).toBeVisible()
  return page
}

async function startInTray(): Promise<TrayItem> {
  host = await startTrayHost()
  app = await launchApp(home)
  return host.waitForItem()
}

async function openPopover(icon: TrayItem): Promise<Page> {
  const [page] = await Promise.all([app.electron.waitForEvent('window'), icon.activate()])
  await expect(page.getByRole('heading', { name: 'TokenTray' })).toBeVisible()
  return page
}

const settled = (reply: Reply<SettingsView>): SettingsView => {
  if (!reply.ok) throw new Error(JSON.stringify(reply.problem))
  return reply.value
}
const settings = async (page: Page) => settled(await page.evaluate(() => window.tokentray.invoke('settings:get', undefined)))
const tryChange = (page: Page, change: Asks['settings:change']) =>
  page.evaluate((wanted) => window.tokentray.invoke('settings:change', wanted), change)
const change = async (page: Page, wanted: Asks['settings:change']) => settled(await tryChange(page, wanted))
const viewed = (page: Page) =>
  page.evaluate(async () => {
    const reply = await window.tokentray.invoke('view:get', undefined)
    return reply.ok ? reply.value : undefined
  })

const windows = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
const file = () => join(home.folder, 'app', 'settings.json')

test('what was chosen survives a restart, and reset forgets it', async () => {
  const first = await startInWindow()
  expect((await settings(first)).settings).toEqual(defaultSettings)
  expect((await viewed(first))?.surroundings.welcome).toBe(true)
  const chosen: Asks['settings:change'] = {
    refreshAhead: false,
    quietHours: { on: true, from: 60, to: 120 },
    usageThresholds: [{ window: '5 hours', percents: [50] }],
    logLevel: 'debug',
    askFirst: true,
  }
  const { askFirst, ...own } = chosen
  expect(await change(first, chosen)).toMatchObject({ askFirst, settings: own })
  expect(await first.evaluate(() => window.tokentray.invoke('welcome:done', undefined))).toEqual({ ok: true })
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  const wrong = await tryChange(first, { quietHours: { on: true, from: 1440, to: 0 } })
  expect(wrong).toMatchObject({ ok: false, problem: { code: 'invalid_request' } })
  await app.electron.close()

  const second = await startInWindow()
  // The broker keeps its own with the vault, which is in memory here.
  await expect.poll(async () => (await settings(second)).askFirst).toBe(false)
  await change(second, { askFirst: true })
  expect((await settings(second)).settings).toEqual({ ...defaultSettings, ...own })
  expect((await viewed(second))?.surroundings.welcome).toBe(false)
  const reset = settled(await second.evaluate(() => window.tokentray.invoke('settings:reset', undefined)))
  expect(reset).toMatchObject({ settings: defaultSettings, askFirst: true })
  expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({ ...defaultSettings, welcomeDone: true })
})

test('a damaged file is named in the window, kept beside the new one, and read no more', async () => {
  await mkdir(join(home.folder, 'app'))
  await writeFile(file(), '{"hidePersonalData": tru')
  const page = await startInWindow()
  const aside = join(home.folder, 'app', 'settings.damaged-1.json')
  await expect(page.getByRole('region', { name: 'Notice' }).filter({ hasText: aside })).toBeVisible()
  expect(await readFile(aside, 'utf8')).toBe('{"hidePersonalData": tru')
  expect((await change(page, { hidePersonalData: true })).settings.hidePersonalData).toBe(true)
  await app.electron.close()
  const again = await startInWindow()
  expect((await viewed(again))?.notices).toEqual([])
  expect((await settings(again)).settings.hidePersonalData).toBe(true)
})

test('a settings file that cannot be written is told, and the change holds until the app ends', async () => {
  const page = await startInWindow()
  await mkdir(file())
  const reply = await tryChange(page, { hidePersonalData: true })
  expect(reply).toMatchObject({ ok: false, problem: { code: 'temporarily_unavailable' } })
  expect(JSON.stringify(reply)).toContain(file())
  expect((await settings(page)).settings.hidePersonalData).toBe(true)
})

test('start at login writes its entry and removes it, and leaves that of another program alone', async () => {
  const page = await startInWindow()
  const folder = join(home.folder, 'config', 'autostart')
  const entry = join(folder, 'tokentray.desktop')
  expect((await settings(page)).startAtLogin).toBe(false)
  expect((await change(page, { startAtLogin: true })).startAtLogin).toBe(true)
  const executable = await app.electron.evaluate(() => process.execPath)
  const text = await readFile(entry, 'utf8')
  expect(text).toContain(`Exec=${executable} `)
  expect(text).toMatch(/^Exec=.* --hidden$/m)
  expect((await change(page, { startAtLogin: false })).startAtLogin).toBe(false)
  expect(await readdir(folder)).toEqual([])
  await writeFile(entry, '[Desktop Entry]\nExec=mine\n')
  const refused = await tryChange(page, { startAtLogin: true })
  expect(refused).toMatchObject({ ok: false, problem: { code: 'request_refused' } })
  expect(JSON.stringify(refused)).toContain(entry)
  expect(await readFile(entry, 'utf8')).toContain('Exec=mine')
})

test('the language reaches window and menu at once, and the next start', async () => {
  const icon = await startInTray()
  await expect.poll(() => icon.menuLabels()).toContain('Quit')
  const page = await openPopover(icon)
  await change(page, { language: 'de' })
  await expect.poll(() => icon.menuLabels()).toContain('Beenden')
  await expect.poll(async () => (await icon.properties()).tooltip).toBe('TokenTray: Abgemeldet')
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await app.electron.close()
  await host?.waitForNoItem()
  app = await launchApp(home)
  const next = await host?.waitForItem()
  await expect.poll(() => next?.menuLabels()).toContain('Beenden')
})

test('who is signed in is hidden in menu and window, also from a page that asks', async () => {
  const icon = await startInTray()
  await expect.poll(async () => (await icon.properties()).tooltip).toBe('TokenTray: Signed out')
  await icon.click('Sign in to Practice…')
  await fetch(await approveAuthorization(await browser.nextUrl()))
  await expect.poll(async () => (await icon.properties()).tooltip).toBe('TokenTray: Practice is ready')
  const email = (await brokerStatus(home))?.accounts.find(({ identity }) => identity?.email)?.identity?.email ?? ''
  expect(email).toContain('@')
  const page = await openPopover(icon)
  await expect(page.getByText(email).first()).toBeVisible()
  expect((await icon.menuLabels()).join('\n')).toContain(email)

  await change(page, { hidePersonalData: true })
  await expect(page.getByText(email)).toHaveCount(0)
  await expect.poll(async () => (await icon.menuLabels()).join('\n')).not.toContain(email)
  expect((await icon.menuLabels()).join('\n')).toContain('•••')
  const told = await viewed(page)
  expect(JSON.stringify(told)).not.toContain(email)
  expect(told?.surroundings).toMatchObject({ hidePersonalData: true, welcome: false })
  expect(JSON.stringify(await page.evaluate(() => window.tokentray.invoke('intent:take', undefined)))).not.toContain(email)
  // Tools are told as before: what they may know is not for this screen alone.
  expect(JSON.stringify(await brokerStatus(home))).toContain(email)
})

for (const how of ['--hidden', 'start hidden'] as const) {
  test(`with ${how}, no window opens without a tray, and a second start shows it`, async () => {
    if (how === 'start hidden') {
      await mkdir(join(home.folder, 'app'))
      await writeFile(file(), '{"startHidden": true}')
    }
    app = await launchApp(home, how === '--hidden' ? ['--hidden'] : [])
    await expect.poll(() => brokerStatus(home), { timeout: 20_000 }).toBeDefined()
    // The session's own start beside it is no wish to see the window either.
    await (await spawnApp(home, ['--hidden'])).ended
    expect(await windows()).toBe(0)
    const shown = app.electron.waitForEvent('window')
    await (await spawnApp(home)).ended
    await expect((await shown).getByRole('heading', { name: 'TokenTray' })).toBeVisible()
    expect(await windows()).toBe(1)
  })
}
