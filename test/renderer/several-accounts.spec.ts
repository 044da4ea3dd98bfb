import { active, ana, ben, codex, inBrowser, otherPerson, practice, snapshotOf, view, viewOf } from './support/snapshots.ts'
import { expect, test } from './support/window.ts'

const question = 'You signed in as bob@example.com, and this account belongs to ana.silva@example.com.'
const undecided = viewOf(snapshotOf([codex(active, ana), practice(active, ben)], { logins: [otherPerson] }))

test('a login of somebody else is asked about, and what loses nothing has the focus', async ({ tray }) => {
  await tray.open(undecided)
  const panel = tray.page.getByRole('group', { name: 'Who signed in to OpenAI Codex' })
  await expect(panel).toContainText(question)
  await expect(panel.getByRole('button')).toHaveText(['Add beside it', 'Replace', 'Discard'])
  await expect(panel.getByRole('button', { name: 'Add beside it' })).toBeFocused()
  await expect(tray.page.getByRole('status')).toHaveText('OpenAI Codex waits for your decision')
  await expect(tray.page.getByRole('button', { name: 'Cancel the sign-in to OpenAI Codex' })).toHaveCount(0)
})

for (const [words, decision] of [
  ['Add beside it', 'add'],
  ['Replace', 'replace'],
  ['Discard', 'discard'],
] as const) {
  test(`${words} is answered with the keyboard`, async ({ tray }) => {
    await tray.open(undecided)
    await tray.page.getByRole('button', { name: words }).press('Enter')
    expect(await tray.asked('login:decide')).toEqual([{ login: 'login-8', decision }])
  })
}

test('a login of somebody else in the place of an account is asked about in its row', async ({ tray }) => {
  const waiting = { ...inBrowser, login_id: otherPerson.id } as const
  await tray.open(viewOf(snapshotOf([{ ...codex(waiting, ana), id: 'openai-codex-1a2b3c4d' }], { logins: [otherPerson] })))
  const row = tray.page.getByRole('listitem', { name: 'OpenAI Codex' })
  await expect(row).toContainText('Waiting for your decision')
  await expect(row).toContainText(question)
  await expect(row.getByRole('timer')).toHaveCount(0)
})

test('a decision that came too late is said beside the buttons', async ({ tray }) => {
  await tray.open(undecided)
  await tray.fail('login:decide', { code: 'unknown_login', description: 'There is nothing to decide.' })
  await tray.page.getByRole('button', { name: 'Replace' }).click()
  await expect(tray.page.getByRole('group').getByRole('alert')).toContainText('There is nothing to decide.')
})

test('of several accounts, each has its label and one is the default', async ({ tray }) => {
  const home = { ...codex(active, { ...ana, is_default: true }), id: 'openai-codex-1' }
  const work = { ...codex(active, { ...ben, label: 'work' }), id: 'openai-codex-2' }
  await tray.open(view(home, work))
  const group = tray.page.getByRole('list', { name: 'OpenAI Codex' })
  await expect(group.getByRole('heading')).toHaveText(['OpenAI Codexana.silva@example.com · Plusdefault', 'OpenAI Codexwork'])
  await expect(group.getByRole('listitem', { name: 'OpenAI Codex work' })).toContainText('ben@example.org')
})

test('a key says what it is in place of a time, and is tried when asked', async ({ tray }) => {
  const key = codex({ kind: 'active' }, { kind: 'api_key', label: 'billing' })
  const token = { ...practice({ kind: 'active' }), kind: 'setup_token' } as const
  await tray.open(view(key, token))
  const row = tray.page.getByRole('listitem', { name: 'OpenAI Codex' })
  await expect(row).toContainText('API key')
  await expect(tray.page.getByRole('listitem', { name: 'Practice' })).toContainText('Setup token')
  await tray.reply('account:check', { ok: true, value: { account: key.id, status: 'ready' } })
  await tray.page.getByRole('button', { name: 'More for OpenAI Codex' }).press('Enter')
  await tray.page.getByRole('button', { name: 'Check OpenAI Codex' }).press('Enter')
  expect(await tray.asked('account:check')).toEqual([{ account: key.id }])
  await expect(row).toContainText('Tried just now: works.')
  await expect(tray.page.getByRole('button', { name: 'More for OpenAI Codex' })).toBeFocused()
})

test('a key that has ended is replaced by whatever the person chooses', async ({ tray }) => {
  const error = { code: 'token_refused', description: 'The key was deleted.' }
  await tray.open(view(codex({ kind: 'reauthorization_required', error }, { kind: 'api_key' })))
  await tray.page.getByRole('button', { name: 'Sign in again to OpenAI Codex' }).click()
  expect(await tray.asked('login:start')).toEqual([])
  await tray.page.getByRole('button', { name: 'API key…' }).click()
  await tray.reply('account:add-key', { ok: true, value: { account: 'openai-codex-1a2b3c4d', status: 'ready' } })
  await tray.page.getByLabel('API key', { exact: true }).fill('sk-new')
  await tray.page.keyboard.press('Enter')
  expect(await tray.asked('account:add-key')).toEqual([{ account: 'openai-codex-1a2b3c4d', key: 'sk-new', kind: 'api_key' }])
})

test('what came of a check in the menu is told at the row', async ({ tray }) => {
  const reason = { code: 'token_refused', description: 'Practice refused the token.', fix: 'Sign in again.' }
  await tray.open(view(practice(active, ben)), {
    kind: 'checked',
    check: { account: 'practice-5e6f7a8b', status: 'failed', reason, detail: 'suspended' },
  })
  await expect(tray.page.getByRole('listitem', { name: 'Practice' })).toContainText(
    'Tried just now: does not work. Practice refused the token. It said: suspended. Sign in again.',
  )
})

test('who signed in is told quietly at the row and can be dismissed', async ({ tray }) => {
  await tray.open(view(codex(active, ana), practice(active, ben)))
  await tray.choose({ kind: 'signed_in', account: 'openai-codex-1a2b3c4d', ...ana })
  const row = tray.page.getByRole('listitem', { name: 'OpenAI Codex' })
  const note = row.locator('[aria-live=polite]')
  await expect(note).toHaveText('Signed in as ana.silva@example.com (Plus).')
  await note.getByRole('button', { name: 'Dismiss' }).press('Enter')
  await expect(note).toBeEmpty()
})

test('a provider file that cannot be used is told above the rows, without an alarm', async ({ tray }) => {
  const notices = [{ code: 'provider_file', description: 'providers/a.json has no `id`.', fix: 'Correct it.' }]
  await tray.open(viewOf(snapshotOf([codex(active, ana)], { notices })))
  await expect(tray.page.getByRole('region', { name: 'Notice' })).toHaveText('providers/a.json has no id. Correct it.')
  await expect(tray.page.getByRole('status')).toHaveText('OpenAI Codex is ready')
  await expect(tray.page.getByRole('alert')).toHaveCount(0)
})
