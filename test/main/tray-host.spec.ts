import { expect, test } from '@playwright/test'
import { approveAuthorization } from '../../src/practice/approve.ts'
import { startFakeBrowser } from '../support/fake-browser.ts'
import { startTrayHost, type TrayItem, type TrayPixmap } from '../support/status-notifier.ts'
import { brokerStatus, launchApp, spawnApp, type TestHome, testHome } from './support/running-app.ts'

/** The app on a desktop whose tray is missing, late, or goes and comes again. */
let home: TestHome

test.beforeEach(async () => {
  home = await testHome()
})

test.afterEach(async () => {
  await home.remove()
})

const tooltipOf = async (icon: TrayItem) => (await icon.properties()).tooltip

test('without a tray a window opens by itself; closed, it leaves the broker running and a second start brings it back', async () => {
  const { electron } = await launchApp(home)
  const page = await electron.firstWindow()
  await expect(page.getByRole('button', { name: 'Quit' })).toBeVisible()
  const closed = page.waitForEvent('close')
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await closed
  expect(await brokerStatus(home)).toBeDefined()

  const again = electron.waitForEvent('window')
  const second = await spawnApp(home)
  await expect((await again).getByRole('heading', { name: 'TokenTray' })).toBeVisible()
  expect(await second.ended).toBe(0)
  expect(second.written).toContain('is running already and shows its window now')
  const ended = electron.waitForEvent('close')
  await (await again).getByRole('button', { name: 'Quit' }).click()
  await ended
})

test('a tray that comes later gets its icon with the second start', async () => {
  const { electron } = await launchApp(home)
  await electron.firstWindow()
  const host = await startTrayHost()
  await (await spawnApp(home)).ended
  const icon = await host.waitForItem()
  await expect.poll(() => tooltipOf(icon)).toBe('TokenTray: Signed out')
  expect(host.refused).toEqual([])
  await electron.close()
  await host.close()
})

test('a tray that starts again shows the icon without help, and its menu still works', async () => {
  const first = await startTrayHost()
  const { electron } = await launchApp(home)
  await expect.poll(async () => tooltipOf(await first.waitForItem())).toBe('TokenTray: Signed out')
  await first.close()

  const second = await startTrayHost()
  const icon = await second.waitForItem()
  await expect.poll(() => tooltipOf(icon)).toBe('TokenTray: Signed out')
  expect(second.refused).toEqual([])
  expect(await brokerStatus(home)).toBeDefined()
  const ended = electron.waitForEvent('close')
  await icon.click('Quit')
  await ended
  await second.waitForNoItem()
  await second.close()
})

test('the icon differs between signed out, needs you and ready, in its shape too, and its tooltip says which', async () => {
  const host = await startTrayHost()
  const browser = await startFakeBrowser()
  const { electron } = await launchApp({ ...home, env: { ...home.env, PATH: browser.env.PATH ?? '' } })
  const icon = await host.waitForItem()
  const shown: TrayPixmap[] = []
  const see = async (tooltip: string) => {
    await expect.poll(() => tooltipOf(icon)).toBe(`TokenTray: ${tooltip}`)
    const [picture] = (await icon.properties()).pixmaps
    expect(picture).toMatchObject({ width: 22, height: 22 })
    shown.push(picture!)
  }
  await see('Signed out')
  await icon.click('Sign in to Practice…')
  await see('Practice needs you')
  await fetch(await approveAuthorization(await browser.nextUrl()))
  await see('Practice is ready')

  const [signedOut, needsYou, ready] = shown.map(alphaOf)
  expect(new Set([String(signedOut), String(needsYou), String(ready)]).size).toBe(3)
  // The corner is empty in every one of them, so that no ground of its own is drawn over the panel.
  expect(shown.map((picture) => picture.pixel(0, 0)[0])).toEqual([0, 0, 0])
  await electron.close()
  await host.close()
  await browser.close()
})

test('the picture follows the theme while the app runs, and keeps its shape', async () => {
  const host = await startTrayHost()
  const { electron } = await launchApp(home)
  const icon = await host.waitForItem()
  await expect.poll(() => tooltipOf(icon)).toBe('TokenTray: Signed out')
  const picture = async () => (await icon.properties()).pixmaps[0]!
  // The stem of the keyhole is opaque.
  const ink = async () => (await picture()).pixel(11, 13)
  const useTheme = (theme: 'light' | 'dark') =>
    electron.evaluate(({ nativeTheme }, source) => {
      nativeTheme.themeSource = source
    }, theme)
  await useTheme('light')
  await expect.poll(ink).toEqual([255, 0x71, 0x7a, 0x8a])
  const light = alphaOf(await picture())
  await useTheme('dark')
  await expect.poll(ink).toEqual([255, 0xc3, 0xc9, 0xd3])
  const dark = alphaOf(await picture())
  expect(Math.max(...dark.map((alpha, at) => Math.abs(alpha - light[at]!)))).toBeLessThan(3)
  await electron.close()
  await host.close()
})

test('a dense screen gets a picture with as many pixels', async () => {
  const host = await startTrayHost()
  const { electron } = await launchApp(home, ['--force-device-scale-factor=2'])
  const icon = await host.waitForItem()
  expect((await icon.properties()).pixmaps).toMatchObject([{ width: 44, height: 44 }])
  await electron.close()
  await host.close()
})

/** Where a picture covers the panel, without its colours. */
function alphaOf({ width, height, pixel }: TrayPixmap): readonly number[] {
  return Array.from({ length: width * height }, (_, at) => pixel(at % width, Math.floor(at / width))[0])
}
