import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { approveAuthorization } from '../../src/practice/approve.ts'
import { type FakeBrowser, startFakeBrowser } from '../support/fake-browser.ts'
import { type MenuEntry, startTrayHost, type TrayHost, type TrayItem } from '../support/status-notifier.ts'
import { launchApp, type RunningApp, type TestHome, testHome } from './support/running-app.ts'

/** The app with a vault that can be locked, on a desktop with a tray and a screen saver. */
let host: TrayHost
let browser: FakeBrowser
let home: TestHome
let app: RunningApp
let icon: TrayItem

const run = promisify(execFile)
const follow = 'Lock when the screen locks'
const askFirst = 'Ask me before a new tool gets a token'

async function start(): Promise<void> {
  app = await launchApp(home)
  icon = await host.waitForItem()
}

async function startWith(store: 'keychain' | 'passphrase'): Promise<void> {
  const made = await testHome(browser.env)
  home = { ...made, env: { ...made.env, TOKENTRAY_VAULT: store } }
  await start()
}

test.beforeEach(async () => {
  host = await startTrayHost()
  browser = await startFakeBrowser()
})

test.afterEach(async () => {
  await app.electron.close()
  await host.close()
  await browser.close()
  await home.remove()
})

const tooltip = async () => (await icon.properties()).tooltip

async function signIn(): Promise<void> {
  await expect.poll(tooltip).toBe('TokenTray: Signed out')
  await icon.click('Sign in to Practice…')
  await fetch(await approveAuthorization(await browser.nextUrl()))
  await expect.poll(tooltip).toBe('TokenTray: Practice is ready')
}

/** What the screen saver of a desktop tells. */
const screenSaver = (active: boolean) =>
  run('dbus-send', [
    '--session',
    '--type=signal',
    '/org/gnome/ScreenSaver',
    'org.gnome.ScreenSaver.ActiveChanged',
    `boolean:${active}`,
  ])

/** Tells it until the app has heard it, as a monitor that has just been started may not listen yet. */
async function screenBecomes(active: boolean, state: string): Promise<void> {
  await expect
    .poll(async () => {
      await screenSaver(active)
      return tooltip()
    })
    .toBe(`TokenTray: ${state}`)
}

interface Answer {
  readonly status: number | undefined
  readonly body: Record<string, unknown>
}

/** Asks the socket for a token of Practice, as a tool does that names itself. */
function token(client = 'journey'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'TokenTray-Client': client }
    const asked = request({ socketPath: join(home.folder, 'agent.sock'), path: '/v1/token/practice', headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) as Answer['body'] }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

async function setting(label: string): Promise<MenuEntry | undefined> {
  const settings = (await icon.menu()).find((entry) => entry.label === 'Settings')
  return settings?.children.find((entry) => entry.label === label)
}

test('Lock in the menu takes every token back, and Unlock gives them again', async () => {
  await startWith('keychain')
  await signIn()
  const before = await token()
  expect(before.status).toBe(200)
  await icon.click('Lock')
  await expect.poll(tooltip).toBe('TokenTray: Locked')
  expect(await token()).toMatchObject({ status: 503, body: { error: 'vault_locked' } })
  expect(await icon.menuLabels()).not.toContain('Lock')
  const [page] = await Promise.all([app.electron.waitForEvent('window'), icon.activate()])
  await expect(page.getByRole('heading', { name: 'Your logins are locked' })).toBeVisible()
  await expect(page.getByText('practice.example')).toHaveCount(0)
  await icon.click('Unlock')
  await expect.poll(tooltip).toBe('TokenTray: Practice is ready')
  await expect(page.getByRole('listitem', { name: 'Practice' })).toBeVisible()
  expect(await token()).toMatchObject({ status: 200, body: { access_token: before.body.access_token } })
})

test('the vault is locked with the screen while that is switched on, also after a restart', async () => {
  await startWith('keychain')
  await expect.poll(async () => (await setting(follow))?.checked).toBe(false)
  await signIn()
  await screenSaver(true)
  await icon.click('Settings', follow)
  await expect.poll(async () => (await setting(follow))?.checked).toBe(true)
  expect(await tooltip()).toBe('TokenTray: Practice is ready')
  await screenBecomes(true, 'Locked')
  await screenBecomes(false, 'Practice is ready')

  await app.electron.close()
  await host.waitForNoItem()
  await start()
  await expect.poll(async () => (await setting(follow))?.checked).toBe(true)
  await expect.poll(tooltip).toBe('TokenTray: Practice is ready')
  await screenBecomes(true, 'Locked')
  await screenBecomes(false, 'Practice is ready')

  // What a person locked stays locked.
  await icon.click('Lock')
  await expect.poll(tooltip).toBe('TokenTray: Locked')
  await screenSaver(true)
  await screenSaver(false)
  await icon.click('Settings', follow)
  await expect.poll(async () => (await setting(follow))?.checked).toBe(false)
  expect(await tooltip()).toBe('TokenTray: Locked')
  const { stdout } = await run('ps', ['-o', 'args=', '--ppid', String(app.electron.process().pid)])
  expect(stdout).not.toContain('dbus-monitor')
})

