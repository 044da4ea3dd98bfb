import { expectAccessible } from './support/accessible.ts'
import { plan, shareList, toolList } from './support/pages.ts'
import { active, ana, ben, codex, inLanguage, practice, view } from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const one = view(codex(active, ana), practice(active, ben))

async function openWith(tray: TestWindow, tools: readonly unknown[]): Promise<void> {
  await tray.open(one)
  await tray.reply('tools:get', { ok: true, value: tools })
  await tray.choose({ kind: 'page', page: 'tools' })
}

const rows = ({ page }: TestWindow) => page.getByRole('list', { name: 'Tools on this computer' }).getByRole('listitem')
const open = (tray: TestWindow) => tray.open(one, { kind: 'page', page: 'tools' })
const button = ({ page }: TestWindow, name: string) => page.getByRole('button', { name, exact: true })
const panel = ({ page }: TestWindow) => page.getByRole('group')

const codexConnected = toolList.map((tool) =>
  tool.id === 'codex'
    ? { ...tool, state: 'connected' as const, selector: 'openai-codex', files: ['~/.codex/config.toml'] }
    : tool,
)

test('says of each tool whether it is connected, by word and shape, the connected ones first', async ({ tray }) => {
  await open(tray)
  await expect(rows(tray).getByRole('heading')).toHaveText(['Claude Code', 'Aider', 'Codex CLI', 'pi', 'OpenCode'])
  await expect(rows(tray).locator('.tool-state')).toHaveText([
    'Connected · OpenAI Codex (work)',
    'Connected by hand',
    'Found, not connected',
    'Found, not connected',
    'Not installed',
  ])
  const shapes = await rows(tray)
    .locator('.glyph')
    .evaluateAll((glyphs) => glyphs.map((glyph) => glyph.innerHTML))
  expect(new Set(shapes).size).toBe(4)
  await expect(rows(tray).getByRole('button')).toHaveText(['Disconnect…', 'Connect…', 'Connect…'])
})

test('says which files of a connected tool somebody has changed since, and why one has no button', async ({ tray }) => {
  await open(tray)
  await expect(rows(tray).nth(0).locator('.tool-more')).toHaveText(['~/.claude/settings.json', '~/.bashrc (changed since)'])
  await expect(rows(tray).nth(1)).toContainText('What was written by hand is taken out by hand.')
})

test('says in which file a token is kept, and what is wrong where it cannot be', async ({ tray }) => {
  const file = { tool: 'claude-code', path: '~/.claude/.credentials.json', account: 'anthropic-1' }
  await tray.open(one)
  await tray.reply('token-files:get', { ok: true, value: [{ ...file, state: 'fresh' }] })
  await tray.choose({ kind: 'page', page: 'tools' })
  const lines = rows(tray).nth(0).locator('.tool-more')
  await expect(lines.last()).toHaveText('~/.claude/.credentials.json (has a fresh token)')
  const error = { code: 'invalid_request', description: 'The folder is read-only.', fix: 'Make it writable.' }
  await tray.reply('token-files:get', { ok: true, value: [{ ...file, state: 'waiting', error }] })
  await tray.page.keyboard.press('Control+1')
  await tray.page.keyboard.press('Control+3')
  await expect(lines.last()).toHaveText(
    '~/.claude/.credentials.json (the token cannot be written yet)The folder is read-only. Make it writable.',
  )
  await expect(rows(tray).nth(2).locator('.tool-more')).toHaveCount(0)
})

test('a login whose provider is gone is told by its selector', async ({ tray }) => {
  const gone = { ...toolList[0], state: 'connected', selector: 'gone:x openai-codex' }
  await openWith(tray, [gone])
  await expect(rows(tray).locator('.tool-state')).toHaveText('Connected · gone (x), OpenAI Codex')
})

