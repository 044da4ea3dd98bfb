import type { View } from '../../src/ipc/channels.ts'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { expectAccessible } from './support/accessible.ts'
import { toolList } from './support/pages.ts'
import { among, everyRow } from './support/providers.ts'
import {
  absent,
  active,
  ben,
  inBrowser,
  inLanguage,
  inMemory,
  passphraseUnset,
  practice,
  snapshotOf,
  viewOf,
} from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const welcomed = (snapshot: BrokerSnapshot): View => {
  const view = viewOf(snapshot)
  return { ...view, surroundings: { ...view.surroundings, welcome: true } }
}
const fresh = welcomed(snapshotOf(everyRow))

const current = ({ page }: TestWindow) => page.locator('[aria-current=step]')
const next = ({ page }: TestWindow) => page.getByRole('button', { name: 'Next' })

test.use({ viewport: { width: 360, height: 640 } })

test('leads through three steps, each with the focus on its heading, and ends for good', async ({ tray }) => {
  await tray.open(fresh)
  const { page } = tray
  await expect(current(tray)).toHaveText(/Provider$/)
  await expect(page.getByRole('heading', { name: 'Pick what to sign in to' })).toBeFocused()
  await expect(page.getByRole('list', { name: 'Step 1 of 3' })).toBeVisible()
  await next(tray).press('Enter')
  await expect(current(tray)).toHaveText(/Place$/)
  await expect(page.getByRole('heading', { name: 'Where your logins may live' })).toBeFocused()
  await expect(page.getByText('Keychain of the system')).toBeVisible()
  await next(tray).press('Enter')
  await expect(page.getByRole('heading', { name: 'Tools to connect' })).toBeFocused()
  await page.getByRole('button', { name: 'Back' }).press('Enter')
  await expect(page.getByRole('heading', { name: 'Where your logins may live' })).toBeFocused()
  await next(tray).press('Enter')
  await page.getByRole('button', { name: 'Done' }).press('Enter')
  expect(await tray.asked('welcome:done')).toHaveLength(1)
  await expect(current(tray)).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Sign in to OpenRouter' })).toBeVisible()
})

for (const steps of [0, 1, 2]) {
  test(`can be skipped at step ${steps + 1}`, async ({ tray }) => {
    await tray.open(fresh)
    for (let step = 0; step < steps; step++) await next(tray).click()
    await tray.page.getByRole('button', { name: 'Skip the first steps' }).click()
    expect(await tray.asked('welcome:done')).toHaveLength(1)
    await expect(current(tray)).toHaveCount(0)
  })
}

test('stays when main cannot note that it is over, and says why', async ({ tray }) => {
  await tray.open(fresh)
  await tray.fail('welcome:done', { code: 'internal_error', description: 'The settings file cannot be written.' })
  await tray.page.getByRole('button', { name: 'Skip the first steps' }).click()
  await expect(tray.page.getByRole('alert')).toContainText('The settings file cannot be written.')
  await expect(current(tray)).toBeVisible()
})

test('does not come to who has seen it', async ({ tray }) => {
  await tray.open(viewOf(snapshotOf(everyRow)))
  await expect(tray.page.getByRole('button', { name: 'Sign in to OpenRouter' })).toBeVisible()
  await expect(current(tray)).toHaveCount(0)
})

test('offers the practice first, says what each provider is, and tells of rules', async ({ tray }) => {
  await tray.open(fresh)
  const picks = tray.page.locator('.pick')
  await expect(picks).toHaveCount(everyRow.length)
  await expect(picks.first()).toHaveText('PracticeTry everything without an account')
  await expect(tray.page.getByRole('button', { name: /^Anthropic Claude/ })).toContainText('A Claude plan, or an API key')
  await expect(tray.page.getByText('Some providers have rules about who may hold a login.')).toBeVisible()
})

