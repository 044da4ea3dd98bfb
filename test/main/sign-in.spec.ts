import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { approveAuthorization, startPracticeServer } from '../../src/practice/index.ts'
import { type ProviderDouble, startProviderDouble } from '../providers/double/index.ts'
import { type FakeBrowser, startFakeBrowser } from '../support/fake-browser.ts'
import { startTrayHost, type TrayHost, type TrayItem } from '../support/status-notifier.ts'
import { brokerStatus, launchApp, type RunningApp, type TestHome, testHome } from './support/running-app.ts'

/** The app on a desktop with a tray, and the double in place of the servers of all providers. */
let host: TrayHost
let browser: FakeBrowser
let double: ProviderDouble
let home: TestHome
let app: RunningApp
let icon: TrayItem

test.beforeEach(async () => {
  host = await startTrayHost()
  browser = await startFakeBrowser()
  double = await startProviderDouble()
  home = await testHome({ ...browser.env, TOKENTRAY_UPSTREAM: double.origin })
  app = await launchApp(home)
  icon = await host.waitForItem()
  await expect.poll(tooltip).toBe('TokenTray: Signed out')
})

test.afterEach(async () => {
  await app.electron.close()
  await host.close()
  await browser.close()
  await double.close()
  await home.remove()
  expect(double.faults).toEqual([])
})

const tooltip = async () => (await icon.properties()).tooltip
const clipboard = () => app.electron.evaluate(({ clipboard: board }) => board.readText())

async function openPopover(): Promise<Page> {
  const [page] = await Promise.all([app.electron.waitForEvent('window'), icon.activate()])
  await expect(page.getByRole('heading', { name: 'TokenTray' })).toBeVisible()
  return page
}

/** Everything that the app wrote below its home, as one text. */
async function written(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1').catch(() => '')))
  return texts.join('\n')
}

test('a device login shows its code, copies it, opens its page, and says who signed in', async () => {
  const page = await openPopover()
  await page.getByRole('button', { name: 'Sign in to Kimi Code' }).click()
  const row = page.getByRole('listitem', { name: 'Kimi Code' })
  await expect(row.getByRole('button', { name: 'Open page' })).toBeFocused()
  const code = (await row.locator('code').textContent()) ?? ''
  expect(code).toMatch(/\w{4}/)
  expect(await browser.urls()).toEqual([])
  await page.getByRole('button', { name: 'Copy code' }).click()
  await expect.poll(clipboard).toBe(code)
  expect((await icon.menuLabels()).join('\n')).toContain('Kimi Code: waiting for you')
  await page.getByRole('button', { name: 'Open page' }).click()
  expect(await browser.nextUrl()).toContain(`${double.origin}/kimi/device`)
  double.approveDevice(code)
  await expect(page.getByRole('status')).toHaveText('Kimi Code is ready', { timeout: 20_000 })
  await expect(row).toContainText('Signed in')
})

test('a device login from the menu opens the window with its code', async () => {
  const opened = app.electron.waitForEvent('window')
  await icon.click('Sign in to xAI Grok…')
  const page = await opened
  await expect(page.getByRole('group', { name: 'Sign-in to xAI Grok' })).toContainText('Type this code')
  await icon.click('xAI Grok: waiting for you', 'Cancel sign-in')
  await expect(page.getByRole('button', { name: 'Sign in to xAI Grok' })).toBeVisible()
})

test('a key is stored, tried, checked again, and stands nowhere in the clear', async () => {
  const key = 'sk-proj-0123456789abcdefghijklmnop'
  double.apiKeys.add(key)
  const page = await openPopover()
  await page.getByRole('button', { name: 'Other ways for OpenAI Codex' }).click()
  await page.getByRole('button', { name: 'API key…' }).click()
  await page.getByLabel('API key', { exact: true }).fill(key)
  await page.keyboard.press('Enter')
  const row = page.getByRole('listitem', { name: 'OpenAI Codex' })
  await expect(row).toContainText('Stored and tried: works.')
  await expect(row.locator('.state')).toHaveText('API key')
  expect((await brokerStatus(home))?.accounts[1]).toMatchObject({ provider: 'openai-codex', kind: 'api_key' })

  double.apiKeys.delete(key)
  await icon.click('OpenAI Codex: ready', 'Check')
  await expect(row).toContainText('Tried just now: does not work.')
  expect(await page.content()).not.toContain(key)
  expect(app.written()).not.toContain(key)
  expect(await written(home.folder)).not.toContain(key)
})

test('a text that cannot be a key is refused at the field', async () => {
  const page = await openPopover()
  await page.getByRole('button', { name: 'Other ways for OpenAI Codex' }).click()
  await page.getByRole('button', { name: 'API key…' }).click()
  await page.getByLabel('API key', { exact: true }).fill('correct horse')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toBeVisible()
  await expect(page.getByLabel('API key', { exact: true })).toHaveValue('')
  expect(double.count('/v1/models')).toBe(0)
})

const bob = { user: 'user-bob', workspace: 'workspace-bob', email: 'bob@example.org', plan: 'pro', name: 'Bob' }

/** Signs in to Codex from the menu, by way of its rule card. */
async function signInToCodex(): Promise<Page> {
  const opened = app.electron.waitForEvent('window')
  await icon.click('Sign in to OpenAI Codex…')
  const page = await opened
  await page.getByRole('button', { name: 'I understand, go on' }).click()
  await fetch(double.approve(await browser.nextUrl()))
  await expect(page.getByRole('status')).toHaveText('OpenAI Codex is ready')
  return page
}