test.describe('connecting', () => {
  test('shows what comes and goes, one tool at a time, and asks for nothing before the person says so', async ({ tray }) => {
    await open(tray)
    await button(tray, 'Connect pi').click()
    const opener = button(tray, 'Connect Codex CLI')
    await opener.press('Enter')
    await expect(opener).toHaveAttribute('aria-expanded', 'true')
    await expect(panel(tray)).toHaveCount(1)
    await expect(panel(tray)).toHaveAccessibleName('Connecting Codex CLI')
    await expect(panel(tray)).toContainText('~/.codex/config.toml is changed:')
    const lines = panel(tray).getByRole('region', { name: 'Changes to ~/.codex/config.toml' })
    await expect(lines.locator('.line').first()).toHaveText('− model_provider = "openai"')
    await expect(lines.locator('.line').nth(1)).toHaveText('+ model_provider = "tokentray"')
    await expect(panel(tray)).toContainText('makes TokenTray its only owner')
    expect(await tray.asked('tool:plan')).toEqual([{ tool: 'pi' }, { tool: 'codex' }])
    await button(tray, 'Cancel').click()
    await expect(panel(tray)).toHaveCount(0)
    await expect(opener).toBeFocused()
    expect(await tray.asked('tool:connect')).toEqual([])
  })

  test('goes with the keyboard alone: the login, the lines, and the button', async ({ tray }) => {
    await open(tray)
    await button(tray, 'Connect Codex CLI').press('Enter')
    await expect(panel(tray).getByRole('region')).toBeVisible()
    const { keyboard } = tray.page
    await keyboard.press('Tab')
    await expect(panel(tray).getByRole('combobox', { name: 'Login' })).toBeFocused()
    await keyboard.press('Tab')
    await expect(panel(tray).getByRole('region')).toBeFocused()
    await keyboard.press('Tab')
    await keyboard.press('Tab')
    await tray.reply('tool:connect', { ok: true, value: codexConnected })
    await keyboard.press('Enter')
    await expect(panel(tray)).toHaveCount(0)
    expect(await tray.asked('tool:connect')).toEqual([{ tool: 'codex' }])
    await expect(rows(tray).filter({ hasText: 'Codex CLI' })).toContainText('Connected · OpenAI Codex')
    await expect(tray.page.getByText('Codex CLI is connected. Start it again if it is running.')).toBeVisible()
    await expect(button(tray, 'Disconnect Codex CLI')).toBeFocused()
  })

  test('by another login shows what that comes to, and is asked with it', async ({ tray }) => {
    await open(tray)
    await button(tray, 'Connect Codex CLI').click()
    const login = panel(tray).getByRole('combobox', { name: 'Login' })
    await expect(login.locator('option')).toHaveText(['OpenAI Codex', 'OpenAI Codex (work)', 'Practice'])
    const other = {
      ...plan,
      selector: 'practice',
      files: [{ ...plan.files[0], lines: [{ kind: 'comes', text: 'x = "practice"' }] }],
    }
    await tray.reply('tool:plan', { ok: true, value: other })
    await login.selectOption('Practice')
    await expect(panel(tray).locator('.line')).toHaveText(['+ x = "practice"'])
    await expect(login).toHaveValue('practice')
    await button(tray, 'Connect').click()
    expect(await tray.asked('tool:plan')).toEqual([{ tool: 'codex' }, { tool: 'codex', account: 'practice' }])
    expect(await tray.asked('tool:connect')).toEqual([{ tool: 'codex', account: 'practice' }])
  })

  test('a tool that takes several logins has all of them until one is chosen, and again', async ({ tray }) => {
    await open(tray)
    await tray.reply('tool:plan', { ok: true, value: { ...plan, selector: 'openai-codex practice' } })
    await button(tray, 'Connect pi').click()
    const login = panel(tray).getByRole('combobox')
    await expect(login.locator('option').first()).toHaveText('Every login that it can use')
    await expect(login).toHaveValue('')
    await tray.reply('tool:plan', { ok: true, value: { ...plan, selector: 'practice' } })
    await login.selectOption('practice')
    await expect(login).toHaveValue('practice')
    await login.selectOption('')
    await expect
      .poll(() => tray.asked('tool:plan'))
      .toEqual([{ tool: 'pi' }, { tool: 'pi', account: 'practice' }, { tool: 'pi' }])
  })

  test('with one login shows it, and has nothing to choose', async ({ tray }) => {
    await open(tray)
    const value = { ...plan, choices: ['openai-codex'], files: [], tokenFile: '~/.claude/.credentials.json' }
    await tray.reply('tool:plan', { ok: true, value })
    await button(tray, 'Connect Codex CLI').click()
    await expect(panel(tray).locator('.tool-login')).toHaveText('LoginOpenAI Codex')
    await expect(panel(tray)).toContainText('Its settings stay as they are.')
    await expect(panel(tray)).toContainText('A fresh token is kept in ~/.claude/.credentials.json, and never a refresh token.')
    await expect(panel(tray).getByRole('combobox')).toHaveCount(0)
  })

  test('says of a link where it leads, and follows it only when the person says so', async ({ tray }) => {
    await open(tray)
    const link = { kind: 'link', path: '~/.codex/config.toml', target: '~/dotfiles/codex.toml' }
    await tray.reply('tool:plan', { ok: true, value: link })
    await button(tray, 'Connect Codex CLI').click()
    await expect(panel(tray)).toContainText('~/.codex/config.toml is a link to ~/dotfiles/codex.toml.')
    await expect(button(tray, 'Connect')).toHaveCount(0)
    await tray.reply('tool:plan', { ok: true, value: plan })
    await button(tray, 'Follow the link').click()
    await button(tray, 'Connect').click()
    expect(await tray.asked('tool:connect')).toEqual([{ tool: 'codex', follow: true }])
  })

  test('says how to install the command that tools start, and looks again', async ({ tray }) => {
    await open(tray)
    await tray.reply('tool:plan', { ok: true, value: { kind: 'no_command' } })
    await button(tray, 'Connect Codex CLI').click()
    await expect(panel(tray).locator('code')).toHaveText(['tokentray', 'npm install -g tokentray'])
    await expect(button(tray, 'Connect')).toHaveCount(0)
    await tray.reply('tool:plan', { ok: true, value: plan })
    await button(tray, 'Try again').click()
    await expect(button(tray, 'Connect')).toBeVisible()
  })

  test('a tool that cannot be connected says why and what to do, and can be tried again', async ({ tray }) => {
    await open(tray)
    await tray.fail('tool:plan', { code: 'invalid_request', description: 'It is read-only.', fix: 'Make it writable.' })
    await button(tray, 'Connect Codex CLI').click()
    await expect(panel(tray).getByRole('alert')).toContainText('It is read-only. Make it writable.')
    await expect(button(tray, 'Connect')).toHaveCount(0)
    await tray.reply('tool:plan', { ok: true, value: plan })
    await button(tray, 'Try again').click()
    await expect(panel(tray).getByRole('alert')).toHaveCount(0)
    await tray.fail('tool:connect', { code: 'temporarily_unavailable', description: 'The file was changed meanwhile.' })
    await button(tray, 'Connect').click()
    await expect(panel(tray).getByRole('alert')).toContainText('The file was changed meanwhile.')
    await expect(rows(tray).filter({ hasText: 'Codex CLI' })).toContainText('Found, not connected')
  })
})