test('picking starts the usual sign-in where it always is, and goes on when that went well', async ({ tray }) => {
  await tray.open(fresh)
  const { page } = tray
  await page.getByRole('button', { name: /^Practice/ }).press('Enter')
  expect(await tray.asked('login:start')).toEqual([{ account: 'practice' }])
  await tray.show(welcomed(snapshotOf(among(practice(inBrowser)))))
  await expect(page.getByRole('group', { name: 'Sign-in to Practice' })).toBeVisible()
  await expect(current(tray)).toHaveText(/Provider$/)
  // For main, somebody who has an account is not new any more; the steps that were begun go on nevertheless.
  await tray.show(viewOf(snapshotOf(among(practice(active, ben)))))
  await expect(page.getByRole('heading', { name: 'Where your logins may live' })).toBeFocused()
})

test('a sign-in that the tray menu started is shown, and ends the first steps', async ({ tray }) => {
  await tray.open(welcomed(snapshotOf(among(practice(inBrowser)))))
  await expect(tray.page.getByRole('group', { name: 'Sign-in to Practice' })).toBeVisible()
  await tray.show(viewOf(snapshotOf(among(practice(active, ben)))))
  await expect(tray.page.getByRole('listitem', { name: 'Practice' })).toContainText('Valid')
  await expect(current(tray)).toHaveCount(0)
})

test('a keychain that is not there is told of before a provider is picked', async ({ tray }) => {
  await tray.open(welcomed(snapshotOf(everyRow, { vault: absent })))
  await expect(tray.page.getByText('No keychain service runs in this session.')).toBeVisible()
})

test('a rule card is shown on the way, and Escape and Back lead out of it', async ({ tray }) => {
  await tray.open(fresh)
  const { page } = tray
  await tray.fail('login:start', { code: 'rules_not_accepted', description: 'Read the rules.' })
  await page.getByRole('button', { name: /^OpenAI Codex/ }).click()
  const card = page.getByRole('group', { name: 'The rules of OpenAI Codex' })
  await expect(card).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(card).toHaveCount(0)
  await page.getByRole('button', { name: 'Back' }).click()
  await expect(page.getByRole('heading', { name: 'Pick what to sign in to' })).toBeFocused()
})

test('a sign-in that fails says so at its row', async ({ tray }) => {
  await tray.open(fresh)
  await tray.fail('login:start', { code: 'temporarily_unavailable', description: 'There is no network.' })
  await tray.page.getByRole('button', { name: /^ChatGPT/ }).click()
  await expect(tray.page.getByRole('listitem', { name: 'ChatGPT' }).getByRole('alert')).toContainText('There is no network.')
})

test('a sign-in can be left behind with Next', async ({ tray }) => {
  await tray.open(fresh)
  await tray.page.getByRole('button', { name: /^Practice/ }).click()
  await tray.show(welcomed(snapshotOf(among(practice(inBrowser)))))
  await next(tray).click()
  await expect(current(tray)).toHaveText(/Place$/)
  await expect(tray.page.getByRole('group', { name: 'Sign-in to Practice' })).toHaveCount(0)
})

