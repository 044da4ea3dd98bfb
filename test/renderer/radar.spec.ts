import type { Radar } from '../../src/ipc/radar.ts'
import { found, nothingFound, sharedLogin, stuckLogin } from './support/pages.ts'
import { active, ana, ben, codex, lockedByPerson, lockedOut, practice, snapshotOf, view, viewOf } from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const accounts = view(codex(active, ana), practice(active, ben))

/** Opens the window with what the radar says. */
async function open(tray: TestWindow, radar: Radar): Promise<void> {
  await tray.open(accounts)
  await tray.reply('radar:get', { ok: true, value: radar })
  await tray.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
}

const onlyShared: Radar = { findings: [sharedLogin], unread: [] }
const shared = (tray: TestWindow) => tray.page.getByRole('region', { name: /Codex CLI.+pi.+hold one login/ })

test('nothing is said where there is nothing to say', async ({ tray }) => {
  await open(tray, nothingFound)
  await expect.poll(async () => (await tray.asked('radar:get')).length).toBeGreaterThan(1)
  await expect(tray.page.getByText('hold one login')).toHaveCount(0)
  await expect(tray.page.getByRole('button', { name: 'Look…' })).toHaveCount(0)
})

test('programs that hold one login are named, with what can be done about it', async ({ tray }) => {
  await open(tray, found)
  await expect(shared(tray).getByRole('button')).toHaveText(['Make TokenTray the owner', 'Give each its own', 'Ignore'])
  // What cannot be taken out of a program is not offered to be.
  const stuck = tray.page.getByRole('region', { name: /Kimi Code.+TokenTray.+hold one login/ })
  await expect(stuck.getByRole('button')).toHaveText(['Give each its own', 'Ignore'])
  await stuck.getByRole('button', { name: 'Give each its own' }).click()
  await expect(stuck).toContainText('TokenTray keeps this one.')
})

test('making TokenTray the owner says first what is changed, and then that it was', async ({ tray }) => {
  await open(tray, onlyShared)
  await tray.reply('radar:move', { ok: true, value: { radar: nothingFound, running: ['codex'] } })
  const { page } = tray
  await page.getByRole('button', { name: 'Make TokenTray the owner' }).click()
  const panel = page.getByRole('group', { name: 'What is changed' })
  await expect(panel).toContainText('Codex CLI loses its refresh token, in ~/.codex/auth.json.')
  await expect(panel).toContainText('pi loses its refresh token, in ~/.pi/agent/auth.json.')
  expect(await tray.asked('radar:move')).toEqual([])
  await panel.getByRole('button', { name: 'Go on' }).click()
  expect(await tray.asked('radar:move')).toEqual([{ finding: sharedLogin.finding }])
  await expect(page.getByText('TokenTray alone renews this login from now on.')).toBeVisible()
  await expect(page.getByText('is running, end it')).toBeVisible()
  await expect(shared(tray)).toHaveCount(0)
})

test('a file that cannot be changed is said before as well', async ({ tray }) => {
  const [first, second] = sharedLogin.holders
  await open(tray, { findings: [{ ...sharedLogin, holders: [first, { ...second, canMove: false }] as never }], unread: [] })
  await tray.page.getByRole('button', { name: 'Make TokenTray the owner' }).click()
  await expect(tray.page.getByText('~/.pi/agent/auth.json of pi cannot be changed: sign in there again.')).toBeVisible()
})

test('the rule card is read before anything moves', async ({ tray }) => {
  await open(tray, onlyShared)
  await tray.fail('radar:move', { code: 'rules_not_accepted', description: 'The rules have to be read first.' })
  const { page } = tray
  await page.getByRole('button', { name: 'Make TokenTray the owner' }).click()
  await page.getByRole('button', { name: 'Go on' }).click()
  const panel = page.getByRole('group', { name: 'What is changed' })
  await expect(panel.locator('.rules-statement')).not.toBeEmpty()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await tray.reply('radar:move', { ok: true, value: { radar: nothingFound, running: [] } })
  await panel.getByRole('button', { name: 'I understand' }).click()
  expect(await tray.asked('radar:move')).toEqual([
    { finding: sharedLogin.finding },
    { finding: sharedLogin.finding, accept: true },
  ])
  await expect(page.getByText('TokenTray alone renews this login from now on.')).toBeVisible()
})

