import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, type Page, test } from '@playwright/test'
import type { Bridge } from '../../src/ipc/channels.ts'
import { launchApp, type RunningApp, type TestHome, testHome } from './support/running-app.ts'

declare global {
  interface Window {
    readonly tokentray: Bridge
  }
}

/** What a page that was taken over could try. Each test of this file is one way out that has to be shut. */
let home: TestHome
let app: RunningApp
let page: Page
let outside: Server
let outsideUrl: string
let reached: number

test.beforeEach(async () => {
  reached = 0
  outside = createServer((_request, response) => {
    reached += 1
    response.end('<title>outside</title>')
  })
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
  outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`
  home = await testHome()
  app = await launchApp(home, ['--window'])
  page = await app.electron.firstWindow()
  await expect(page.getByRole('heading', { name: 'TokenTray' })).toBeVisible()
})

test.afterEach(async () => {
  expect(reached, 'requests that left the window').toBe(0)
  await app.electron.close()
  outside.close()
  await home.remove()
})

test('the page has the bridge and nothing else of Electron or Node', async () => {
  const found = await page.evaluate(() => ({
    bridge: Object.keys(window.tokentray),
    require: typeof Reflect.get(window, 'require'),
    process: typeof Reflect.get(window, 'process'),
    module: typeof Reflect.get(window, 'module'),
  }))
  expect(found).toEqual({ bridge: ['invoke', 'on'], require: 'undefined', process: 'undefined', module: 'undefined' })
  const preferences = await app.electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>
    }
    const { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity } = contents.getLastWebPreferences()
    return { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity }
  })
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false })
  expect(preferences.webSecurity).not.toBe(false)
})

test('the page stays where it is', async () => {
  await page.evaluate((url) => {
    location.href = url
  }, outsideUrl)
  expect(await page.evaluate((url) => window.open(url), outsideUrl)).toBeNull()
  await page.evaluate((url) => {
    const frame = document.createElement('iframe')
    frame.src = url
    document.body.append(frame)
  }, outsideUrl)
  await page.waitForTimeout(300)
  expect(page.url()).toBe('app://tokentray/index.html')
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})

test('the page reaches no network and runs nothing that it did not bring', async () => {
  const attempts = await page.evaluate(async (url) => {
    const tried = async (attempt: () => unknown) => {
      try {
        await attempt()
        return 'went through'
      } catch {
        return 'refused'
      }
    }
    return {
      fetch: await tried(() => fetch(url)),
      // In a later turn, because the debugger lets the code that it runs itself evaluate text.
      eval: await new Promise((resolve) => setTimeout(() => resolve(tried(() => Reflect.get(window, 'eval')('1'))))),
      html: await tried(() => {
        document.body.innerHTML = '<p>markup</p>'
      }),
      file: await tried(() => fetch('file:///etc/passwd')),
      own: await tried(() => fetch('app://tokentray/index.html')),
      beacon: navigator.sendBeacon(url, 'x'),
    }
  }, outsideUrl)
  expect(attempts).toMatchObject({ fetch: 'refused', eval: 'refused', html: 'refused', file: 'refused', own: 'refused' })
})

test('the page gets no permission', async () => {
  const answers = await page.evaluate(async () => {
    const asked = ['geolocation', 'notifications', 'clipboard-read', 'camera', 'microphone'] as PermissionName[]
    const states = await Promise.all(asked.map(async (name) => (await navigator.permissions.query({ name })).state))
    return [...new Set(states)]
  })
  expect(answers).toEqual(['denied'])
  expect(await page.evaluate(() => navigator.clipboard.readText().then(String, (error: Error) => error.name))).toBe(
    'NotAllowedError',
  )
})

test('a message that the map does not know, or whose value does not fit, is refused', async () => {
  const replies = await page.evaluate(async () => {
    const invoke = window.tokentray.invoke as (channel: string, ask: unknown) => Promise<unknown>
    return {
      unknown: await invoke('shell:open', 'https://example.com').then(String, (error: Error) => error.message),
      wrong: await invoke('login:start', { account: 'practice', redirect_host: 'example.com' }),
      stranger: await invoke('login:start', { account: 'nobody' }),
    }
  })
  expect(replies.unknown).toBe('There is no such channel.')
  expect(replies.wrong).toMatchObject({ ok: false, problem: { code: 'invalid_request' } })
  expect(replies.stranger).toMatchObject({ ok: false, problem: { code: 'unknown_account' } })
})

test('another page with the same preload script is not answered', async () => {
  const answer = await app.electron.evaluate(async ({ BrowserWindow, app: inside }) => {
    const [own] = BrowserWindow.getAllWindows()
    const stranger = new BrowserWindow({
      show: false,
      webPreferences: { preload: `${inside.getAppPath()}/out/preload/index.cjs`, partition: 'window', sandbox: true },
    })
    await stranger.loadURL('app://tokentray/index.html')
    const said = await stranger.webContents.executeJavaScript(
      "window.tokentray.invoke('view:get', undefined).then(() => 'answered', (error) => error.message)",
    )
    stranger.destroy()
    return { said: String(said), own: own?.isDestroyed() }
  })
  expect(answer.said).toContain('This page may not ask.')
  expect(answer.own).toBe(false)
})
