import {
  active,
  ana,
  backingOff,
  ben,
  codex,
  ended,
  endedElsewhere,
  foreign,
  inBrowser,
  locked,
  lockedOut,
  noon,
  practice,
  refreshing,
  signedOut,
  snapshotOf,
  view,
  viewOf,
} from './support/snapshots.ts'
import { expect, test } from './support/window.ts'

test('a signed-out row starts a login', async ({ tray }) => {
  await tray.open(view(codex(signedOut), practice(signedOut)))
  await expect(tray.page.getByRole('status')).toHaveText('Signed out')
  await tray.page.getByRole('button', { name: 'Sign in to Practice' }).click()
  expect(await tray.asked('login:start')).toEqual([{ account: 'practice' }])
})

test('a row says why a login could not start, and forgets it when it is tried again', async ({ tray }) => {
  await tray.open(view(codex(signedOut)))
  await tray.fail('login:start', { code: 'vault_locked', description: 'The keychain is locked.', fix: 'Unlock it.' })
  const button = tray.page.getByRole('button', { name: 'Sign in to OpenAI Codex' })
  await button.click()
  await expect(tray.page.getByRole('alert')).toHaveText('The keychain is locked. Unlock it.')
  await tray.reply('login:start', { ok: true, value: { login: 'login-1', waits: 'browser' } })
  await button.click()
  await expect(tray.page.getByRole('alert')).toHaveCount(0)
})

test('an active row says who is signed in and counts down', async ({ tray }) => {
  await tray.open(view(codex(active, ana), practice(active, ben)))
  const row = tray.page.getByRole('listitem', { name: 'OpenAI Codex' })
  await expect(row).toContainText('ana.silva@example.com · Plus')
  await expect(row).toContainText('Valid 9 min')
  await expect(tray.page.getByRole('status')).toHaveText('Both are ready')
  await tray.passed(60)
  await expect(row).toContainText('Valid 8 min')
})

test('a row without an end, and one that is past it, say so', async ({ tray }) => {
  await tray.open(view(codex({ kind: 'active' }, ana), practice({ kind: 'active', expires_at: noon - 5 }, ben)))
  await expect(tray.page.getByRole('listitem', { name: 'OpenAI Codex' })).toContainText('Ready')
  await expect(tray.page.getByRole('listitem', { name: 'Practice' })).toContainText('Renewed when a tool asks')
})

test('a refreshing row says so, and so does the head', async ({ tray }) => {
  await tray.open(view(codex(refreshing, ana)))
  await expect(tray.page.getByText('Getting a fresh token')).toBeVisible()
  await expect(tray.page.getByRole('status')).toHaveText('Refreshing OpenAI Codex')
})

test('a row that backs off says why and until when, and tries at once when asked', async ({ tray }) => {
  await tray.open(view(codex(backingOff, ana), practice(active, ben)))
  const row = tray.page.getByRole('listitem', { name: 'OpenAI Codex' })
  await expect(row).toContainText('Next try in 0:42')
  await expect(row).toContainText('a web page instead of JSON. Still valid 3 min')
  await tray.passed(5)
  await expect(row).toContainText('Next try in 0:37')
  await row.getByRole('button', { name: 'Try now' }).click()
  expect(await tray.asked('broker:wake')).toHaveLength(1)
})

test('a grant that has ended says why and is signed in to again', async ({ tray }) => {
  await tray.open(view(codex(ended, ana)))
  await expect(tray.page.getByText('The login was revoked or used by another program.')).toBeVisible()
  await tray.page.getByRole('button', { name: 'Sign in again to OpenAI Codex' }).click()
  expect(await tray.asked('login:start')).toEqual([{ account: 'openai-codex-1a2b3c4d' }])
})

test('a grant whose cause is known says it shortly, and the whole story below', async ({ tray }) => {
  await tray.open(view(codex(endedElsewhere, ana)))
  const row = tray.page.getByRole('listitem', { name: 'OpenAI Codex' })
  await expect(row).toContainText('Ended: used by another program')
  await expect(row).toContainText('Sign in again, and let that program ask TokenTray for its token.')
  await expect(row.getByRole('button', { name: 'Sign in again to OpenAI Codex' })).toBeVisible()
})

for (const [cause, words] of [
  ['lost_answer', 'Ended: an answer was lost'],
  ['revoked', 'Ended: revoked'],
  ['end_of_life', 'Ended: over after its full time'],
  ['unknown', 'Sign-in needed'],
] as const) {
  test(`the cause ${cause} in plain words`, async ({ tray }) => {
    await tray.open(view(codex({ ...endedElsewhere, cause }, ana)))
    await expect(tray.page.getByText(words, { exact: true })).toBeVisible()
  })
}

