import type { SettingsView } from '../../src/ipc/settings.ts'
import { expectAccessible } from './support/accessible.ts'
import { settingsView, usage } from './support/pages.ts'
import { active, ana, codex, inLanguage, inMemory, lockedByPerson, snapshotOf, view, viewOf } from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const one = view(codex(active, ana))
const behindPassphrase = viewOf(snapshotOf([codex(active, ana)], { vault: { store: 'passphrase', state: { kind: 'ready' } } }))

test.use({ viewport: { width: 360, height: 640 } })

const withSettings = (more: Partial<SettingsView['settings']>): SettingsView => ({
  ...settingsView,
  settings: { ...settingsView.settings, ...more },
})

/** Opens the settings as main tells them. */
async function openWith(tray: TestWindow, told: SettingsView = settingsView, seen = one): Promise<void> {
  await tray.open(seen)
  await tray.reply('settings:get', { ok: true, value: told })
  await tray.choose({ kind: 'page', page: 'settings' })
  await expect(tray.page.getByRole('group', { name: 'General' })).toBeVisible()
}

const problem = { code: 'internal_error', description: 'The settings file cannot be written.' } as const

test('has a group for what belongs together, and a switch or a list with a name for each setting', async ({ tray }) => {
  await openWith(tray)
  const { page } = tray
  const groups = ['General', 'Security', 'Tokens', 'Notifications', 'Where logins are kept', 'Network', 'Advanced']
  for (const name of groups) await expect(page.getByRole('group', { name })).toBeVisible()
  const switches = await page
    .getByRole('switch')
    .evaluateAll((all) => all.map((each) => (each as HTMLInputElement).labels?.[0]?.textContent))
  expect(switches).toEqual([
    'Start when you log in',
    'Start hidden',
    'Hide personal data',
    'Ask before new tools',
    'Lock with the screen',
    'Refresh ahead',
    'A sign-in is needed',
    'A login ends soon',
    'A limit is nearly used up',
    'A limit begins anew',
    'A tool asks for a token',
    'Quiet hours',
  ])
  await expect(page.getByRole('switch', { name: 'Start hidden' })).toHaveAccessibleDescription(
    'Only the icon shows at the start.',
  )
  await expect(page.getByRole('combobox', { name: 'Language' })).toHaveValue('system')
  await expect(page.getByRole('combobox', { name: 'Language' }).getByRole('option')).toHaveText([
    'As the system',
    'English',
    'Deutsch',
    'العربية',
  ])
  await expect(page.getByRole('combobox', { name: 'Log' })).toHaveValue('info')
})

test('what the system or the broker does not tell has no switch', async ({ tray }) => {
  const { startAtLogin: _start, askFirst: _ask, ...told } = settingsView
  await openWith(tray, told, viewOf(undefined))
  await expect(tray.page.getByRole('switch', { name: 'Start hidden' })).toBeVisible()
  await expect(tray.page.getByRole('switch', { name: 'Start when you log in' })).toHaveCount(0)
  await expect(tray.page.getByRole('switch', { name: 'Ask before new tools' })).toHaveCount(0)
  await expect(tray.page.getByRole('group', { name: 'Where logins are kept' })).toHaveCount(0)
})

for (const [name, key] of [
  ['Start when you log in', 'startAtLogin'],
  ['Start hidden', 'startHidden'],
  ['Hide personal data', 'hidePersonalData'],
  ['Ask before new tools', 'askFirst'],
  ['Lock with the screen', 'lockWithScreen'],
  ['Refresh ahead', 'refreshAhead'],
] as const) {
  test(`"${name}" is changed at once with the keyboard, and shows what main answers`, async ({ tray }) => {
    await openWith(tray)
    const control = tray.page.getByRole('switch', { name })
    const before = await control.isChecked()
    const own = key === 'startAtLogin' || key === 'askFirst'
    const told = own ? { ...settingsView, [key]: !before } : withSettings({ [key]: !before })
    await tray.reply('settings:change', { ok: true, value: told })
    await control.press('Space')
    expect(await tray.asked('settings:change')).toEqual([{ [key]: !before }])
    await expect(control).toBeChecked({ checked: !before })
    await expect(control).toBeFocused()
  })
}