test('a tool without a login leads to where one is made, and is asked about again afterwards', async ({ tray }) => {
  await open(tray)
  await tray.fail('tool:plan', { code: 'login_required', description: 'There is no login for it.', fix: 'Sign in.' })
  await button(tray, 'Connect Codex CLI').click()
  await expect(panel(tray).getByRole('alert')).toContainText('There is no login for it.')
  await button(tray, 'Go to sign in').click()
  await expect(tray.page.getByRole('tab', { name: 'Accounts' })).toHaveAttribute('aria-selected', 'true')
  await tray.choose({ kind: 'page', page: 'tools' })
  await expect(panel(tray)).toHaveCount(0)
})

test('a panel at the end of a page that is longer than the window comes into sight', async ({ tray }) => {
  await tray.page.setViewportSize({ width: 360, height: 480 })
  await open(tray)
  await button(tray, 'Connect pi').click()
  await expect(button(tray, 'Connect')).toBeInViewport()
})

test.describe('disconnecting', () => {
  test('shows what becomes of each file, says what it does not show, and tells what is left', async ({ tray }) => {
    await open(tray)
    await button(tray, 'Disconnect Claude Code').click()
    await expect(panel(tray)).toHaveAccessibleName('Disconnecting Claude Code')
    await expect(panel(tray).locator('.tool-where')).toHaveText([
      '~/.claude/settings.json is changed:',
      '~/.tokentray-made.json is removed:',
      'The token goes out of the file that the tool reads.',
    ])
    await expect(panel(tray)).toContainText('••• is a value that is not shown, because it may be a secret.')
    const tools = toolList.map((tool) => (tool.id === 'claude-code' ? { ...tool, state: 'found', files: [], changed: [] } : tool))
    await tray.reply('tool:disconnect', { ok: true, value: { tools, restored: true, left: false } })
    await button(tray, 'Disconnect').click()
    expect(await tray.asked('tool:disconnect')).toEqual([{ tool: 'claude-code' }])
    await expect(tray.page.getByText('Disconnected. Its settings are as they were before.')).toBeVisible()
    await expect(button(tray, 'Connect Claude Code')).toBeVisible()
  })

  for (const [restored, left, words] of [
    [false, false, 'Disconnected. What TokenTray had put into its settings is gone.'],
    [false, true, 'Disconnected. What was changed in its settings since then stays.'],
  ] as const) {
    test(`with restored ${restored} and left ${left} says so`, async ({ tray }) => {
      await open(tray)
      await button(tray, 'Disconnect Claude Code').click()
      await tray.reply('tool:disconnect', { ok: true, value: { tools: toolList, restored, left } })
      await button(tray, 'Disconnect').click()
      await expect(tray.page.getByText(words)).toBeVisible()
    })
  }

  test('that fails says why, and the tool stays connected', async ({ tray }) => {
    await open(tray)
    await button(tray, 'Disconnect Claude Code').click()
    await tray.fail('tool:disconnect', {
      code: 'invalid_request',
      description: 'The file is a link now.',
      fix: 'Remove the link.',
    })
    await button(tray, 'Disconnect').click()
    await expect(panel(tray).getByRole('alert')).toContainText('The file is a link now. Remove the link.')
    await expect(rows(tray).first()).toContainText('Connected')
  })
})

