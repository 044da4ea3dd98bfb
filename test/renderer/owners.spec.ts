import {
  active,
  ana,
  asked,
  ben,
  codex,
  endedThere,
  locked,
  lockedOut,
  noon,
  practice,
  signedOut,
  snapshotOf,
  unreadable,
  view,
  viewOf,
  watched,
} from './support/snapshots.ts'
import { expect, test } from './support/window.ts'

const rowName = 'OpenAI Codex'

test('a login that is only watched says whose it is, and never that it is ready', async ({ tray }) => {
  await tray.open(view(codex(active, { ...ana, ...watched })))
  const row = tray.page.getByRole('listitem', { name: rowName })
  await expect(row).toContainText('Only watched: Codex CLI owns this login, and no tool gets a token of it from here.')
  await expect(row).toContainText('Signed in there')
  await expect(row).toContainText('its token is valid 9 min')
  await expect(row).toContainText('ana.silva@example.com')
  await expect(row).not.toContainText(/Ready|Valid \d/)
  await expect(tray.page.getByRole('status')).toHaveText('Signed out')
})

test('what is watched has no button that could only fail', async ({ tray }) => {
  await tray.open(view(codex(active, { ...ana, ...watched, disabled: true })))
  const row = tray.page.getByRole('listitem', { name: rowName })
  await row.getByRole('button', { name: 'More for OpenAI Codex' }).click()
  await expect(row.getByRole('button')).toHaveText(['', 'Forget', 'Label…', 'Add another account…'])
})

test('a watched login that has a token no more, or is gone, says so', async ({ tray }) => {
  await tray.open(
    view(codex({ kind: 'active', expires_at: noon - 5 }, { ...ana, ...watched }), {
      ...practice(signedOut, watched),
      id: 'practice-5e6f7a8b',
    }),
  )
  await expect(tray.page.getByRole('listitem', { name: rowName })).toContainText('its token is over')
  const gone = tray.page.getByRole('listitem', { name: 'Practice' })
  await expect(gone).toContainText('Signed out there')
  await expect(gone.getByRole('button', { name: 'Sign in' })).toHaveCount(0)
})

test('a file that is not read brings its own reason, also while the keychain is locked', async ({ tray }) => {
  await tray.open(viewOf(snapshotOf([codex(unreadable, watched), practice(lockedOut, ben)], { vault: locked })))
  const row = tray.page.getByRole('listitem', { name: rowName })
  await expect(row).toContainText('The logins of Codex CLI are not read without your yes.')
  await expect(row).not.toContainText('Waiting for the keychain')
  await row.getByRole('button', { name: 'Try again' }).click()
  expect(await tray.asked('broker:wake')).toHaveLength(1)
  expect(await tray.asked('account:check')).toEqual([])
})

test('a login that another program is asked for says so, and works as one of its own', async ({ tray }) => {
  await tray.open(view(codex(active, { ...ana, ...asked })))
  const row = tray.page.getByRole('listitem', { name: rowName })
  await expect(row).toContainText('Codex CLI owns this login; TokenTray asks it for tokens.')
  await expect(row).toContainText('Valid 9 min')
  await expect(tray.page.getByRole('status')).toHaveText('OpenAI Codex is ready')
  await row.getByRole('button', { name: 'More for OpenAI Codex' }).click()
  await expect(row.getByRole('button')).toHaveText([
    ...['', 'Forget', 'Copy token', 'Check', 'Refresh now', 'Switch off', 'Label…', 'Add another account…'],
  ])
})

test('a sign-in that is to be made in another program is not offered here', async ({ tray }) => {
  await tray.open(view(codex(endedThere, { ...ana, ...asked })))
  const row = tray.page.getByRole('listitem', { name: rowName })
  await expect(row).toContainText('Codex CLI is signed out. Sign in there: codex login.')
  await row.getByRole('button', { name: 'More for OpenAI Codex' }).click()
  await expect(row.getByRole('button')).toHaveText(['', 'Forget', 'Try again', 'Label…', 'Add another account…'])
  const account = 'openai-codex-1a2b3c4d'
  await tray.reply('account:check', { ok: true, value: { account, status: 'ready' } })
  await row.getByRole('button', { name: 'Try again' }).click()
  await expect(row).toContainText('Tried just now: works.')
  expect(await tray.asked('account:check')).toEqual([{ account }])
  expect(await tray.asked('login:start')).toEqual([])
})