test('a row says until when it is signed in, as far as that is known', async ({ tray }) => {
  await tray.open(view(codex(active, { ...ana, signed_in_until: Date.UTC(2026, 11, 3, 12) / 1000 }), practice(active, ben)))
  await expect(tray.page.getByRole('listitem', { name: 'OpenAI Codex' })).toContainText('signed in until about 3 Dec')
  await expect(tray.page.getByText('signed in until')).toHaveCount(1)
})

test('an account that is switched off says so and is switched on again', async ({ tray }) => {
  await tray.open(view(codex(active, { ...ana, disabled: true }), practice(active, ben)))
  const row = tray.page.getByRole('listitem', { name: 'OpenAI Codex' })
  await expect(row).toContainText('Switched off')
  await expect(row).not.toContainText('Valid')
  await expect(tray.page.getByRole('status')).toHaveText('Practice is ready')
  await row.getByRole('button', { name: 'Switch on OpenAI Codex' }).click()
  expect(await tray.asked('account:set-disabled')).toEqual([{ account: 'openai-codex-1a2b3c4d', disabled: false }])
})

test('an account that is off and has ended asks to sign in again all the same', async ({ tray }) => {
  await tray.open(view(codex(endedElsewhere, { ...ana, disabled: true })))
  const row = tray.page.getByRole('listitem', { name: 'OpenAI Codex' })
  await expect(row.getByRole('button')).toHaveText(['', 'Sign in again', 'Switch on'])
})

test('a locked keychain is said once, with advice, and tried again', async ({ tray }) => {
  await tray.open(viewOf(snapshotOf([codex(lockedOut, ana), practice(lockedOut, ben)], { vault: locked })))
  await expect(tray.page.getByRole('status')).toHaveText('The keychain is locked')
  await expect(tray.page.getByText('The keychain of your system is locked.')).toHaveCount(1)
  await expect(tray.page.getByText('Waiting for the keychain')).toHaveCount(2)
  await tray.page.getByRole('button', { name: 'Try again' }).click()
  expect(await tray.asked('broker:wake')).toHaveLength(1)
})

test('a row that alone is unavailable brings its own reason', async ({ tray }) => {
  await tray.open(view(codex(foreign, ana), practice(active, ben)))
  await expect(tray.page.getByText('another server is configured now. Unset TOKENTRAY_UPSTREAM')).toBeVisible()
  await expect(tray.page.getByRole('button', { name: 'Try again' })).toBeVisible()
})

test('a change of state is shown and announced without a reload', async ({ tray }) => {
  await tray.open(view(codex(signedOut)))
  await tray.show(view(codex(inBrowser)))
  await expect(tray.page.getByRole('status')).toHaveText('OpenAI Codex needs you')
  await tray.show(view(codex(active, ana)))
  await expect(tray.page.getByRole('status')).toHaveText('OpenAI Codex is ready')
})

test('a login for one more account has a row of its own', async ({ tray }) => {
  const login = {
    id: 'login-9',
    provider: 'practice',
    prompt: { kind: 'browser' as const, redirect_port: 1455 },
    expires_at: noon + 100,
  }
  await tray.open(viewOf(snapshotOf([practice(active, ben)], { logins: [login] })))
  await expect(tray.page.getByRole('listitem', { name: 'Practice' })).toHaveCount(2)
  await tray.page.getByRole('button', { name: 'Cancel the sign-in to Practice' }).click()
  expect(await tray.asked('login:cancel')).toEqual([{ login: 'login-9' }])
})

test('Quit stands in a window of its own and not in a popover', async ({ tray }) => {
  await tray.open(view(codex(signedOut)))
  await expect(tray.page.getByRole('button', { name: 'Quit' })).toHaveCount(0)
  await tray.show(viewOf(snapshotOf([codex(signedOut)]), 'window'))
  await tray.page.getByRole('button', { name: 'Quit' }).click()
  expect(await tray.asked('app:quit')).toHaveLength(1)
})

test('a broker that is not there is named, and started again when asked', async ({ tray }) => {
  const problem = { code: 'internal_error' as const, description: 'It ended with code 1.', fix: 'It is started again by itself.' }
  await tray.open(viewOf(undefined, 'popover', problem))
  await expect(tray.page.getByRole('status')).toHaveText('The broker is not running')
  await tray.page.getByRole('button', { name: 'Try again' }).click()
  expect(await tray.asked('broker:wake')).toHaveLength(1)
  await tray.show(view(codex(active, ana)))
  await expect(tray.page.getByRole('status')).toHaveText('OpenAI Codex is ready')
})
