import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { promisify } from 'node:util'
import { chromium, expect, test } from '@playwright/test'
import { brokerStatus, launchApp, project, type TestHome, testHome } from '../main/support/running-app.ts'
import { chromiumExecutable } from '../support/chromium.mjs'
import { sandboxSwitches } from '../support/electron-runtime.mjs'
import { startFakeBrowser } from '../support/fake-browser.ts'
import { secretToolSearch } from '../support/keyring.ts'
import { startTrayHost } from '../support/status-notifier.ts'

/** A home whose logins are in the keychain of this session, as a person's are. */
async function keychainHome(env: Parameters<typeof testHome>[0]): Promise<TestHome> {
  const home = await testHome(env)
  return { ...home, env: { ...home.env, TOKENTRAY_VAULT: 'keychain' } }
}

async function command(home: TestHome, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [`${project}/out/node/tokentray.js`, ...args], { env: home.env })
  return stdout
}

/** Allows the access as a person does: the real page, in a real browser. */
async function allowInBrowser(address: string): Promise<void> {
  const executablePath = chromiumExecutable()
  const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: sandboxSwitches() })
  try {
    const page = await browser.newPage()
    await page.goto(address)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'You can close this tab' }).waitFor()
    expect(await page.evaluate(() => location.href)).toBe('http://127.0.0.1:1455/success')
  } finally {
    await browser.close()
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection({ port, host: '127.0.0.1' })
    connection.on('connect', () => resolve(true)).on('error', () => resolve(false))
    connection.unref()
  })
}

test('one login, end to end: tray, browser, keychain, status, socket, command, and again after a kill', async () => {
  const trayHost = await startTrayHost()
  const browser = await startFakeBrowser()
  const home = await keychainHome(browser.env)
  const before = (await secretToolSearch({ service: 'TokenTray' })).length
  let app = await launchApp(home)
  let icon = await trayHost.waitForItem()
  const tooltip = async () => (await icon.properties()).tooltip
  await expect.poll(tooltip).toBe('TokenTray: Signed out')

  await icon.click('Sign in to Practice…')
  await allowInBrowser(await browser.nextUrl())

  await expect.poll(tooltip).toBe('TokenTray: Practice is ready')
  expect((await icon.menuLabels()).join('\n')).toMatch(/Practice \(robin@practice\.example\): ready/)
  const [page] = await Promise.all([app.electron.waitForEvent('window'), icon.activate()])
  await expect(page.getByRole('status')).toHaveText('Practice is ready')
  await expect(page.getByText('robin@practice.example', { exact: true })).toBeVisible()

  const items = (await secretToolSearch({ service: 'TokenTray' })).slice(before)
  expect(items).toHaveLength(1)
  expect(Buffer.from(items[0]?.secret ?? '', 'base64')).toHaveLength(32)
  expect(await listens(1455)).toBe(false)

  const token = (await command(home, 'token', 'practice')).trim()
  expect(token).toMatch(/^\S{20,}$/)
  const { base_url } = JSON.parse(await command(home, 'token', 'practice', '--json')) as { base_url: string }
  const whoami = () => fetch(`${base_url}/whoami`, { headers: { authorization: `Bearer ${token}` } })
  expect(await (await whoami()).json()).toMatchObject({ email: 'robin@practice.example' })

  const ended = once(app.electron.process(), 'exit')
  app.electron.process().kill('SIGKILL')
  await ended
  expect(await brokerStatus(home)).toBeUndefined()

  app = await launchApp(home)
  icon = await trayHost.waitForItem()
  await expect.poll(tooltip).toBe('TokenTray: Practice is ready')
  expect((await command(home, 'token', 'practice')).trim()).toBe(token)
  await expect.poll(async () => (await whoami().catch(() => undefined))?.status).toBe(200)
  expect((await browser.urls()).length).toBe(1)

  await command(home, 'logout', 'practice')
  expect((await whoami()).status).toBe(401)
  await app.electron.close()
  await trayHost.close()
  await browser.close()
  await home.remove()
})