test('the rules come before the browser, and their page is opened', async () => {
  const opened = app.electron.waitForEvent('window')
  await icon.click('Sign in to OpenAI Codex…')
  const page = await opened
  const card = page.getByRole('group', { name: 'The rules of OpenAI Codex' })
  await expect(card).toContainText('OpenAI tolerates that in public')
  expect(await browser.urls()).toEqual([])
  await card.getByRole('button', { name: 'github.com' }).click()
  expect(await browser.nextUrl()).toBe('https://github.com/openai/codex/issues/36886')
  await card.getByRole('button', { name: 'An API key, billed by use' }).click()
  await expect(page.getByLabel('API key', { exact: true })).toBeFocused()
  expect((await brokerStatus(home))?.logins).toEqual([])
})

test('a second account comes beside the first, without the rules again', async () => {
  const page = await signInToCodex()
  await expect(page.getByText('Signed in as robin@practice.example (Plus).')).toBeVisible()
  const opened = page.isClosed() ? app.electron.waitForEvent('window') : undefined
  await icon.click(/^OpenAI Codex \(robin/, 'Add another account…')
  const again = (await opened) ?? page
  await again.getByLabel('Label, if you like').fill('work')
  await again.getByRole('button', { name: 'Browser' }).click()
  double.person = bob
  await fetch(double.approve(await browser.nextUrl()))
  await expect(again.getByRole('status')).toHaveText('Both are ready')
  const rows = again.getByRole('list', { name: 'OpenAI Codex' }).getByRole('listitem')
  await expect(rows).toHaveCount(2)
  await expect(rows.filter({ hasText: 'robin@' })).toContainText('default')
  await expect(rows.filter({ hasText: 'bob@' })).toContainText('work')
})

test('somebody else who signs in is asked about, and comes beside the account', async () => {
  const page = await signInToCodex()
  double.endGrant('openai-codex')
  double.refuseAccess('openai-codex')
  await icon.click(/^OpenAI Codex \(robin/, 'Check')
  await page.getByRole('button', { name: 'Sign in again to OpenAI Codex' }).click()
  double.person = bob
  await fetch(double.approve(await browser.nextUrl()))
  await expect(page.getByText('You signed in as bob@example.org, and this account belongs to robin@')).toBeVisible()
  expect((await icon.menuLabels()).join('\n')).toContain('needs your decision')
  await page.getByRole('button', { name: 'Add beside it' }).click()
  await expect(page.getByRole('status')).toHaveText('1 of 2 ready · OpenAI Codex needs you')
  await expect(page.getByText('Signed in as bob@example.org (Pro).')).toBeVisible()
})

test('a code that the last page shows is pasted', async () => {
  const page = await openPopover()
  await page.getByRole('button', { name: 'Sign in to Anthropic Claude' }).click()
  await page.getByRole('button', { name: 'I understand, go on' }).click()
  await page.getByRole('button', { name: 'Open page' }).click()
  const pasted = double.approve(await browser.nextUrl())
  expect(pasted).toMatch(/^[\w-]+#[\w-]+$/)
  await page.getByLabel('Address or code from the browser').fill(pasted)
  await page.keyboard.press('Enter')
  await expect(page.getByText('Signed in as robin@practice.example.')).toBeVisible()
})

test('a browser comes back on whatever port is free', async () => {
  const page = await openPopover()
  for (const [name, answered] of [
    ['ChatGPT', 'ChatGPT is ready'],
    ['OpenRouter', 'Both are ready'],
  ] as const) {
    await page.getByRole('button', { name: `Sign in to ${name}` }).click()
    const redirect = double.approve(await browser.nextUrl())
    expect(redirect).not.toMatch(/:145[57]\//)
    await fetch(redirect.replace('//localhost:', '//127.0.0.1:'))
    await expect(page.getByRole('status')).toHaveText(answered)
  }
  await expect(page.getByRole('listitem', { name: 'OpenRouter' }).locator('.state')).toHaveText('API key')
})

test('a setup token is kept in place of a login', async () => {
  const key = 'sk-ant-oat01-0123456789abcdefghijklmnop'
  double.setupTokens.add(key)
  const page = await openPopover()
  await page.getByRole('button', { name: 'Sign in to Anthropic Claude' }).click()
  await page.getByRole('button', { name: /setup-token/ }).click()
  await page.getByLabel('Setup token', { exact: true }).fill(key)
  await page.keyboard.press('Enter')
  const row = page.getByRole('listitem', { name: 'Anthropic Claude' })
  await expect(row).toContainText('Stored and tried: works.')
  await expect(row.locator('.state')).toHaveText('Setup token')
  expect(await page.content()).not.toContain(key)
})

test('a provider of the person’s own is discovered and signed in to; a file with a fault is told with its line', async () => {
  await app.electron.close()
  const server = await startPracticeServer({ port: 0 })
  const folder = join(home.folder, 'providers')
  await mkdir(folder)
  const file = {
    id: 'acme',
    name: 'Acme gateway',
    issuer: server.issuer,
    client_id: 'tokentray-practice',
    redirect: { path: '/auth/callback', ports: [1455, 1457] },
    base_url: server.apiUrl,
  }
  await writeFile(join(folder, 'acme.json'), JSON.stringify(file))
  await writeFile(join(folder, 'broken.json'), '{\n  "id": "broken"\n  "issuer": "x"\n}')
  app = await launchApp(home)
  icon = await host.waitForItem()
  await expect.poll(tooltip).toBe('TokenTray: Signed out')
  const page = await openPopover()
  await expect(page.getByText('providers/broken.json:3')).toBeVisible()
  await page.getByRole('button', { name: 'Sign in to Acme gateway' }).click()
  await fetch(await approveAuthorization(await browser.nextUrl()))
  await expect(page.getByRole('status')).toHaveText('Acme gateway is ready')
  await server.close()
})
