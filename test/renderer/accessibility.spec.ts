import { lowContrast } from './support/contrast.ts'
import { among } from './support/providers.ts'
import {
  active,
  ana,
  asked,
  backingOff,
  ben,
  byDevice,
  byPaste,
  claimed,
  codex,
  ended,
  endedElsewhere,
  endedThere,
  foreign,
  inBrowser,
  locked,
  lockedByPerson,
  lockedOut,
  otherPerson,
  passphraseUnset,
  practice,
  proven,
  signedOut,
  snapshotOf,
  view,
  viewOf,
  watched,
} from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const off = { ...ana, disabled: true, signed_in_until: 1_800_000_000 } as const

const notice = {
  code: 'provider_file',
  description: 'providers/mistral.json cannot be used: it has no `id`.',
  fix: 'Correct it.',
}

const views = {
  'signed out': view(codex(signedOut), practice(signedOut)),
  'in the browser': view(codex(inBrowser), practice(active, ana)),
  'by paste': view(codex(byPaste), practice(ended, ana)),
  'backing off': view(codex(backingOff, { ...ana, label: 'work' }), practice(foreign, ana)),
  asking: viewOf(snapshotOf([codex(active, ana), practice(active, off)], { approvals: [proven, claimed] })),
  'locked by the person': viewOf(snapshotOf([codex(lockedOut, ana)], { vault: lockedByPerson })),
  'first passphrase': viewOf(snapshotOf([], { vault: passphraseUnset })),
  'ended elsewhere': view(codex(endedElsewhere, ana), practice(active, off)),
  locked: viewOf(snapshotOf([codex(lockedOut, ana)], { vault: locked }), 'window'),
  'every provider': viewOf(snapshotOf(among(codex(active, { ...ana, label: 'work', is_default: true })), { notices: [notice] })),
  'a device code': view(codex(byDevice), practice(active, ben)),
  'logins of other programs': view(codex(active, { ...ana, ...watched }), practice(endedThere, { ...ben, ...asked })),
  'somebody else': viewOf(snapshotOf([codex(active, ana)], { logins: [otherPerson] })),
}

/** What needs a step of the person first, or a word of main. */
const steps: Readonly<Record<string, (tray: TestWindow) => Promise<unknown>>> = {
  'another account': async ({ page }) => {
    await page.getByRole('button', { name: 'More for OpenAI Codex' }).click()
    await page.getByRole('button', { name: 'Add another account…' }).click()
  },
  'a rule card': async (tray) => {
    await tray.fail('login:start', { code: 'rules_not_accepted', description: 'Read the rules.' })
    await tray.page.getByRole('button', { name: 'Sign in to Anthropic Claude' }).click()
    await expect(tray.page.getByRole('group', { name: 'The rules of Anthropic Claude' })).toBeVisible()
  },
  'a refused key': async (tray) => {
    await tray.fail('account:add-key', { code: 'invalid_request', description: 'That is no key.' })
    const { page } = tray
    await page.getByRole('button', { name: 'Other ways for OpenRouter' }).click()
    await page.getByRole('button', { name: 'API key…' }).click()
    await page.getByLabel('API key', { exact: true }).fill('hello')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toBeVisible()
  },
  'notes at the rows': async (tray) => {
    const failed = { account: 'openai-codex-1a2b3c4d', status: 'failed' } as const
    await tray.choose({ kind: 'checked', check: failed })
    await expect(tray.page.getByText('does not work')).toBeVisible()
    await tray.choose({ kind: 'signed_in', account: 'practice', ...ana })
    await expect(tray.page.getByText('Signed in as')).toBeVisible()
  },
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme })
    for (const [name, look] of Object.entries(views)) {
      test(`every text of "${name}" has a contrast of 4.5 or more`, async ({ tray }) => {
        await tray.open(look)
        expect(await tray.page.evaluate(lowContrast, 4.5)).toEqual([])
      })
    }
  })
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours, after a step`, () => {
    test.use({ colorScheme })
    for (const [name, step] of Object.entries(steps)) {
      test(`"${name}" can be read and its controls have names`, async ({ tray }) => {
        await tray.open(views['every provider'])
        await step(tray)
        expect(await tray.page.evaluate(lowContrast, 4.5)).toEqual([])
        await expectNames(tray)
      })
    }
  })
}

test('the measure of contrast finds texts, so that an empty list means something', async ({ tray }) => {
  await tray.open(views.locked)
  expect((await tray.page.evaluate(lowContrast, 21)).length).toBeGreaterThan(5)
})

for (const [name, look] of Object.entries(views)) {
  test(`every control of "${name}" has a name, and every id is unique`, async ({ tray }) => {
    await tray.open(look)
    await expectNames(tray)
  })
}

test('a screen reader finds a head, the accounts as a list, and a foot', async ({ tray }) => {
  await tray.open(view(codex(inBrowser), practice(active, ana)))
  await expect(tray.page.getByRole('banner').getByRole('heading', { level: 1 })).toHaveText('TokenTray')
  await expect(tray.page.getByRole('main').getByRole('list', { name: 'Accounts' }).getByRole('listitem')).toHaveCount(2)
  await expect(tray.page.getByRole('contentinfo')).toContainText('Version 0.1.0')
  await expect(tray.page.getByRole('heading', { level: 2 })).toHaveText(['OpenAI Codex', 'Practice'])
})

async function expectNames(tray: TestWindow): Promise<void> {
  for (const control of await tray.page.locator('button, input').all()) await expect(control).toHaveAccessibleName(/\w/)
  const ids = await tray.page.locator('[id]').evaluateAll((elements) => elements.map((element) => element.id))
  expect(new Set(ids).size).toBe(ids.length)
  const dangling = await tray.page
    .locator('[aria-describedby], [aria-labelledby]')
    .evaluateAll((elements) =>
      elements
        .flatMap((element) => [element.getAttribute('aria-describedby'), element.getAttribute('aria-labelledby')])
        .filter((id) => id !== null && document.getElementById(id) === null),
    )
  expect(dangling).toEqual([])
}
