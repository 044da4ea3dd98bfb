import { lowContrast } from './support/contrast.ts'
import {
  active,
  ana,
  backingOff,
  byPaste,
  claimed,
  codex,
  ended,
  endedElsewhere,
  foreign,
  inBrowser,
  locked,
  lockedByPerson,
  lockedOut,
  passphraseUnset,
  practice,
  proven,
  signedOut,
  snapshotOf,
  view,
  viewOf,
} from './support/snapshots.ts'
import { expect, test } from './support/window.ts'

const off = { ...ana, disabled: true, signed_in_until: 1_800_000_000 } as const

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

test('the measure of contrast finds texts, so that an empty list means something', async ({ tray }) => {
  await tray.open(views.locked)
  expect((await tray.page.evaluate(lowContrast, 21)).length).toBeGreaterThan(5)
})

for (const [name, look] of Object.entries(views)) {
  test(`every control of "${name}" has a name, and every id is unique`, async ({ tray }) => {
    await tray.open(look)
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
  })
}

test('a screen reader finds a head, the accounts as a list, and a foot', async ({ tray }) => {
  await tray.open(view(codex(inBrowser), practice(active, ana)))
  await expect(tray.page.getByRole('banner').getByRole('heading', { level: 1 })).toHaveText('TokenTray')
  await expect(tray.page.getByRole('main').getByRole('list', { name: 'Accounts' }).getByRole('listitem')).toHaveCount(2)
  await expect(tray.page.getByRole('contentinfo')).toContainText('Version 0.1.0')
  await expect(tray.page.getByRole('heading', { level: 2 })).toHaveText(['OpenAI Codex', 'Practice'])
})
