import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { startTrayHost } from '../support/status-notifier.ts'
import { brokerStatus, launchApp, project, spawnApp, type TestHome, testHome } from './support/running-app.ts'

let home: TestHome

test.beforeEach(async () => {
  home = await testHome()
})

test.afterEach(async () => {
  await home.remove()
})

test('the window remembers its place for its owner only, and that the person knows it stays', async () => {
  const { electron } = await launchApp(home)
  const page = await electron.firstWindow()
  await expect(page.getByRole('button', { name: 'Quit' })).toBeVisible()
  const closed = page.waitForEvent('close')
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await closed
  const settings = join(home.folder, 'app', 'settings.json')
  const kept = { knowsThatItStays: true, windowBounds: { width: 360 } }
  await expect.poll(async () => JSON.parse(await readFile(settings, 'utf8')) as unknown).toMatchObject(kept)
  expect((await stat(settings)).mode & 0o777).toBe(0o600)
  await electron.close()
})

test('--window opens a window although there is a tray', async () => {
  const host = await startTrayHost()
  const { electron } = await launchApp(home, ['--window'])
  await expect((await electron.firstWindow()).getByRole('button', { name: 'Quit' })).toBeVisible()
  await electron.close()
  await host.close()
})

test('a daemon that runs already is named, and the app ends with code 9', async () => {
  const daemon = spawn(process.execPath, [join(project, 'out/node/tokentray.js'), 'daemon'], { env: home.env, stdio: 'ignore' })
  await expect.poll(() => brokerStatus(home), { timeout: 20_000 }).toBeDefined()
  const app = await spawnApp(home)
  expect(await app.ended).toBe(9)
  expect(app.written).toContain(`TokenTray (daemon, pid ${daemon.pid}) is running already`)
  expect(await brokerStatus(home)).toBeDefined()
  daemon.kill('SIGTERM')
  await once(daemon, 'exit')
})

test.describe('a signal lets the broker end first', () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    test(`${signal} leaves no socket behind`, async () => {
      const app = await spawnApp(home)
      await expect.poll(() => brokerStatus(home), { timeout: 20_000 }).toBeDefined()
      app.child.kill(signal)
      expect(await app.ended).toBe(0)
      await expect(stat(join(home.folder, 'agent.sock'))).rejects.toThrow('ENOENT')
    })
  }

  test('also once the settings are loaded, whose library ends the process by itself', async () => {
    const { electron } = await launchApp(home)
    const page = await electron.firstWindow()
    await page.evaluate(() => window.tokentray.invoke('welcome:done', undefined))
    const ended = new Promise((resolve) => electron.process().once('exit', resolve))
    electron.process().kill('SIGTERM')
    expect(await ended).toBe(0)
    await expect(stat(join(home.folder, 'agent.sock'))).rejects.toThrow('ENOENT')
    // The window closed with the app, which is no reason to say that the app goes on.
    const settings = JSON.parse(await readFile(join(home.folder, 'app', 'settings.json'), 'utf8')) as object
    expect(settings).toMatchObject({ knowsThatItStays: false, windowBounds: { width: 360 } })
  })
})
