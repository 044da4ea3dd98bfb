import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { isFree, redirectPortsAreFree } from '../daemon/redirect-ports.ts'
import { startFakeBrowser } from '../support/fake-browser.ts'
import { startTrayHost, type TrayHost, type TrayItem } from '../support/status-notifier.ts'
import { processTree, stillRunning, treeUse } from './support/process-tree.ts'
import { brokerStatus, launchApp, type RunningApp, type TestHome, testHome } from './support/running-app.ts'

/** What the app holds of the computer, from the outside: processes, memory, a socket file and the redirect port. */
let host: TrayHost
let home: TestHome
let app: RunningApp
let icon: TrayItem

test.beforeEach(async () => {
  host = await startTrayHost()
})

test.afterEach(async () => {
  await host.close()
  await home.remove()
})

async function start(env?: Readonly<Record<string, string | undefined>>): Promise<number> {
  home = await testHome(env)
  app = await launchApp(home)
  icon = await host.waitForItem()
  await expect.poll(async () => (await icon.properties()).tooltip).toBe('TokenTray: Signed out')
  return app.electron.process().pid!
}

async function openWindow() {
  const [page] = await Promise.all([app.electron.waitForEvent('window'), icon.activate()])
  await expect(page.getByRole('listitem')).not.toHaveCount(0)
  return page
}

test('a closed window is destroyed: its process is gone and its memory is given back', async () => {
  const root = await start()
  const page = await openWindow()
  const renderer = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  )
  expect(processTree(root)).toContain(renderer)
  const open = treeUse(root)

  const closed = page.waitForEvent('close')
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await closed
  await expect.poll(() => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(0)
  await expect.poll(() => stillRunning([renderer!])).toEqual([])
  await expect.poll(() => treeUse(root).processes).toBeLessThan(open.processes)
  await expect.poll(() => treeUse(root).memory).toBeLessThan(open.memory)
  expect(await brokerStatus(home)).toBeDefined()

  // Nothing of the closed window is kept, so that the next one is made anew and goes in the same way.
  // A click right after a close would be the one that closed it.
  await new Promise((resolve) => setTimeout(resolve, 500))
  await openWindow()
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  await app.electron.close()
})

test('quit leaves nothing behind, not even in the middle of a sign-in with the window open', async () => {
  await redirectPortsAreFree()
  const browser = await startFakeBrowser()
  const root = await start(browser.env)
  await openWindow()
  await icon.click('Sign in to Practice…')
  await browser.nextUrl()
  // It is there before it is gone; otherwise what follows would prove nothing.
  expect(await isFree(1455)).toBe(false)
  await expect(stat(join(home.folder, 'agent.sock'))).resolves.toBeDefined()
  const tree = processTree(root)
  expect(tree.length).toBeGreaterThan(2)

  const ended = app.electron.waitForEvent('close')
  await icon.click('Quit')
  await ended
  await expect.poll(() => stillRunning(tree)).toEqual([])
  await expect(stat(join(home.folder, 'agent.sock'))).rejects.toThrow('ENOENT')
  expect(await isFree(1455)).toBe(true)
  await host.waitForNoItem()
  expect(await brokerStatus(home)).toBeUndefined()
  await browser.close()
})