test.describe('what is shared with other computers', () => {
  const shared = async (tray: TestWindow) => {
    await tray.open(one)
    await tray.reply('shares:get', { ok: true, value: shareList })
    await tray.choose({ kind: 'page', page: 'tools' })
    return tray.page.getByRole('region', { name: 'Shared with other computers' })
  }

  test('is not spoken of where nothing is', async ({ tray }) => {
    await open(tray)
    await expect(rows(tray)).toHaveCount(toolList.length)
    await expect(tray.page.getByText('Shared with other computers')).toHaveCount(0)
  })

  test('names the accounts and the time, and ends with a press; the focus goes to the next and then to the head', async ({
    tray,
  }) => {
    const region = await shared(tray)
    await expect(region.getByRole('listitem')).toHaveCount(2)
    await expect(region.getByRole('listitem').first()).toContainText('ssh-build-machine until 14:06')
    await expect(region.getByRole('listitem').nth(1)).toContainText('Practice (ben')
    await tray.reply('share:end', { ok: true, value: shareList.slice(1) })
    await tray.reply('shares:get', { ok: true, value: shareList.slice(1) })
    await button(tray, 'End the share ssh-build-machine').press('Enter')
    await expect(button(tray, 'End the share ssh-laptop')).toBeFocused()
    await expect(region).toContainText('ssh-build-machine\u2069 gets no more tokens.')
    await tray.reply('share:end', { ok: true, value: [] })
    await tray.reply('shares:get', { ok: true, value: [] })
    await tray.page.keyboard.press('Enter')
    await expect(region.getByRole('heading')).toBeFocused()
    expect(await tray.asked('share:end')).toEqual([{ share: '0a1b2c3d4e5f' }, { share: '1a1b2c3d4e5f' }])
  })

  test('says why one could not be ended', async ({ tray }) => {
    const region = await shared(tray)
    await tray.fail('share:end', { code: 'unknown_share', description: 'There is no such share.' })
    await button(tray, 'End the share ssh-laptop').click()
    await expect(region.getByRole('alert')).toContainText('There is no such share.')
  })
})

test('a tool that is connected meanwhile folds its panel', async ({ tray }) => {
  await tray.page.clock.install()
  await open(tray)
  await button(tray, 'Connect Codex CLI').click()
  await expect(panel(tray)).toHaveCount(1)
  await tray.reply('tools:get', { ok: true, value: codexConnected })
  await tray.page.clock.runFor(15_500)
  await expect(button(tray, 'Disconnect Codex CLI')).toBeVisible()
  await expect(panel(tray)).toHaveCount(0)
})

test('lines are read from left to right in every language, keep their spaces and scroll by themselves', async ({ tray }) => {
  const text = `  indented <script>alert(1)</script> ${'key = "value" '.repeat(20)}`
  const files = [{ path: '~/a', what: 'changed', hidden: false, lines: [{ kind: 'comes', text: `${text}\u202e\u0007` }] }]
  await tray.open(inLanguage(one, 'ar'))
  await tray.reply('tool:plan', { ok: true, value: { ...plan, files } })
  await tray.choose({ kind: 'page', page: 'tools' })
  await tray.page.getByRole('button', { name: /توصيل.*Codex/ }).click()
  const box = tray.page.locator('.lines')
  expect(await box.evaluate((each) => getComputedStyle(each).direction)).toBe('ltr')
  expect(await box.locator('code').evaluate((each) => each.textContent)).toBe(`+ ${text}\ufffd\ufffd`)
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
  await expect(rows(tray)).toHaveCount(toolList.length)
  await expect(tray.page.getByRole('alert')).toHaveCount(0)
})

for (const [language, colorScheme] of [
  ['de', 'light'],
  ['ar', 'dark'],
] as const) {
  test.describe(`in ${language}, ${colorScheme}`, () => {
    test.use({ colorScheme })
    for (const nth of [0, 1]) {
      test(`axe finds nothing to complain about, panel ${nth}`, async ({ tray }) => {
        await tray.open(inLanguage(one, language), { kind: 'page', page: 'tools' })
        await tray.page.getByRole('tabpanel').getByRole('button').nth(nth).click()
        await expect(tray.page.getByRole('group').locator('.line').first()).toBeVisible()
        await expectAccessible(tray.page)
      })
    }
  })
}
