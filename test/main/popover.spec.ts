import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, type Page, test } from '@playwright/test'
import { approveAuthorization } from '../../src/practice/approve.ts'
import { type FakeBrowser, startFakeBrowser } from '../support/fake-browser.ts'
import { startTrayHost, type TrayHost, type TrayItem } from '../support/status-notifier.ts'
import { brokerStatus, launchApp, type RunningApp, type TestHome, testHome } from './support/running-app.ts'

/** The app on a desktop with a tray. One login at a time plays here, as the redirect port is the computer's. */
let host: TrayHost
let browser: FakeBrowser
let home: TestHome
let app: RunningApp
let icon: TrayItem

test.beforeEach(async () => {
  host = await startTrayHost()
  browser = await startFakeBrowser()
  home = await testHome(browser.env)
  app = await launchApp(home)
  icon = await host.waitForItem()
  await expect.poll(tooltip).toBe('TokenTray: Signed out')
})

test.afterEach(async () => {
  await app.electron.close()
  await host.close()
  await browser.close()
  await home.remove()
})

const tooltip = async () => (await icon.properties()).tooltip

async function openPopover(): Promise<Page> {
  const [page] = await Promise.all([app.electron.waitForEvent('window'), icon.activate()])
  await expect(page.getByRole('heading', { name: 'TokenTray' })).toBeVisible()
  return page
}

const windows = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)

test('the popover is made by a click, fits on the screen and is gone when it closes', async () => {
  expect(await windows()).toBe(0)
  const page = await openPopover()
  await expect(page.getByRole('listitem')).toHaveCount(8)
  const shown = () =>
    app.electron.evaluate(({ BrowserWindow, screen }) => {
      const [window] = BrowserWindow.getAllWindows()
      const bounds = window?.getBounds() ?? { x: -1, y: -1, width: 0, height: 0 }
      const { workArea } = screen.getDisplayMatching(bounds)
      const inside = bounds.x >= workArea.x && bounds.x + bounds.width <= workArea.x + workArea.width
      return { visible: window?.isVisible(), width: bounds.width, inside, tall: bounds.height > 150 }
    })
  await expect.poll(shown).toEqual({ visible: true, width: 360, inside: true, tall: true })
  const closed = page.waitForEvent('close')
  // The page is gone before the key comes up again.
  await page.keyboard.press('Escape').catch(() => {})
  await closed
  await expect.poll(windows).toBe(0)
  expect(await brokerStatus(home)).toBeDefined()
})

test('a login from the menu goes to the browser, and its end is shown in tray, menu and popover', async () => {
  await icon.click('Sign in to Practice…')
  const url = await browser.nextUrl()
  await expect.poll(tooltip).toBe('TokenTray: Practice needs you')
  expect(await icon.menuLabels()).toContain('Practice: waiting for the browser')
  await fetch(await approveAuthorization(url))
  await expect.poll(tooltip).toBe('TokenTray: Practice is ready')
  const page = await openPopover()
  await expect(page.getByRole('status')).toHaveText('Practice is ready')
  await page.getByRole('button', { name: 'Sign out of Practice' }).click()
  await page.getByRole('group', { name: 'Sign out of Practice?' }).getByRole('button', { name: 'Sign out' }).click()
  await expect.poll(tooltip).toBe('TokenTray: Signed out')
  expect(app.written()).not.toContain(new URL(url).searchParams.get('state'))
})

test('a login from the popover ends with a pasted response after a wrong one', async () => {
  const page = await openPopover()
  await page.getByRole('button', { name: 'Sign in to Practice' }).click()
  const url = await browser.nextUrl()
  await page.getByRole('button', { name: 'Paste code…' }).click()
  await page.getByRole('textbox').fill('hello there')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('code')
  await page.getByRole('textbox').fill(await approveAuthorization(url))
  await page.getByRole('button', { name: 'Finish' }).click()
  await expect(page.getByRole('status')).toHaveText('Practice is ready')
})

test('a login is opened again with the same link, its link is copied, and it is cancelled', async () => {
  const page = await openPopover()
  await page.getByRole('button', { name: 'Sign in to Practice' }).click()
  const url = await browser.nextUrl()
  await page.getByRole('button', { name: 'Open again' }).click()
  expect(await browser.nextUrl()).toBe(url)
  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect.poll(() => app.electron.evaluate(({ clipboard }) => clipboard.readText())).toBe(url)
  expect(await page.content()).not.toContain(new URL(url).searchParams.get('state'))
  await icon.click('Practice: waiting for the browser', 'Cancel sign-in')
  await expect(page.getByRole('button', { name: 'Sign in to Practice' })).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('a login that the person denied in the browser is explained at its row', async () => {
  const page = await openPopover()
  await page.getByRole('button', { name: 'Sign in to Practice' }).click()
  await fetch(await approveAuthorization(await browser.nextUrl(), { deny: true }))
  await expect(page.getByRole('listitem', { name: 'Practice' }).getByRole('alert')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Sign in to Practice' })).toBeVisible()
})

test('Paste code in the menu opens the popover with the field in it', async () => {
  await icon.click('Sign in to Practice…')
  await browser.nextUrl()
  const opened = app.electron.waitForEvent('window')
  await icon.click('Practice: waiting for the browser', 'Paste code…')
  await expect((await opened).getByRole('textbox')).toBeFocused()
})

test('with both redirect ports taken, the menu leads to the field and to the words why', async () => {
  const holders = [1455, 1457].map((port) =>
    createServer((_request, response) => response.writeHead(404).end()).listen(port, '127.0.0.1'),
  )
  await Promise.all(holders.map((holder) => once(holder, 'listening')))
  try {
    const opened = app.electron.waitForEvent('window')
    await icon.click('Sign in to Practice…')
    const page = await opened
    await expect(page.getByRole('textbox')).toBeFocused()
    await expect(page.getByRole('group', { name: 'Sign-in to Practice' })).toContainText('1455')
    expect(await browser.urls()).toEqual([])
    await page.getByRole('button', { name: 'Open page' }).click()
    await page.getByRole('textbox').fill(await approveAuthorization(await browser.nextUrl()))
    await page.getByRole('button', { name: 'Finish' }).click()
    await expect(page.getByRole('status')).toHaveText('Practice is ready')
  } finally {
    for (const holder of holders) {
      holder.closeAllConnections()
      holder.close()
    }
  }
})

test('Quit ends the app, the socket and the icon', async () => {
  const closed = app.electron.waitForEvent('close')
  await icon.click('Quit')
  await closed
  await host.waitForNoItem()
  expect(await brokerStatus(home)).toBeUndefined()
})
