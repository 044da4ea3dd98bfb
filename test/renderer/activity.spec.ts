import { expectAccessible } from './support/accessible.ts'
import { codexCaller, day, entry, hour, piCaller, rules, settingsView } from './support/pages.ts'
import { active, ana, ben, codex, inLanguage, noon, practice, view } from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const two = view(codex(active, { ...ana, label: 'work' }), practice(active, ben))

test.use({ timezoneId: 'UTC', viewport: { width: 360, height: 640 } })

/** Opens the activity with a ledger of its own. */
async function openWith(tray: TestWindow, entries: readonly unknown[], seen = two): Promise<void> {
  await tray.open(seen)
  await tray.reply('activity:get', { ok: true, value: entries })
  await tray.choose({ kind: 'page', page: 'activity' })
}

const list = ({ page }: TestWindow, name: string) => page.getByRole('list', { name, exact: true }).getByRole('listitem')

test('says in sentences who used what, by days and with the latest time', async ({ tray }) => {
  await tray.open(two, { kind: 'page', page: 'activity' })
  await expect(list(tray, 'Today').locator('p:first-child')).toHaveText([
    'codex used OpenAI Codex (work) 41 times',
    'You copied a token of OpenAI Codex (work)',
    'pi got no answer for OpenAI Codex (work)',
  ])
  await expect(list(tray, 'Today').getByRole('time')).toHaveText(['11:04', '10:06', '09:06'])
  await expect(list(tray, 'Yesterday').locator('p:first-child')).toHaveText([
    'codex used OpenAI Codex (work) 12 times',
    'pi was refused Practice (ben@example.org) 3 times',
  ])
  await expect(list(tray, 'Friday 13 Nov')).toHaveCount(1)
})

test('says which program it was, what started it, and where nothing but a name is known', async ({ tray }) => {
  await tray.open(two, { kind: 'page', page: 'activity' })
  const [first, , last] = [list(tray, 'Today').nth(0), undefined, list(tray, 'Today').nth(2)]
  await expect(first).toContainText('/opt/codex/bin/codex · started by bash · 1 more program')
  await expect(first.getByText('bash')).toHaveAttribute('title', '/usr/bin/bash')
  await expect(first.getByText('1 more program')).toHaveAttribute('title', '/usr/bin/codex · /usr/bin/zed')
  await expect(last).toContainText('Only its name is known')
})

test('a program that takes the name of the app for a copy is not taken for the person', async ({ tray }) => {
  await openWith(tray, [entry({ name: 'tokentray-copy', proof: 'claimed' }, noon)])
  await expect(list(tray, 'Today')).toContainText('tokentray-copy used OpenAI Codex (work)')
  await expect(tray.page.getByText('You copied')).toHaveCount(0)
})

test('refused and unanswered ones have a shape and a colour of their own', async ({ tray }) => {
  const outcomes = ['handed_out', 'denied', 'unanswered'] as const
  await openWith(
    tray,
    outcomes.map((outcome) => entry(codexCaller, noon, { outcome })),
  )
  const glyphs = list(tray, 'Today').locator('.outcome')
  await expect(glyphs).toHaveCount(3)
  const shapes = await glyphs.evaluateAll((all) => all.map((glyph) => glyph.innerHTML))
  const colours = await glyphs.evaluateAll((all) => all.map((glyph) => getComputedStyle(glyph).color))
  expect([new Set(shapes).size, new Set(colours).size]).toEqual([3, 3])
})