test('what the tray menu asks about an account is shown, and the steps come back after it', async ({ tray }) => {
  await tray.open(welcomed(snapshotOf(among(practice(active, ben)))))
  const { page } = tray
  await next(tray).click()
  await tray.choose({ kind: 'confirm_sign_out', account: 'practice-5e6f7a8b' })
  await expect(page.getByRole('group', { name: 'Sign out of Practice?' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('heading', { name: 'Where your logins may live' })).toBeVisible()
})

test('says of the place what is so: in memory, or without a keychain', async ({ tray }) => {
  await tray.open(welcomed(snapshotOf(everyRow, { vault: inMemory })))
  await next(tray).click()
  await expect(tray.page.getByText('Nothing is written down. Logins end with the app.')).toBeVisible()
  await expect(tray.page.getByText('You can move them later')).toHaveCount(0)
  await tray.show(welcomed(snapshotOf(everyRow, { vault: absent })))
  await expect(tray.page.getByText('No keychain service runs in this session.')).toBeVisible()
})

test('waits for the first passphrase, without which nothing can be stored', async ({ tray }) => {
  await tray.open(welcomed(snapshotOf([], { vault: passphraseUnset })))
  await expect(tray.page.getByRole('heading', { name: 'Choose a passphrase' })).toBeVisible()
  await expect(current(tray)).toHaveCount(0)
  await tray.show(fresh)
  await expect(current(tray)).toHaveText(/Provider$/)
})

test('shows the tools that are here, and connects them', async ({ tray }) => {
  await tray.open(fresh)
  const { page } = tray
  await next(tray).click()
  await next(tray).click()
  await expect(page.getByRole('heading', { level: 2 }).filter({ hasNotText: 'Tools' })).toHaveText([
    'Claude Code',
    'Aider',
    'Codex CLI',
    'pi',
  ])
  await page.getByRole('button', { name: 'Connect Codex CLI' }).click()
  await expect(page.getByRole('group').getByRole('region')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('group')).toHaveCount(0)
  await page.getByRole('button', { name: 'Connect Codex CLI' }).click()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  expect(await tray.asked('tool:connect')).toEqual([{ tool: 'codex' }])
  await expect(page.getByRole('group')).toHaveCount(0)
})

test('a tool without a login leads back to the first step', async ({ tray }) => {
  await tray.open(fresh)
  await tray.fail('tool:plan', { code: 'login_required', description: 'There is no login for it.' })
  await next(tray).click()
  await next(tray).click()
  await tray.page.getByRole('button', { name: 'Connect Codex CLI' }).click()
  await tray.page.getByRole('button', { name: 'Go to sign in' }).click()
  await expect(current(tray)).toHaveText(/Provider$/)
})

test('says so where no tool is here', async ({ tray }) => {
  await tray.open(fresh)
  await tray.reply('tools:get', { ok: true, value: toolList.filter(({ state }) => state === 'not_installed') })
  await next(tray).click()
  await next(tray).click()
  await expect(tray.page.getByText('No tool that TokenTray knows was found on this computer.')).toBeVisible()
})

test('leaves the other pages open, and is where it was on the way back', async ({ tray }) => {
  await tray.open(fresh)
  await next(tray).click()
  await tray.choose({ kind: 'page', page: 'settings' })
  await expect(tray.page.getByRole('switch', { name: 'Start hidden' })).toBeVisible()
  await tray.page.keyboard.press('Escape')
  await expect(current(tray)).toHaveText(/Place$/)
})

test('nothing is cut at 200 %', async ({ tray }) => {
  await tray.open(inLanguage(fresh, 'de'))
  await tray.page.setViewportSize({ width: 180, height: 320 })
  for (let step = 0; step < 3; step++) {
    const beside = await tray.page
      .locator('.welcome *')
      .evaluateAll((all) =>
        all
          .filter((each) => each.getBoundingClientRect().right > 180 || each.getBoundingClientRect().left < 0)
          .map((each) => each.outerHTML),
      )
    expect(beside).toEqual([])
    if (step < 2) await tray.page.getByRole('button', { name: 'Weiter' }).click()
  }
})

for (const [language, colorScheme] of [
  ['en', 'light'],
  ['ar', 'dark'],
] as const) {
  test.describe(`in ${language}, ${colorScheme}`, () => {
    test.use({ colorScheme })
    test('axe finds nothing to complain about at any step', async ({ tray }) => {
      await tray.open(inLanguage(fresh, language))
      for (let step = 0; step < 3; step++) {
        await expect(tray.page.locator('.welcome-head')).toBeFocused()
        await expectAccessible(tray.page)
        if (step < 2) await tray.page.locator('.ways .button-main').click()
      }
    })
  })
}