for (const [mode, what, sentence] of [
  ['watched', watched, 'It is not shown here any more. Codex CLI stays signed in'],
  ['delegated', asked, 'Tools on this computer lose access to this account at once. Codex CLI stays signed in'],
] as const) {
  test(`a ${mode} login is forgotten after a question, and nothing was changed there`, async ({ tray }) => {
    await tray.open(view(codex(active, { ...ana, ...what }), practice(active, ben)))
    const { page } = tray
    await page.getByRole('button', { name: 'Forget OpenAI Codex' }).click()
    const panel = page.getByRole('group', { name: 'Forget OpenAI Codex?' })
    await expect(panel).toContainText(sentence)
    await expect(panel.getByRole('button', { name: 'Keep' })).toBeFocused()
    await panel.getByRole('button', { name: 'Forget' }).click()
    expect(await tray.asked('account:sign-out')).toEqual([{ account: 'openai-codex-1a2b3c4d' }])
    await tray.show(view(codex(signedOut), practice(active, ben)))
    await expect(page.getByText('Forgotten here. Nothing was changed in Codex CLI.')).toBeVisible()
  })
}

test('a login that could not be forgotten is not said to be', async ({ tray }) => {
  await tray.open(view(codex(active, { ...ana, ...watched })))
  await tray.fail('account:sign-out', { code: 'vault_unavailable', description: 'It could not be written.' })
  await tray.page.getByRole('button', { name: 'Forget OpenAI Codex' }).click()
  await tray.page.getByRole('group').getByRole('button', { name: 'Forget' }).click()
  await expect(tray.page.getByRole('alert')).toContainText('It could not be written.')
  await expect(tray.page.getByText('Forgotten here.')).toHaveCount(0)
})

test('a program that this version does not know is called by its id', async ({ tray }) => {
  await tray.open(view(codex(active, { ownership: { mode: 'delegated', program: 'constructor' } })))
  await expect(tray.page.getByText('constructor owns this login')).toBeVisible()
})

const back = { account: 'openai-codex-1a2b3c4d', program: 'codex', file: '~/.codex/auth.json' }

test('a login that came from a program is given back after what that changes was said', async ({ tray }) => {
  await tray.open(view(codex(active, ana), practice(active, ben)))
  await tray.reply('moved:get', { ok: true, value: [back] })
  await tray.show(view(codex(active, { ...ana, label: 'work' }), practice(active, ben)))
  const { page } = tray
  await page.getByRole('button', { name: 'More for OpenAI Codex' }).click()
  await page.getByRole('button', { name: 'Give back to Codex CLI…' }).click()
  const panel = page.getByRole('group', { name: 'Give the login back to Codex CLI' })
  await expect(panel).toContainText('Codex CLI gets its newest tokens, in ~/.codex/auth.json')
  expect(await tray.asked('moved:give-back')).toEqual([])
  await tray.reply('moved:give-back', { ok: true, value: { exact: true, left: ['~/other.json'] } })
  await panel.getByRole('button', { name: 'Give back' }).click()
  expect(await tray.asked('moved:give-back')).toEqual([{ account: back.account, program: 'codex' }])
  await tray.show(view(codex(signedOut), practice(active, ben)))
  await expect(page.getByText(/Codex CLI.+ has its login back\. Its file is as it was before\./)).toBeVisible()
  await expect(page.getByText(/other\.json.+ is still without it\./)).toBeVisible()
})

test('a login that cannot be given back stays, with the reason at its row', async ({ tray }) => {
  await tray.open(view(codex(active, ana)))
  await tray.reply('moved:get', { ok: true, value: [back] })
  await tray.fail('moved:give-back', { code: 'invalid_request', description: 'Codex CLI has a login of its own by now.' })
  await tray.show(view(codex(active, { ...ana, label: 'work' })))
  await tray.page.getByRole('button', { name: 'More for OpenAI Codex' }).click()
  await tray.page.getByRole('button', { name: 'Give back to Codex CLI…' }).click()
  await tray.page.getByRole('group').getByRole('button', { name: 'Give back' }).click()
  await expect(tray.page.getByRole('listitem', { name: 'OpenAI Codex' }).getByRole('alert')).toContainText('by now')
})