test('a switch that cannot be changed stays as it is and says why', async ({ tray }) => {
  await openWith(tray)
  await tray.fail('settings:change', problem)
  const control = tray.page.getByRole('switch', { name: 'Start hidden' })
  await control.click()
  await expect(tray.page.getByRole('alert')).toContainText('The settings file cannot be written.')
  await expect(control).not.toBeChecked()
  await tray.reply('settings:change', { ok: true, value: withSettings({ startHidden: true }) })
  await control.click()
  await expect(control).toBeChecked()
  await expect(tray.page.getByRole('alert')).toHaveCount(0)
})

test('a switch shows what main has made of it, not what was asked for', async ({ tray }) => {
  await openWith(tray)
  await tray.reply('settings:change', { ok: true, value: settingsView })
  const control = tray.page.getByRole('switch', { name: 'Start when you log in' })
  await control.click()
  await expect.poll(async () => (await tray.asked('settings:change')).length).toBe(1)
  await expect(control).not.toBeChecked()
})

test('a list that cannot be changed turns back', async ({ tray }) => {
  await openWith(tray)
  await tray.fail('settings:change', problem)
  const language = tray.page.getByRole('combobox', { name: 'Language' })
  await language.selectOption('Deutsch')
  expect(await tray.asked('settings:change')).toEqual([{ language: 'de' }])
  await expect(tray.page.getByRole('alert')).toBeVisible()
  await expect(language).toHaveValue('system')
})

test('two quick changes of one list build on each other', async ({ tray }) => {
  await openWith(tray)
  const { page } = tray
  await page.evaluate((told) => {
    const { tokentray } = window as unknown as { tokentray: { invoke: (channel: string, ask: unknown) => Promise<unknown> } }
    const invoke = tokentray.invoke
    let settings = told.settings
    tokentray.invoke = async (channel, ask) => {
      const reply = await invoke(channel, ask)
      if (channel !== 'settings:change') return reply
      await new Promise((resolve) => setTimeout(resolve, 100))
      settings = { ...settings, ...(ask as object) }
      return { ok: true, value: { ...told, settings } }
    }
  }, settingsView)
  await page.getByRole('switch', { name: 'A sign-in is needed' }).click()
  await page.getByRole('switch', { name: 'A limit begins anew' }).click()
  await expect(page.getByRole('switch', { name: 'A limit begins anew' })).not.toBeChecked()
  await expect(page.getByRole('switch', { name: 'A sign-in is needed' })).not.toBeChecked()
  expect((await tray.asked('settings:change')).at(-1)?.notices).toMatchObject({ sign_in_needed: false, usage_reset: false })
})

test('a switch whose change is under way takes no second press', async ({ tray }) => {
  await openWith(tray)
  const { page } = tray
  await page.evaluate(() => {
    window.fake.replies['settings:change'] = new Promise(() => {})
  })
  const control = page.getByRole('switch', { name: 'Start hidden' })
  await control.click()
  await expect(control).toHaveAttribute('aria-busy', 'true')
  await control.click()
  expect(await tray.asked('settings:change')).toHaveLength(1)
})

test('what the environment decides cannot be switched, and its reason is read', async ({ tray }) => {
  const environment = { refreshIsFixed: true, logLevelIsFixed: true, vaultIsFixed: true }
  await openWith(tray, { ...settingsView, environment })
  const { page } = tray
  const refresh = page.getByRole('switch', { name: 'Refresh ahead' })
  await expect(refresh).toHaveAttribute('aria-disabled', 'true')
  await expect(refresh).toHaveAccessibleDescription('TOKENTRAY_REFRESH decides this.')
  await refresh.press('Space')
  expect(await tray.asked('settings:change')).toEqual([])
  await expect(refresh).toBeChecked()
  await expect(page.getByRole('combobox', { name: 'Log' })).toBeDisabled()
  await expect(page.getByText('TOKENTRAY_LOG decides this.')).toBeVisible()
  await expect(page.getByText('TOKENTRAY_VAULT decides this.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Move behind a passphrase…' })).toHaveCount(0)
})