test('a move that did not go well says why, and what there is now is asked for', async ({ tray }) => {
  await open(tray, onlyShared)
  await tray.fail('radar:move', {
    code: 'temporarily_unavailable',
    description: 'TokenTray has the login, and pi still holds it: it is locked.',
    fix: 'End pi.',
  })
  await tray.page.getByRole('button', { name: 'Make TokenTray the owner' }).click()
  const before = (await tray.asked('radar:get')).length
  await tray.page.getByRole('button', { name: 'Go on' }).click()
  await expect(tray.page.getByRole('alert')).toContainText('pi still holds it: it is locked. End pi.')
  await expect.poll(async () => (await tray.asked('radar:get')).length).toBeGreaterThan(before)
})

test('each gets its own by the command of its program', async ({ tray }) => {
  await open(tray, onlyShared)
  await tray.page.getByRole('button', { name: 'Give each its own' }).click()
  const panel = tray.page.getByRole('group', { name: 'A login for each' })
  await expect(panel.getByRole('listitem')).toHaveText([/Codex CLI.*: codex login/, /pi.*: pi, then \/login/])
  await tray.page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  await expect(tray.page.getByRole('button', { name: 'Give each its own' })).toBeFocused()
})

test('what is ignored goes, and the focus is not lost with it', async ({ tray }) => {
  await open(tray, { findings: [sharedLogin, stuckLogin], unread: [] })
  await tray.reply('radar:ignore', { ok: true, value: { findings: [stuckLogin], unread: [] } })
  await shared(tray).getByRole('button', { name: 'Ignore' }).press('Enter')
  expect(await tray.asked('radar:ignore')).toEqual([{ finding: sharedLogin.finding }])
  await expect(shared(tray)).toHaveCount(0)
  await expect(tray.page.getByText('Ignored, until another login')).toBeVisible()
  await expect(tray.page.locator(':focus')).toHaveText('Give each its own')
})

test('programs that were not looked at are asked for once each, yes or no', async ({ tray }) => {
  await open(tray, { findings: [], unread: found.unread })
  const { page } = tray
  await expect(page.getByText('2 other programs keep logins here, which were not looked at.')).toBeVisible()
  expect(await tray.asked('radar:allow')).toEqual([])
  await page.getByRole('button', { name: 'Look…' }).click()
  await expect(page.getByText('~/.claude/.credentials.json')).toBeVisible()
  await tray.reply('radar:allow', { ok: true, value: { findings: [], unread: found.unread.slice(1) } })
  await page.getByRole('button', { name: 'Read the logins of Claude Code', exact: true }).press('Enter')
  await expect(page.getByText('May the logins of Claude Code be read?')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Read the logins of OpenCode', exact: true })).toBeFocused()
  await tray.reply('radar:allow', { ok: true, value: nothingFound })
  await page.getByRole('button', { name: 'Do not read the logins of OpenCode' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Look…' })).toHaveCount(0)
  expect(await tray.asked('radar:allow')).toEqual([
    { program: 'claude-code', allowed: true },
    { program: 'opencode', allowed: false },
  ])
})

test('an answer that could not be kept says so', async ({ tray }) => {
  await open(tray, { findings: [], unread: found.unread })
  await tray.fail('radar:allow', { code: 'vault_unavailable', description: 'stores.json cannot be written (ENOSPC).' })
  await tray.page.getByRole('button', { name: 'Look…' }).click()
  await tray.page.getByRole('button', { name: 'Read the logins of OpenCode', exact: true }).click()
  await expect(tray.page.getByRole('alert')).toContainText('stores.json cannot be written')
})

test('while TokenTray is locked the radar is neither asked nor shown', async ({ tray }) => {
  await tray.open(viewOf(snapshotOf([codex(lockedOut, ana)], { vault: lockedByPerson })))
  await expect(tray.page.getByRole('button', { name: 'Unlock' })).toBeVisible()
  expect(await tray.asked('radar:get')).toEqual([])
})