test('can be narrowed to one tool and to what was refused, with the keyboard alone', async ({ tray }) => {
  await tray.open(two, { kind: 'page', page: 'activity' })
  const { page } = tray
  const tool = page.getByRole('combobox', { name: 'Tool' })
  await expect(tool.getByRole('option')).toHaveText(['All tools', 'codex', 'pi', 'You'])
  await page.getByRole('checkbox', { name: 'Refused only' }).press('Space')
  await expect(page.locator('.used')).toHaveCount(2)
  await tool.selectOption('codex')
  await expect(page.getByText('Nothing in the record fits this filter.')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Refused only' }).press('Space')
  await expect(page.locator('.used')).toHaveCount(3)
  await tool.selectOption('You')
  await expect(page.locator('.used')).toHaveText(/^You copied a token of/)
})

test('a tool that is chosen and then gone from the ledger does not leave the list empty', async ({ tray }) => {
  await tray.open(two, { kind: 'page', page: 'activity' })
  await tray.page.getByRole('combobox', { name: 'Tool' }).selectOption('pi')
  await tray.reply('activity:get', { ok: true, value: [entry(codexCaller, noon)] })
  await tray.show({ ...two })
  await expect(list(tray, 'Today')).toHaveText(/^codex used/)
  await expect(tray.page.getByRole('combobox', { name: 'Tool' })).toHaveValue('')
})

test('an account that is gone is named by its provider', async ({ tray }) => {
  const gone = [
    entry(codexCaller, noon, { account: 'openrouter-9', provider: 'openrouter' }),
    entry(piCaller, noon, { account: 'mistral-1', provider: 'mistral' }),
  ]
  await openWith(tray, gone)
  await expect(list(tray, 'Today').locator('p:first-child')).toHaveText(['pi used mistral-1', 'codex used OpenRouter'])
})

test.describe('a name that a tool made up', () => {
  const turned = 'codex\u{202e}drow\u{200b}\nssap'

  test('cannot turn around or hide what stands beside it', async ({ tray }) => {
    const caller = { name: turned, proof: 'proven', executable: `/tmp/${turned}`, parent: `/tmp/${turned}` } as const
    await openWith(tray, [entry(caller, noon)])
    const line = list(tray, 'Today')
    await expect(line.locator('bdi').first()).toHaveText('codex\u{fffd}drow\u{fffd}\u{fffd}ssap')
    expect(await line.innerText()).not.toMatch(/[\u{202a}-\u{202e}\u{200b}-\u{200f}]/u)
    await expect(line.locator('bdi')).toHaveCount(4)
  })

  test('cannot put markup or a part of a sentence in its place', async ({ tray }) => {
    await openWith(tray, [entry({ name: '<b>{account}</b>{client}', proof: 'claimed' }, noon)])
    await expect(list(tray, 'Today').locator('p').first()).toHaveText('<b>{account}</b>{client} used OpenAI Codex (work)')
    await expect(list(tray, 'Today').locator('b')).toHaveCount(0)
  })

  test('is cut when it is long, with the whole in the tool tip, and widens nothing', async ({ tray }) => {
    const name = 'x'.repeat(400)
    const path = `/${'very-long-folder/'.repeat(30)}codex`
    await openWith(tray, [entry({ name, proof: 'proven', executable: path, parent: `/usr/bin/${name}` }, noon)])
    await tray.reply('rules:get', { ok: true, value: [{ client: name, decision: 'allow', decided_at: noon }] })
    await tray.show({ ...two })
    const line = list(tray, 'Today')
    await expect(line.locator('bdi').first()).toHaveText(`${'x'.repeat(39)}…`)
    await expect(line.locator('bdi').first()).toHaveAttribute('title', name)
    await expect(line.getByTitle(path)).toHaveText(/^….*codex$/)
    await tray.page.getByText('Remembered answers').click()
    await expect(tray.page.getByRole('button', { name: /^Forget the answer for x/ })).toBeInViewport()
    expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  })

  test('a thousand of them are listed without a fault', async ({ tray }) => {
    await openWith(
      tray,
      Array.from({ length: 1_000 }, (_, index) => entry({ name: `tool-${index}`, proof: 'claimed' }, noon - index * 60)),
    )
    await expect(tray.page.locator('.used')).toHaveCount(1_000)
  })
})

test('is asked for when the page opens, when main tells of a change and every 15 seconds, and not elsewhere', async ({
  tray,
}) => {
  await tray.page.clock.install({ time: noon * 1000 })
  await tray.open(two)
  // The accounts ask for the ledger as well, to say who used each of them.
  const count = async () => (await tray.asked('rules:get')).length
  await tray.page.clock.runFor(60_000)
  expect(await count()).toBe(0)
  await tray.page.keyboard.press('Control+2')
  await expect.poll(count).toBe(1)
  await tray.show({ ...two })
  await expect.poll(count).toBe(2)
  await tray.page.clock.runFor(15_500)
  await expect.poll(count).toBe(3)
  await tray.page.keyboard.press('Control+1')
  await tray.page.clock.runFor(60_000)
  await tray.show({ ...two })
  expect(await count()).toBe(3)
})

test('a record that cannot be read is said once, and what is known stays', async ({ tray }) => {
  await tray.open(two, { kind: 'page', page: 'activity' })
  await expect(list(tray, 'Today')).toHaveCount(3)
  await tray.fail('activity:get', { code: 'temporarily_unavailable', description: 'The record is busy.' })
  await tray.show({ ...two })
  await expect(tray.page.getByRole('alert')).toContainText('The record is busy.')
  await expect(list(tray, 'Today')).toHaveCount(3)
  await tray.page.getByRole('button', { name: 'Dismiss' }).click()
  const before = (await tray.asked('activity:get')).length
  await tray.show({ ...two })
  await expect.poll(async () => (await tray.asked('activity:get')).length).toBeGreaterThan(before)
  await expect(tray.page.getByRole('alert')).toHaveCount(0)
})

test('a record without an entry says what will be here', async ({ tray }) => {
  await openWith(tray, [])
  await expect(tray.page.getByText('No tool has asked for a token yet.')).toBeVisible()
  await expect(tray.page.getByRole('combobox')).toHaveCount(0)
})

test.describe('remembered answers', () => {
  const openAnswers = async (tray: TestWindow) => {
    await tray.open(two, { kind: 'page', page: 'activity' })
    await tray.page.locator('summary').press('Enter')
  }

  test('say who may use which accounts and until when', async ({ tray }) => {
    await openAnswers(tray)
    await expect(tray.page.locator('.amount')).toHaveText('3')
    await expect(list(tray, 'Remembered answers').locator('.used-origin')).toHaveText([
      'Allowed · all accounts',
      /^Allowed · OpenAI Codex \(work\),? (and )?1 account that is gone · until 20 Nov, 11:06$/,
      'Denied · all accounts',
    ])
  })

  test('are forgotten with one press, in words that say how it is undone, and the focus stays near', async ({ tray }) => {
    await openAnswers(tray)
    const { page } = tray
    await tray.reply('rule:remove', { ok: true, value: rules.slice(1) })
    await page.getByRole('button', { name: 'Forget the answer for codex' }).press('Enter')
    await expect(list(tray, 'Remembered answers')).toHaveCount(2)
    expect(await tray.asked('rule:remove')).toEqual([{ client: 'codex' }])
    await expect(page.locator('.notes').filter({ hasText: /You are asked when .codex. wants a token next/ })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Forget the answer for claude-code' })).toBeFocused()
    await tray.reply('rule:remove', { ok: true, value: [] })
    await page.keyboard.press('Enter')
    await expect(page.getByText('You have not told any tool “always” yet.')).toBeVisible()
    await expect(page.locator('summary')).toBeFocused()
  })

  test('say what forgetting means where new tools are not asked about', async ({ tray }) => {
    await tray.open(two)
    await tray.reply('settings:get', { ok: true, value: { ...settingsView, askFirst: false } })
    await tray.choose({ kind: 'page', page: 'activity' })
    await expect(tray.page.getByText('New tools get tokens without a question.')).toBeVisible()
    await tray.reply('rule:remove', { ok: true, value: [] })
    await tray.page.locator('summary').click()
    await tray.page.getByRole('button', { name: 'Forget the answer for pi' }).click()
    await expect(
      tray.page.locator('.notes').filter({ hasText: /now gets tokens like any new tool, without a question/ }),
    ).toBeVisible()
  })

  test('that cannot be forgotten stay, and say so in their row', async ({ tray }) => {
    await openAnswers(tray)
    await tray.fail('rule:remove', { code: 'vault_unavailable', description: 'The disk is full.' })
    await tray.page.getByRole('button', { name: 'Forget the answer for pi' }).click()
    const row = list(tray, 'Remembered answers').nth(2)
    await expect(row.getByRole('alert')).toContainText('The disk is full.')
    await expect(list(tray, 'Remembered answers')).toHaveCount(3)
  })

  test('lead to the switch for new tools', async ({ tray }) => {
    await openAnswers(tray)
    await expect(tray.page.getByText('New tools are asked about first.')).toBeVisible()
    await tray.page.getByRole('button', { name: 'Change' }).press('Enter')
    await expect(tray.page.getByRole('tab', { selected: true })).toHaveText('Settings')
    const asked = tray.page.getByRole('switch', { name: 'Ask before new tools' })
    await expect(asked).toBeFocused()
    await expect(asked).toBeInViewport()
    // The link was followed once, so that a later look at the settings begins at their tab.
    await tray.page.getByRole('tab', { name: 'Accounts' }).click()
    await tray.page.keyboard.press('Control+4')
    await expect(tray.page.getByRole('tab', { selected: true })).toHaveText('Settings')
    await expect(asked).not.toBeFocused()
  })
})

test('is told in Arabic with its own plural and times', async ({ tray }) => {
  await tray.open(inLanguage(two, 'ar'))
  const entries = [entry(codexCaller, noon - hour, { count: 2 }), entry(piCaller, noon - 3 * day, { count: 11 })]
  await tray.reply('activity:get', { ok: true, value: entries })
  await tray.choose({ kind: 'page', page: 'activity' })
  await expect(tray.page.locator('.used p:first-child')).toHaveText([/codex.*مرتين$/, /pi.*مرة$/])
})

for (const [language, colorScheme] of [
  ['en', 'light'],
  ['ar', 'dark'],
] as const) {
  test.describe(`in ${language}, ${colorScheme}`, () => {
    test.use({ colorScheme })
    test('axe finds nothing to complain about', async ({ tray }) => {
      await tray.open(inLanguage(two, language), { kind: 'page', page: 'activity' })
      await tray.page.locator('summary').click()
      await expect(tray.page.locator('.used')).toHaveCount(6)
      await expectAccessible(tray.page)
    })
  })
}
