import { active, ana, ben, claimed, codex, noon, practice, proven, snapshotOf, view, viewOf } from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const accounts = [codex(active, ana), practice(active, ben)]
const asking = (...approvals: (typeof proven)[]) => viewOf(snapshotOf(accounts, { approvals }))

const card = ({ page }: TestWindow, name: string) => page.getByRole('listitem', { name })

/** A button of a card, once it takes a press. */
async function button(tray: TestWindow, name: string) {
  const found = tray.page.getByRole('button', { name })
  await expect(found).toHaveAttribute('aria-busy', 'false')
  return found
}

test('a card says who asks for which account, what is proven, and how long it waits', async ({ tray }) => {
  await tray.open(asking(proven, claimed))
  await expect(tray.page.getByRole('status')).toHaveText('codex and pi wait for you')
  const first = card(tray, 'codex asks for Practice (ben@example.org)')
  await expect(first).toContainText('Proven: /usr/bin/codex, pid 123')
  await expect(first).toContainText('Started by /usr/bin/zed')
  await expect(first.getByRole('timer')).toHaveText('0:24')
  await tray.passed(5)
  await expect(first.getByRole('timer')).toHaveText('0:19')
  const second = card(tray, 'pi asks for OpenAI Codex (ana.silva@example.com)')
  await expect(second).toContainText('Says it is pi')
  await expect(second).not.toContainText('Started by')
})

for (const [words, decision] of [
  ['Allow once', 'once'],
  ['Always', 'always'],
  ['Deny', 'deny'],
] as const) {
  test(`${words} is answered with the keyboard`, async ({ tray }) => {
    await tray.open(asking(proven))
    await (await button(tray, `${words}: codex for Practice (ben@example.org)`)).press('Enter')
    expect(await tray.asked('approval:decide')).toEqual([{ approval: 'approval-1', decision }])
  })
}

test('a new card is read aloud, takes no focus, and takes no press that was meant for what it pushed away', async ({ tray }) => {
  await tray.open(asking())
  const { page } = tray
  const list = page.locator('[aria-label="Tools that ask for a token"]')
  await expect(list).toHaveAttribute('aria-live', 'polite')
  const signOut = page.getByRole('button', { name: 'Sign out of Practice' })
  await signOut.focus()
  await tray.show(asking(proven))
  const early = page.getByRole('button', { name: 'Allow once: codex for Practice (ben@example.org)' })
  await early.evaluate((element: HTMLElement) => element.click())
  expect(await tray.asked('approval:decide')).toEqual([])
  await expect(signOut).toBeFocused()
  await expect(list.getByRole('listitem')).toHaveCount(1)
  await (await button(tray, 'Allow once: codex for Practice (ben@example.org)')).click()
  expect(await tray.asked('approval:decide')).toHaveLength(1)
})

test('the focus goes on to the next card, and to the rows after the last one', async ({ tray }) => {
  await tray.open(asking(proven, claimed))
  await (await button(tray, 'Deny: codex for Practice (ben@example.org)')).press('Enter')
  await tray.show(asking(claimed))
  await expect(card(tray, 'pi asks for OpenAI Codex (ana.silva@example.com)')).toBeFocused()
  await tray.page.keyboard.press('Tab')
  await expect(tray.page.getByRole('button', { name: 'Allow once: pi' })).toBeFocused()
  await tray.show(asking())
  await expect(tray.page.getByRole('main')).toBeFocused()
  await tray.page.keyboard.press('Tab')
  await expect(tray.page.getByRole('button', { name: 'More for OpenAI Codex' })).toBeFocused()
})

test('a card that goes leaves the focus alone when it is elsewhere', async ({ tray }) => {
  await tray.open(asking(proven))
  const signOut = tray.page.getByRole('button', { name: 'Sign out of Practice' })
  await signOut.focus()
  await tray.show(asking())
  await expect(card(tray, 'codex asks for Practice (ben@example.org)')).toHaveCount(0)
  await expect(signOut).toBeFocused()
})

test('an answer that came too late is said on the card', async ({ tray }) => {
  await tray.open(asking(proven))
  await tray.fail('approval:decide', { code: 'unknown_approval', description: 'Nothing with this id waits.' })
  await (await button(tray, 'Always: codex for Practice (ben@example.org)')).click()
  await expect(card(tray, 'codex asks').getByRole('alert')).toContainText('Nothing with this id waits.')
})

test('a long path is read to its end and moves nothing sideways', async ({ tray }) => {
  const executable = `/home/ana/${'a-very-long-folder-name/'.repeat(8)}bin/codex-the-real-one`
  const caller = { ...proven.caller, name: 'x'.repeat(64), executable, parent: `${executable}-parent` }
  await tray.open(viewOf(snapshotOf(accounts, { approvals: [{ ...proven, caller }] })))
  await expect(tray.page.getByText(executable, { exact: false })).toBeVisible()
  expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  const edge = await tray.page.locator('.approval').evaluate((element) => element.scrollWidth - element.clientWidth)
  expect(edge).toBe(0)
  // As the page looks at 200 %: half the room.
  await tray.page.setViewportSize({ width: 180, height: 240 })
  expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(180)
})

test('what could hide or turn around a path is shown as a mark', async ({ tray }) => {
  const caller = { ...proven.caller, executable: '/tmp/\u202excedoc\u200b\n/usr/bin/codex' }
  await tray.open(viewOf(snapshotOf(accounts, { approvals: [{ ...proven, caller }] })))
  await expect(tray.page.getByText('Proven: /tmp/\ufffdxcedoc\ufffd\ufffd/usr/bin/codex, pid 123')).toBeVisible()
})

test('a client that has waited longer than it may shows no time below zero', async ({ tray }) => {
  await tray.open(asking({ ...proven, expires_at: noon - 3 }))
  await expect(tray.page.getByRole('timer')).toHaveText('0:00')
  await tray.show(view(...accounts))
  await expect(tray.page.getByRole('timer')).toHaveCount(0)
})