test('the environment of the network is shown as facts, with how to change them', async ({ tray }) => {
  const environment = {
    ...settingsView.environment,
    proxy: 'http://proxy.example:3128',
    extraCa: `/etc/${'long-'.repeat(40)}ca.pem`,
  }
  await openWith(tray, { ...settingsView, environment })
  const network = tray.page.getByRole('group', { name: 'Network' })
  await expect(network.getByRole('definition')).toHaveText(['http://proxy.example:3128', 'none', /ca\.pem$/])
  await expect(network).toContainText('HTTPS_PROXY')
  expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

test.describe('quiet hours', () => {
  const at = (on: boolean, from = 22 * 60, to = 7 * 60) => withSettings({ quietHours: { on, from, to } })

  test('have their ends only while they are on', async ({ tray }) => {
    await openWith(tray, at(false))
    await expect(tray.page.getByLabel('From', { exact: true })).toHaveCount(0)
    await tray.reply('settings:change', { ok: true, value: at(true) })
    await tray.page.getByRole('switch', { name: 'Quiet hours' }).press('Space')
    expect(await tray.asked('settings:change')).toEqual([{ quietHours: { on: true, from: 1320, to: 420 } }])
    await expect(tray.page.getByLabel('From', { exact: true })).toHaveValue('22:00')
    await expect(tray.page.getByLabel('To', { exact: true })).toHaveValue('07:00')
  })

  test('change by one end, and turn back where that is refused', async ({ tray }) => {
    await openWith(tray, at(true))
    const from = tray.page.getByLabel('From', { exact: true })
    await tray.reply('settings:change', { ok: true, value: at(true, 23 * 60 + 5) })
    await from.fill('23:05')
    expect(await tray.asked('settings:change')).toEqual([{ quietHours: { on: true, from: 1385, to: 420 } }])
    await expect(from).toHaveValue('23:05')
    await tray.fail('settings:change', problem)
    await tray.page.getByLabel('To', { exact: true }).fill('06:00')
    await expect(tray.page.getByRole('alert')).toBeVisible()
    await expect(tray.page.getByLabel('To', { exact: true })).toHaveValue('07:00')
  })

  test('do not end at no time at all', async ({ tray }) => {
    await openWith(tray, at(true))
    const from = tray.page.getByLabel('From', { exact: true })
    await from.fill('')
    await from.blur()
    await expect(from).toHaveValue('22:00')
    expect(await tray.asked('settings:change')).toEqual([])
  })
})

test.describe('thresholds', () => {
  const told = { ...one, usage }

  test('are there for each limit that an account has, at the usual ones as long as none is set', async ({ tray }) => {
    await openWith(tray, settingsView, told)
    const { page } = tray
    const hours = page.getByRole('group', { name: 'Tell of “5 hours” at' })
    await expect(hours.getByRole('checkbox', { checked: true })).toHaveCount(2)
    await expect(hours.locator('label')).toHaveText(['50%', '80%', '90%', '95%', '100%'])
    await expect(page.getByRole('group', { name: 'Tell of “Week” at' })).toBeVisible()
    await hours.getByRole('checkbox', { name: '50%' }).press('Space')
    expect(await tray.asked('settings:change')).toEqual([{ usageThresholds: [{ window: '5 hours', percents: [50, 80, 95] }] }])
  })

  test('keep what is set for other limits, and what somebody wrote into the file', async ({ tray }) => {
    const usageThresholds = [
      { window: 'gone', percents: [70] },
      { window: 'week', percents: [] },
    ]
    await openWith(tray, withSettings({ usageThresholds }), told)
    const { page } = tray
    await expect(page.getByRole('group', { name: 'Tell of “gone” at' }).locator('label')).toHaveText([
      '50%',
      '70%',
      '80%',
      '90%',
      '95%',
      '100%',
    ])
    const week = page.getByRole('group', { name: 'Tell of “Week” at' })
    await expect(week.getByRole('checkbox', { checked: true })).toHaveCount(0)
    await week.getByRole('checkbox', { name: '100%' }).click()
    expect(await tray.asked('settings:change')).toEqual([
      {
        usageThresholds: [
          { window: 'gone', percents: [70] },
          { window: 'week', percents: [100] },
        ],
      },
    ])
  })

  test('say the usual ones where no limit is known, and go with their switch', async ({ tray }) => {
    await openWith(tray)
    await expect(tray.page.getByText('Each limit is told of at 80% and 95%.')).toBeVisible()
    await tray.reply('settings:get', {
      ok: true,
      value: withSettings({ notices: { ...settingsView.settings.notices, usage_threshold: false } }),
    })
    await tray.show({ ...told })
    await expect(tray.page.getByRole('switch', { name: 'A limit is nearly used up' })).not.toBeChecked()
    await expect(tray.page.getByRole('group', { name: 'Tell of' })).toHaveCount(0)
  })

  test('show a hostile name of a limit as a name', async ({ tray }) => {
    const name = `\u{202e}${'limit <b>'.repeat(30)}{limit}`
    await openWith(tray, withSettings({ usageThresholds: [{ window: name, percents: [80] }] }))
    await expect(tray.page.locator('.threshold bdi')).toHaveText(/^\u{fffd}limit <b>.*…$/u)
    expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  })
})

test.describe('the place of the logins', () => {
  const secret = 'correct horse battery'
  const openMove = async (tray: TestWindow, words: string) => {
    await openWith(tray, settingsView, words.includes('keychain') ? behindPassphrase : one)
    await tray.page.getByRole('button', { name: words }).press('Enter')
  }
  const form = ({ page }: TestWindow) => page.getByRole('form', { name: 'Move behind a passphrase' })

  test('moves behind a passphrase that is typed twice, with the keyboard alone, and the fields are emptied', async ({ tray }) => {
    await openMove(tray, 'Move behind a passphrase…')
    const { page } = tray
    await expect(page.getByLabel('New passphrase')).toBeFocused()
    await page.keyboard.type(secret)
    await page.keyboard.press('Tab')
    await page.keyboard.type(secret)
    await page.evaluate(() => {
      window.fake.replies['vault:move'] = new Promise(() => {})
    })
    await page.keyboard.press('Enter')
    expect(await tray.asked('vault:move')).toEqual([{ to: 'passphrase', passphrase: secret }])
    await expect(page.getByLabel('New passphrase')).toHaveValue('')
    await expect(page.getByLabel('The same again')).toHaveValue('')
    expect(await page.content()).not.toContain(secret)
    await page.keyboard.press('Enter')
    expect(await tray.asked('vault:move')).toHaveLength(1)
  })

  test('says what came of it and what should be known, and folds', async ({ tray }) => {
    await openMove(tray, 'Move behind a passphrase…')
    const { page } = tray
    await tray.reply('vault:move', { ok: true, value: { accounts: 2, notice: 'The old key could not be deleted.' } })
    await page.getByLabel('New passphrase').fill(secret)
    await page.getByLabel('The same again').fill(secret)
    await page.getByRole('button', { name: 'Move', exact: true }).click()
    await expect(form(tray)).toHaveCount(0)
    await expect(page.getByText('Moved. 2 logins were read back. The old key could not be deleted.')).toBeVisible()
    // It comes from the broker, so that a screen reader needs to know its language.
    await expect(page.getByText('The old key could not be deleted.', { exact: true })).toHaveAttribute('lang', 'en')
  })

  test('refuses a short one and two that differ, without asking main', async ({ tray }) => {
    await openMove(tray, 'Move behind a passphrase…')
    const { page } = tray
    for (const [one, two, said] of [
      ['short', 'short', 'A passphrase has at least 8 characters.'],
      [secret, `${secret}!`, 'The two are not the same. Type both again.'],
      ['', '', 'A passphrase has at least 8 characters.'],
    ] as const) {
      await page.getByLabel('New passphrase').fill(one)
      await page.getByLabel('The same again').fill(two)
      await page.keyboard.press('Enter')
      await expect(form(tray).getByRole('alert')).toHaveText(said)
      await expect(page.getByLabel('New passphrase')).toBeFocused()
      await expect(page.getByLabel('New passphrase')).toHaveValue('')
    }
    expect(await tray.asked('vault:move')).toEqual([])
  })

  test('a move that fails says so, and the logins are where they were', async ({ tray }) => {
    await openMove(tray, 'Move behind a passphrase…')
    const { page } = tray
    await tray.fail('vault:move', { code: 'vault_unavailable', description: 'The disk is full.' })
    await page.getByLabel('New passphrase').fill(secret)
    await page.getByLabel('The same again').fill(secret)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toContainText('The disk is full.')
    await expect(page.getByText('Keychain of the system')).toBeVisible()
    await expect(page.getByLabel('New passphrase')).toHaveValue('')
    await page.keyboard.press('Escape')
    await expect(form(tray)).toHaveCount(0)
    await expect(page.getByRole('alert')).toHaveCount(0)
  })

  test('moves back to the keychain after a question whose safe answer has the focus', async ({ tray }) => {
    await openMove(tray, 'Move to the keychain…')
    const { page } = tray
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await expect(page.getByLabel('New passphrase')).toHaveCount(0)
    await tray.reply('vault:move', { ok: true, value: { accounts: 1 } })
    await page.getByRole('button', { name: 'Move', exact: true }).press('Enter')
    expect(await tray.asked('vault:move')).toEqual([{ to: 'keychain' }])
    await expect(page.getByText('Moved. 1 login was read back.')).toBeVisible()
  })

  test('cannot be moved from memory, nor while they are locked', async ({ tray }) => {
    await openWith(tray, settingsView, viewOf(snapshotOf([], { vault: inMemory })))
    const group = tray.page.getByRole('group', { name: 'Where logins are kept' })
    await expect(group).toContainText('Logins end with the app.')
    await expect(group.getByRole('button')).toHaveCount(0)
    await tray.show(viewOf(snapshotOf([], { vault: lockedByPerson })))
    await expect(group).toContainText('They can be moved once they are open.')
    await expect(group.getByRole('button')).toHaveCount(0)
  })
})

test('a reset asks first, with the safe answer focused, and shows what is so afterwards', async ({ tray }) => {
  await openWith(tray, withSettings({ startHidden: true }))
  const { page } = tray
  const reset = page.getByRole('button', { name: 'Reset settings…' })
  await reset.press('Enter')
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(reset).toBeFocused()
  expect(await tray.asked('settings:reset')).toEqual([])
  await reset.press('Enter')
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await tray.reply('settings:reset', { ok: true, value: settingsView })
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await tray.asked('settings:reset')).toHaveLength(1)
  await expect(page.getByText('All settings are as they were at first.')).toBeVisible()
  await expect(page.getByRole('switch', { name: 'Start hidden' })).not.toBeChecked()
})

test('settings that cannot be read say so, and come when they can', async ({ tray }) => {
  await tray.open(one)
  await tray.fail('settings:get', problem)
  await tray.choose({ kind: 'page', page: 'settings' })
  await expect(tray.page.getByRole('alert')).toContainText('The settings file cannot be written.')
  await tray.reply('settings:get', { ok: true, value: settingsView })
  await tray.show({ ...one })
  await expect(tray.page.getByRole('group', { name: 'General' })).toBeVisible()
  await expect(tray.page.getByRole('alert')).toHaveCount(0)
})

test('what the tray menu changes meanwhile is shown', async ({ tray }) => {
  await openWith(tray)
  await tray.reply('settings:get', { ok: true, value: { ...settingsView, askFirst: false } })
  await tray.show({ ...one })
  await expect(tray.page.getByRole('switch', { name: 'Ask before new tools' })).not.toBeChecked()
})

test('nothing is cut at 200 %', async ({ tray }) => {
  await openWith(tray, withSettings({ quietHours: { on: true, from: 0, to: 1439 } }), { ...inLanguage(one, 'en'), usage })
  await tray.show({ ...inLanguage(one, 'de'), usage })
  await tray.page.setViewportSize({ width: 180, height: 320 })
  await tray.page.locator('.setting-action button').click()
  const cut = await tray.page.locator('.settings-card').evaluateAll((cards) =>
    cards
      .flatMap((card) => {
        const { left, right } = card.getBoundingClientRect()
        return [...card.querySelectorAll('*')].filter((each) => {
          const box = each.getBoundingClientRect()
          return box.width > 0 && (box.left < left - 0.5 || box.right > right + 0.5)
        })
      })
      .map((each) => each.outerHTML.slice(0, 120)),
  )
  expect(cut).toEqual([])
  expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(180)
})

for (const [language, colorScheme] of [
  ['en', 'light'],
  ['de', 'dark'],
  ['ar', 'light'],
] as const) {
  test.describe(`in ${language}, ${colorScheme}`, () => {
    test.use({ colorScheme })
    test('axe finds nothing to complain about, with everything unfolded', async ({ tray }) => {
      await tray.open({ ...inLanguage(one, language), usage })
      await tray.reply('settings:get', { ok: true, value: withSettings({ quietHours: { on: true, from: 60, to: 120 } }) })
      await tray.choose({ kind: 'page', page: 'settings' })
      await tray.page.locator('.setting-action button').click()
      await expect(tray.page.locator('.vault-move')).toBeVisible()
      await expectAccessible(tray.page)
    })
  })
}
