import { fileURLToPath } from 'node:url'
import { _electron, expect, test } from '@playwright/test'
import { electronRuntime, sandboxSwitches } from './electron-runtime.mjs'
import { startFakeBrowser } from './fake-browser.ts'
import { startTrayHost } from './status-notifier.ts'

const APP = fileURLToPath(new URL('./tray-app', import.meta.url))

test('the runtime shows a tray icon whose tooltip, menu and clicks the tests can reach', async () => {
  const { executable, version } = await electronRuntime()
  const browser = await startFakeBrowser()
  const host = await startTrayHost()
  const app = await _electron.launch({
    executablePath: executable,
    args: [...sandboxSwitches(), APP],
    env: browser.env as Record<string, string>,
  })
  expect(await app.evaluate(({ app: inside }) => [inside.isPackaged, inside.getVersion(), inside.name])).toEqual([
    false,
    '1.2.3',
    'tokentray-test-tray',
  ])

  const item = await host.waitForItem()
  expect(await item.menuLabels()).toEqual([`Electron ${version}`, 'Open a page', 'Ready', '-', 'Quit'])
  expect(await item.properties()).toMatchObject({ status: 'Active', tooltip: 'Test tray: needs you' })
  const centre = async () => (await item.properties()).pixmaps[0]?.pixel(11, 11)
  expect(await centre()).toEqual([255, 220, 40, 40])

  await item.activate()
  await expect.poll(async () => (await item.properties()).tooltip).toBe('Test tray: ready')
  await expect.poll(centre).toEqual([255, 40, 200, 80])
  await item.click('Ready')
  await expect.poll(async () => (await item.properties()).tooltip).toBe('Test tray: needs you')
  await item.click('Open a page')
  expect(await browser.nextUrl()).toBe('https://example.org/page?state=a%20b&c=d')

  const gone = app.waitForEvent('close')
  await item.click('Quit')
  await gone
  await host.waitForNoItem()
  await host.close()
  await browser.close()
})
