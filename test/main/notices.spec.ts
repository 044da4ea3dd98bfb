import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { type ProviderDouble, startProviderDouble } from '../providers/double/index.ts'
import { type FakeBrowser, startFakeBrowser } from '../support/fake-browser.ts'
import { type NotificationHost, startNotificationHost } from '../support/notification-host.ts'
import { startTrayHost, type TrayHost, type TrayItem } from '../support/status-notifier.ts'
import { launchApp, project, type RunningApp, type TestHome, testHome } from './support/running-app.ts'

/** The app with a vault that outlives it, on a desktop with a tray, and with notifications where a test wants them. */
let host: TrayHost
let desktop: NotificationHost | undefined
let browser: FakeBrowser
let double: ProviderDouble
let home: TestHome
let app: RunningApp
let icon: TrayItem

const needed = 'OpenAI Codex (robin@practice.example): sign-in needed'

test.beforeEach(async () => {
  host = await startTrayHost()
  browser = await startFakeBrowser()
  double = await startProviderDouble()
  const made = await testHome({ ...browser.env, TOKENTRAY_UPSTREAM: double.origin })
  home = { ...made, env: { ...made.env, TOKENTRAY_VAULT: 'keychain' } }
})

test.afterEach(async () => {
  await app.electron.close()
  await desktop?.close()
  desktop = undefined
  await host.close()
  await browser.close()
  await double.close()
  await home.remove()
})

const tooltip = async () => (await icon.properties()).tooltip

async function start(): Promise<void> {
  app = await launchApp(home)
  icon = await host.waitForItem()
}

/** Signs in to Codex from the menu, by way of its rule card, and closes the window. */
async function signIn(): Promise<void> {
  await expect.poll(tooltip).toBe('TokenTray: Signed out')
  const opened = app.electron.waitForEvent('window')
  await icon.click('Sign in to OpenAI Codex…')
  const page = await opened
  await page.getByRole('button', { name: 'I understand, go on' }).click()
  await fetch(double.approve(await browser.nextUrl()))
  await expect.poll(tooltip).toBe('TokenTray: OpenAI Codex is ready')
  await closeWindows()
}

const windows = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)

async function closeWindows(): Promise<void> {
  await app.electron.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) window.close()
  })
  await expect.poll(windows).toBe(0)
}

/** The provider ends the login, and a check finds that out. */
async function endLogin(): Promise<void> {
  double.endGrant('openai-codex')
  double.refuseAccess('openai-codex')
  await Promise.all([app.electron.waitForEvent('window'), icon.click(/^OpenAI Codex \(robin/, 'Check')])
  await expect.poll(tooltip).toBe('TokenTray: OpenAI Codex needs you')
  await closeWindows()
}

test('a sign-in that is needed is told once, done from the notification, and not told again after a restart', async () => {
  desktop = await startNotificationHost()
  await start()
  await signIn()
  await endLogin()
  const told = await desktop.waitFor(needed)
  expect(told.buttons).toEqual({ default: 'Sign in again', 0: 'Sign in again' })
  const file = join(home.folder, 'app', 'notices.json')
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain('openai-codex')
  expect(await readFile(file, 'utf8')).not.toContain('robin')
  expect((await stat(file)).mode & 0o777).toBe(0o600)

  await app.electron.close()
  // What nobody answers any more does not stay on the screen.
  await expect.poll(() => desktop?.standing).toEqual([])
  await host.waitForNoItem()
  await start()
  await expect.poll(tooltip, { timeout: 20_000 }).toBe('TokenTray: OpenAI Codex needs you')
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  expect(desktop.came.map(({ title }) => title)).toEqual([needed])
})

test('the button of a notification opens the browser, and the notification goes when the login is complete', async () => {
  desktop = await startNotificationHost()
  await start()
  await signIn()
  const before = (await browser.urls()).length
  await endLogin()
  const told = await desktop.waitFor(needed)
  desktop.press(told, 'Sign in again')
  await expect.poll(async () => (await browser.urls()).length).toBe(before + 1)
  expect(await windows()).toBe(0)
  await fetch(double.approve(await browser.nextUrl()))
  await expect.poll(tooltip).toBe('TokenTray: OpenAI Codex is ready')
  await expect.poll(() => desktop?.standing).toEqual([])
  expect(desktop.came).toHaveLength(1)
})

test('a notification that stands goes when the login is made elsewhere', async () => {
  desktop = await startNotificationHost()
  await start()
  await signIn()
  await endLogin()
  await desktop.waitFor(needed)
  await icon.click(/^OpenAI Codex \(robin/, 'Sign in again…')
  await fetch(double.approve(await browser.nextUrl()))
  await expect.poll(tooltip).toBe('TokenTray: OpenAI Codex is ready')
  await expect.poll(() => desktop?.standing).toEqual([])
})

/** A tool that asks for a token, as a person starts it. */
function cli(client: string): Promise<{ stdout: string; code: number }> {
  const args = [join(project, 'out/node/tokentray.js'), 'token', 'openai-codex', '--client', client]
  return promisify(execFile)(process.execPath, args, { env: home.env }).then(
    ({ stdout }) => ({ stdout, code: 0 }),
    (error: { stdout: string; code: number }) => ({ stdout: error.stdout, code: error.code }),
  )
}

test('a tool that waits is answered from the notification, and its own end takes it back', async () => {
  desktop = await startNotificationHost()
  await start()
  await signIn()
  await icon.click('Settings', 'Ask me before a new tool gets a token')
  const askFirst = async () =>
    (await icon.menu()).find(({ label }) => label === 'Settings')?.children.find(({ label }) => label.startsWith('Ask me'))
      ?.checked
  await expect.poll(askFirst).toBe(true)

  const allowed = cli('journey')
  const asking = await desktop.waitFor(/^journey asks for OpenAI Codex/)
  expect(asking.urgency).toBe(2)
  expect(asking.body).toMatch(/^Proven: .*node/)
  desktop.press(asking, 'Allow once')
  const answer = await allowed
  expect([answer.code, answer.stdout.trim().length > 20]).toEqual([0, true])
  await expect.poll(() => desktop?.standing).toEqual([])

  const denied = cli('journey')
  const again = await desktop.waitFor(/^journey asks for/)
  desktop.press(again, 'Deny')
  expect((await denied).code).not.toBe(0)

  const elsewhere = cli('voyage')
  await desktop.waitFor(/^voyage asks for/)
  await icon.click(/^voyage asks for/, 'Deny')
  await elsewhere
  await expect.poll(() => desktop?.standing).toEqual([])
  expect(desktop.came).toHaveLength(3)
})

test('a desktop without a notification service is not disturbed, and no program is left waiting', async () => {
  await start()
  await signIn()
  await endLogin()
  const waiting = async () =>
    (await promisify(execFile)('ps', ['-o', 'args=', '--ppid', String(app.electron.process().pid)])).stdout
  await expect.poll(waiting).not.toContain('notify-send')
  expect(await tooltip()).toBe('TokenTray: OpenAI Codex needs you')
  expect(app.written()).not.toMatch(/Uncaught|UnhandledPromise/)
})
