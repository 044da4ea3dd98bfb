import { expectAccessible } from './support/accessible.ts'
import { toolList } from './support/pages.ts'
import { active, ana, codex, inLanguage, view } from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const one = view(codex(active, ana))

async function openWith(tray: TestWindow, tools: readonly unknown[]): Promise<void> {
  await tray.open(one)
  await tray.reply('tools:get', { ok: true, value: tools })
  await tray.choose({ kind: 'page', page: 'tools' })
}

const rows = ({ page }: TestWindow) => page.getByRole('list', { name: 'Tools on this computer' }).getByRole('listitem')

test('says of each tool whether it is connected, by word and shape, the connected ones first', async ({ tray }) => {
  await tray.open(one, { kind: 'page', page: 'tools' })
  await expect(rows(tray).getByRole('heading')).toHaveText(['Claude Code', 'Codex CLI', 'pi', 'OpenCode'])
  await expect(rows(tray).locator('.tool-state')).toHaveText([
    'Connected',
    'Found, not connected',
    'Found, not connected',
    'Not installed',
  ])
  const shapes = await rows(tray)
    .locator('.glyph')
    .evaluateAll((glyphs) => glyphs.map((glyph) => glyph.innerHTML))
  expect(new Set(shapes).size).toBe(3)
  await expect(rows(tray).getByRole('button')).toHaveCount(2)
})

test('unfolds the place and the lines of one tool at a time, and copies them through main', async ({ tray }) => {
  await tray.open(one, { kind: 'page', page: 'tools' })
  const { page } = tray
  await page.getByRole('button', { name: 'Connect pi' }).click()
  const codexButton = page.getByRole('button', { name: 'Connect Codex CLI' })
  await codexButton.press('Enter')
  await expect(codexButton).toHaveAttribute('aria-expanded', 'true')
  await expect(page.getByRole('group')).toHaveCount(1)
  const panel = page.getByRole('group', { name: 'How to connect Codex CLI' })
  await expect(panel).toContainText('~/.codex/config.toml')
  await expect(panel.getByRole('region', { name: 'Lines that connect Codex CLI' })).toContainText('[model_providers.openai]')
  await page.keyboard.press('Tab')
  await expect(panel.getByRole('region')).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await tray.asked('tool:copy')).toEqual([{ tool: 'codex' }])
  await expect(panel.getByText('Copied', { exact: true })).toBeVisible()
  await codexButton.click()
  await expect(page.getByRole('group')).toHaveCount(0)
})

test('a copy that fails says so beside the button, and does not say that it was copied', async ({ tray }) => {
  await tray.open(one, { kind: 'page', page: 'tools' })
  await tray.fail('tool:copy', { code: 'internal_error', description: 'There is no clipboard.' })
  await tray.page.getByRole('button', { name: 'Connect pi' }).click()
  await tray.page.getByRole('button', { name: 'Copy the lines for pi' }).click()
  await expect(tray.page.getByRole('group').getByRole('alert')).toContainText('There is no clipboard.')
  await expect(tray.page.getByText('Copied', { exact: true })).toHaveCount(0)
})

test('a tool that is connected meanwhile folds its lines', async ({ tray }) => {
  await tray.page.clock.install()
  await tray.open(one, { kind: 'page', page: 'tools' })
  await tray.page.getByRole('button', { name: 'Connect Codex CLI' }).click()
  await tray.reply('tools:get', { ok: true, value: toolList.map((tool) => ({ ...tool, state: 'connected' })) })
  await tray.page.clock.runFor(15_500)
  await expect(rows(tray).locator('.tool-state')).toHaveText(Array(4).fill('Connected'))
  await expect(tray.page.getByRole('group')).toHaveCount(0)
})

test('lines are read from left to right in every language, keep their spaces and scroll by themselves', async ({ tray }) => {
  const lines = `${'key = "value" '.repeat(20)}\n  indented <script>alert(1)</script>`
  await tray.open(inLanguage(one, 'ar'))
  await tray.reply('tools:get', { ok: true, value: [{ id: 'x', name: 'X', state: 'found', where: '/a/b', lines }] })
  await tray.choose({ kind: 'page', page: 'tools' })
  await tray.page.getByRole('tabpanel').getByRole('button').click()
  const box = tray.page.locator('.lines')
  expect(await box.evaluate((each) => getComputedStyle(each).direction)).toBe('ltr')
  expect(await box.locator('code').evaluate((each) => each.textContent)).toBe(lines)
  expect(await box.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)).toBe(true)
  expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

test('says so when no tool is known, and when none is installed', async ({ tray }) => {
  await openWith(tray, [])
  await expect(tray.page.getByText('No tool that TokenTray knows was found on this computer.')).toBeVisible()
  await tray.reply('tools:get', { ok: true, value: toolList.filter(({ state }) => state === 'not_installed') })
  await tray.page.keyboard.press('Control+1')
  await tray.page.keyboard.press('Control+3')
  await expect(tray.page.getByText('No tool that TokenTray knows is installed yet.')).toBeVisible()
})

test('a search that fails says so and is tried again by itself', async ({ tray }) => {
  await tray.page.clock.install()
  await tray.open(one)
  await tray.fail('tools:get', { code: 'internal_error', description: 'The folder cannot be read.' })
  await tray.choose({ kind: 'page', page: 'tools' })
  await expect(tray.page.getByRole('alert')).toContainText('The folder cannot be read.')
  await tray.reply('tools:get', { ok: true, value: toolList })
  await tray.page.clock.runFor(15_500)
  await expect(rows(tray)).toHaveCount(4)
  await expect(tray.page.getByRole('alert')).toHaveCount(0)
})

for (const [language, colorScheme] of [
  ['de', 'light'],
  ['ar', 'dark'],
] as const) {
  test.describe(`in ${language}, ${colorScheme}`, () => {
    test.use({ colorScheme })
    test('axe finds nothing to complain about', async ({ tray }) => {
      await tray.open(inLanguage(one, language), { kind: 'page', page: 'tools' })
      await tray.page.getByRole('tabpanel').getByRole('button').first().click()
      await expectAccessible(tray.page)
    })
  })
}
