import { active, ana, ben, codex, inBrowser, practice, signedOut, snapshotOf, view, viewOf } from './support/snapshots.ts'
import { expect, test } from './support/window.ts'

const long = {
  identity: { email: `${'very-long-name.'.repeat(12)}@example.com`, plan: 'enterprise' },
  label: 'label-'.repeat(10),
}

test('a long name changes neither the width nor the height of its row', async ({ tray }) => {
  await tray.open(view(codex(active, ana), practice(active, ben)))
  const row = tray.page.getByRole('listitem', { name: 'OpenAI Codex' })
  const button = row.getByRole('button', { name: 'Sign out of OpenAI Codex' })
  const before = [await row.boundingBox(), await button.boundingBox()]
  await tray.show(view(codex(active, long), practice(active, ben)))
  await expect(row).toContainText('very-long-name')
  expect([await row.boundingBox(), await button.boundingBox()]).toEqual(before)
  expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

test('ten rows scroll between head and foot, and the keyboard reaches the last one', async ({ tray }) => {
  const rows = Array.from({ length: 10 }, (_, index) => ({
    ...codex(active, ana),
    id: `account-${index}`,
    provider: `provider-${index}`,
    provider_name: `Provider ${index}`,
  }))
  await tray.open(viewOf(snapshotOf(rows)))
  const { page } = tray
  await expect(page.getByRole('listitem')).toHaveCount(10)
  await expect(page.getByText('Version 0.1.0')).toBeInViewport()
  const last = page.getByRole('button', { name: 'Sign out of Provider 9' })
  await expect(last).not.toBeInViewport()
  await last.focus()
  await expect(last).toBeInViewport()
  await expect(page.getByRole('heading', { name: 'TokenTray' })).toBeInViewport()
})

test('main learns how tall the content is, and again when it changes', async ({ tray }) => {
  await tray.open(view(codex(signedOut)))
  await tray.show(view(codex(inBrowser), practice(signedOut)))
  await expect.poll(async () => (await tray.asked('window:fit')).length).toBeGreaterThan(1)
  const heights = (await tray.asked('window:fit')).map(({ height }) => height)
  expect(heights.at(-1)).toBeGreaterThan(heights[0] ?? Number.POSITIVE_INFINITY)
  await tray.page.setViewportSize({ width: 360, height: heights.at(-1) ?? 0 })
  expect(await tray.page.locator('.scroller').evaluate((part) => part.scrollHeight - part.clientHeight)).toBe(0)
})

test('the width of a window of its own is used and nothing is cut at 320 pixels', async ({ tray }) => {
  await tray.open(viewOf(snapshotOf([codex(inBrowser), practice(active, long)]), 'window'))
  await tray.page.setViewportSize({ width: 320, height: 480 })
  expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  await expect(tray.page.getByRole('button', { name: 'Paste code…' })).toBeInViewport()
})

test('nothing moves for people who asked for that', async ({ tray }) => {
  await tray.page.emulateMedia({ reducedMotion: 'reduce' })
  await tray.open(view(codex({ kind: 'refreshing', attempt: 1 }, ana)))
  const running = await tray.page.evaluate(() => document.getAnimations().length)
  expect(running).toBe(0)
})
