import { expect, type Page, test } from '@playwright/test'
import type { Asks } from '../../src/ipc/asks.ts'
import type { Bridge, Channel, Reply } from '../../src/ipc/channels.ts'
import { launchApp, type RunningApp, type TestHome, testHome } from './support/running-app.ts'

declare global {
  interface Window {
    readonly tokentray: Bridge
  }
}

const key = 'sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef'
let home: TestHome

test.beforeEach(async () => {
  home = await testHome()
})

test.afterEach(async () => {
  await home.remove()
})

/** Asks as the page does. */
function ask<Name extends Channel>(page: Page, channel: Name, value: Asks[Name]): Promise<Reply<never>> {
  return page.evaluate(([name, sent]) => window.tokentray.invoke(name as never, sent as never) as never, [
    channel,
    value,
  ] as const)
}

const onClipboard = ({ electron }: RunningApp) => electron.evaluate(({ clipboard }) => clipboard.readText())

test('a copied token is on the clipboard of the desktop, and goes with the app', async () => {
  // Nobody listens there: the key is kept and cannot be tried.
  const app = await launchApp({ ...home, env: { ...home.env, TOKENTRAY_UPSTREAM: 'http://127.0.0.1:1' } })
  const page = await app.electron.firstWindow()
  await expect.poll(async () => (await ask(page, 'account:add-key', { account: 'openrouter', key })).ok).toBe(true)
  const account = await page.evaluate(async () => {
    const reply = await window.tokentray.invoke('view:get', undefined)
    return reply.ok ? reply.value.snapshot?.accounts.find((row) => row.provider === 'openrouter')?.id : undefined
  })
  expect(await ask(page, 'account:copy-token', { account: account ?? '' })).toEqual({ ok: true, value: undefined })
  expect(await onClipboard(app)).toBe(key)
  // An app that ends takes what it has put there along on some desktops; here it has to say that it did so itself.
  await app.electron.evaluate(({ clipboard }) => {
    const clear = clipboard.clear.bind(clipboard)
    clipboard.clear = () => {
      clear()
      process.stderr.write('the clipboard was cleared\n')
    }
  })
  const ended = app.electron.waitForEvent('close')
  await ask(page, 'app:quit', undefined)
  await ended
  expect(app.written()).toContain('the clipboard was cleared')
  expect(app.written()).not.toContain(key.slice(-20))
})
