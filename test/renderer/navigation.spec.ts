import { expectAccessible } from './support/accessible.ts'
import {
  active,
  ana,
  ben,
  claimed,
  codex,
  inBrowser,
  inLanguage,
  lockedByPerson,
  lockedOut,
  practice,
  snapshotOf,
  view,
  viewOf,
} from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const two = view(codex(active, ana), practice(active, ben))

const selected = ({ page }: TestWindow) => page.getByRole('tab', { selected: true })

test('there are four pages, the accounts first, and each tab names what it shows', async ({ tray }) => {
  await tray.open(two)
  const { page } = tray
  await expect(page.getByRole('tab')).toHaveText(['Accounts', 'Activity', 'Tools', 'Settings'])
  await expect(selected(tray)).toHaveText('Accounts')
  for (const name of ['Activity', 'Tools', 'Settings', 'Accounts']) {
    await page.getByRole('tab', { name }).click()
    await expect(page.getByRole('tabpanel', { name })).toBeVisible()
    await expect(page.getByRole('tabpanel')).toHaveCount(1)
    await expect(selected(tray)).toHaveText(name)
  }
})

test('the page that is shown is underlined, and no other one', async ({ tray }) => {
  await tray.open(two)
  const lines = await tray.page.getByRole('tab').evaluateAll((tabs) => tabs.map((tab) => getComputedStyle(tab, '::after').height))
  expect(lines).toEqual(['2px', 'auto', 'auto', 'auto'])
})

test('the tabs are one stop for Tab, and the arrows, Home and End move in them', async ({ tray }) => {
  await tray.open(two)
  const { page } = tray
  await page.keyboard.press('Tab')
  await expect(page.getByRole('tab', { name: 'Accounts' })).toBeFocused()
  for (const [key, name] of [
    ['ArrowRight', 'Activity'],
    ['ArrowRight', 'Tools'],
    ['ArrowLeft', 'Activity'],
    ['End', 'Settings'],
    ['ArrowRight', 'Accounts'],
    ['ArrowLeft', 'Settings'],
    ['Home', 'Accounts'],
  ] as const) {
    await page.keyboard.press(key)
    await expect(page.getByRole('tab', { name })).toBeFocused()
    await expect(selected(tray)).toHaveText(name)
  }
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'More for OpenAI Codex' })).toBeFocused()
})

test('where the language goes from right to left, so do the arrows', async ({ tray }) => {
  await tray.open(inLanguage(two, 'ar'))
  const { page } = tray
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl')
  await expect(page.locator('html')).toHaveAttribute('lang', 'ar')
  const tabs = page.getByRole('tab')
  const [first, second] = [await tabs.nth(0).boundingBox(), await tabs.nth(1).boundingBox()]
  expect(first?.x).toBeGreaterThan(second?.x ?? 0)
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowLeft')
  await expect(tabs.nth(1)).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(tabs.nth(0)).toBeFocused()
})

test('Ctrl with a digit shows the page of that number, from wherever the focus is', async ({ tray }) => {
  await tray.open(two)
  const { page } = tray
  await page.getByRole('button', { name: 'Sign out of Practice' }).focus()
  await page.keyboard.press('Control+4')
  await expect(selected(tray)).toHaveText('Settings')
  await expect(page.getByRole('tab', { name: 'Settings' })).toBeFocused()
  await page.keyboard.press('Control+2')
  await expect(selected(tray)).toHaveText('Activity')
  await page.keyboard.press('Control+1')
  await expect(selected(tray)).toHaveText('Accounts')
  for (const key of ['2', 'Alt+2', 'Control+Shift+2', 'Control+5']) await page.keyboard.press(key)
  await expect(selected(tray)).toHaveText('Accounts')
})

test('the tray menu chooses a page, and what is about an account comes back to the accounts', async ({ tray }) => {
  await tray.open(two, { kind: 'page', page: 'settings' })
  const { page } = tray
  await expect(selected(tray)).toHaveText('Settings')
  await tray.choose({ kind: 'page', page: 'tools' })
  await expect(selected(tray)).toHaveText('Tools')
  await tray.choose({ kind: 'confirm_sign_out', account: 'practice-5e6f7a8b' })
  await expect(selected(tray)).toHaveText('Accounts')
  await expect(page.getByRole('group', { name: 'Sign out of Practice?' })).toBeVisible()
})

test('a login that went well takes nobody away from another page', async ({ tray }) => {
  await tray.open(two, { kind: 'page', page: 'settings' })
  await tray.choose({ kind: 'signed_in', account: 'openai-codex-1a2b3c4d', identity: ana.identity })
  await expect(selected(tray)).toHaveText('Settings')
  await tray.page.keyboard.press('Control+1')
  await expect(tray.page.getByText('Signed in as')).toBeVisible()
})