test('a passphrase is chosen, asked for and refused in the window, and the screen does not open what it locked', async () => {
  await startWith('passphrase')
  await expect.poll(tooltip).toBe('TokenTray: Choose a passphrase')
  const [page] = await Promise.all([app.electron.waitForEvent('window'), icon.click('Unlock…')])
  await page.getByLabel('Passphrase').fill('correct horse')
  await page.getByLabel('The same again').fill('correct horse')
  await page.getByRole('button', { name: 'Set passphrase' }).click()
  await expect.poll(tooltip).toBe('TokenTray: Signed out')
  await signIn()
  await expect.poll(async () => (await setting(follow))?.checked).toBe(false)
  await icon.click('Settings', follow)
  await expect.poll(async () => (await setting(follow))?.checked).toBe(true)
  await screenBecomes(true, 'Locked')
  await screenSaver(false)
  const [again] = page.isClosed()
    ? await Promise.all([app.electron.waitForEvent('window'), icon.click('Unlock…')])
    : [page, await icon.click('Unlock…')]
  await again.getByLabel('Passphrase').fill('battery staple')
  await again.keyboard.press('Enter')
  await expect(again.getByRole('alert')).toContainText('passphrase')
  expect(await token()).toMatchObject({ status: 503, body: { error: 'vault_locked' } })
  await expect(again.getByRole('button', { name: 'Unlock' })).toHaveAttribute('aria-disabled', 'false')
  await again.getByLabel('Passphrase').fill('correct horse')
  await again.keyboard.press('Enter')
  await expect.poll(tooltip).toBe('TokenTray: Practice is ready')
  expect((await token()).status).toBe(200)
  for (const passphrase of ['correct horse', 'battery staple']) expect(app.written()).not.toContain(passphrase)
})

test('a tool that nobody knows waits for the answer in the menu, or in the window', async () => {
  await startWith('keychain')
  await signIn()
  await icon.click('Settings', askFirst)
  await expect.poll(async () => (await setting(askFirst))?.checked).toBe(true)

  const asking = token('journey')
  await expect.poll(tooltip).toBe('TokenTray: journey waits for you')
  const [first] = await icon.menu()
  expect(first?.label).toMatch(/^journey asks for Practice \(.+@practice\.example\)$/)
  expect(first?.children.map(({ label }) => label)).toContain('Says it is journey')
  await icon.click(/^journey asks for/, 'Allow once')
  expect((await asking).status).toBe(200)
  await expect.poll(tooltip).toBe('TokenTray: Practice is ready')

  const [page] = await Promise.all([app.electron.waitForEvent('window'), icon.activate()])
  const again = token('journey')
  // The first half second takes no press.
  await expect(page.getByRole('button', { name: /^Deny: journey/ })).toHaveAttribute('aria-busy', 'false')
  await page.getByRole('button', { name: /^Deny: journey/ }).click()
  expect(await again).toMatchObject({ status: 403, body: { error: 'client_denied' } })
  await expect(page.getByRole('button', { name: /^Deny: journey/ })).toHaveCount(0)
})

test('an account is switched off and on in the menu, and refreshed', async () => {
  await startWith('keychain')
  await signIn()
  const entry = /^Practice \(.+\): /
  await icon.click(entry, 'Switch off')
  await expect.poll(tooltip).toBe('TokenTray: Switched off')
  expect(await token()).toMatchObject({ status: 403, body: { error: 'account_disabled' } })
  await icon.click(entry, 'Switch on')
  await expect.poll(tooltip).toBe('TokenTray: Practice is ready')
  const before = await token()
  // A login that is ten seconds old or less is as fresh as it can be.
  await expect(async () => {
    await icon.click(entry, 'Refresh now')
    expect((await token()).body.access_token).not.toBe(before.body.access_token)
  }).toPass({ timeout: 30_000, intervals: [2_000] })
})