test('Escape folds what is unfolded, then goes back to the accounts, then closes the popover', async ({ tray }) => {
  await tray.open(two, { kind: 'page', page: 'tools' })
  const { page } = tray
  const connect = page.getByRole('button', { name: 'Connect Codex CLI' })
  await connect.press('Enter')
  await expect(page.getByRole('group', { name: 'Connecting Codex CLI' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('group')).toHaveCount(0)
  await expect(connect).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(selected(tray)).toHaveText('Accounts')
  await expect(page.getByRole('tab', { name: 'Accounts' })).toBeFocused()
  expect(await tray.asked('window:close')).toHaveLength(0)
  await page.keyboard.press('Escape')
  expect(await tray.asked('window:close')).toHaveLength(1)
})

test('Escape on another page leaves the question of the accounts as it is', async ({ tray }) => {
  await tray.open(view(codex(inBrowser)))
  const { page } = tray
  await page.getByRole('button', { name: 'Paste code…' }).click()
  await page.keyboard.press('Control+3')
  await page.keyboard.press('Escape')
  await expect(selected(tray)).toHaveText('Accounts')
  await expect(page.getByRole('textbox')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('textbox')).toHaveCount(0)
  expect(await tray.asked('window:close')).toHaveLength(0)
})

test('a tool that asks and a problem of the window are on every page', async ({ tray }) => {
  await tray.open(viewOf(snapshotOf([codex(active, ana)], { approvals: [claimed] })))
  await tray.choose({ kind: 'problem', problem: { code: 'internal_error', description: 'The disk is full.' } })
  for (const key of ['Control+1', 'Control+2', 'Control+3', 'Control+4']) {
    await tray.page.keyboard.press(key)
    await expect(tray.page.getByRole('listitem', { name: 'pi asks for OpenAI Codex' })).toBeVisible()
    await expect(tray.page.getByRole('alert')).toContainText('The disk is full.')
  }
})

test.describe('while TokenTray is locked', () => {
  const locked = viewOf(snapshotOf([codex(lockedOut, ana)], { vault: lockedByPerson }))

  test('it does not say who used what', async ({ tray }) => {
    await tray.open(locked)
    await expect(tray.page.getByRole('tab')).toHaveText(['Accounts', 'Tools', 'Settings'])
    await tray.page.keyboard.press('Control+2')
    await expect(selected(tray)).toHaveText('Accounts')
    await tray.page.keyboard.press('Control+4')
    await expect(selected(tray)).toHaveText('Settings')
    expect(await tray.asked('activity:get')).toEqual([])
    expect(await tray.asked('rules:get')).toEqual([])
  })

  test('the activity gives way to the lock and comes back with the logins', async ({ tray }) => {
    await tray.open(two, { kind: 'page', page: 'activity' })
    await expect(selected(tray)).toHaveText('Activity')
    await tray.show(locked)
    await expect(selected(tray)).toHaveText('Accounts')
    await expect(tray.page.getByRole('button', { name: 'Unlock' })).toBeVisible()
    await tray.show(two)
    await expect(selected(tray)).toHaveText('Activity')
  })
})

test('a page that needs the broker says so while there is none, and the others are there', async ({ tray }) => {
  const problem = { code: 'internal_error', description: 'The broker of the app ended.' } as const
  await tray.open(viewOf(undefined, 'popover', problem))
  for (const key of ['Control+1', 'Control+2']) {
    await tray.page.keyboard.press(key)
    await expect(tray.page.getByRole('tabpanel')).toContainText('The broker of the app ended.')
  }
  await tray.page.keyboard.press('Control+4')
  await expect(tray.page.getByRole('switch', { name: 'Start hidden' })).toBeVisible()
})

for (const language of ['en', 'de', 'ar'] as const) {
  test(`no name of a page is cut in ${language}`, async ({ tray }) => {
    await tray.open(inLanguage(two, language))
    for (const width of [360, 320]) {
      await tray.page.setViewportSize({ width, height: 420 })
      const cut = await tray.page
        .locator('.tab-name')
        .evaluateAll((names) =>
          names.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map((each) => each.textContent),
        )
      expect(cut, `at ${width} pixels`).toEqual([])
      expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
  })
}

test('at 200 % the drawings stand alone, and the names are still said and in the tool tips', async ({ tray }) => {
  await tray.open(inLanguage(two, 'de'))
  await tray.page.setViewportSize({ width: 180, height: 320 })
  const settings = tray.page.getByRole('tab', { name: 'Einstellungen' })
  await expect(settings).toHaveAttribute('title', 'Einstellungen')
  expect((await settings.locator('svg').boundingBox())?.width).toBe(15)
  expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(180)
})

test('the window is as tall as the page that it shows', async ({ tray }) => {
  await tray.open(two)
  await tray.page.keyboard.press('Control+4')
  await expect(tray.page.getByRole('group', { name: 'Network' })).toBeVisible()
  const heights = async () => (await tray.asked('window:fit')).map(({ height }) => height)
  await expect.poll(async () => (await heights()).at(-1)).toBeGreaterThan(800)
  await tray.page.keyboard.press('Control+1')
  await expect.poll(async () => (await heights()).at(-1)).toBeLessThan(420)
})

for (const language of ['en', 'ar'] as const) {
  test(`axe finds nothing to complain about on the accounts in ${language}`, async ({ tray }) => {
    await tray.open(inLanguage(two, language))
    await expectAccessible(tray.page)
  })
}
