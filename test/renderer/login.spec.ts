import { active, ana, byDevice, byPaste, codex, inBrowser, noon, practice, signedOut, view } from './support/snapshots.ts'
import { expect, test } from './support/window.ts'

const url = 'http://127.0.0.1:1455/auth/callback?code=abc&state=def'

test('a login in the browser counts down and can be opened again, copied and cancelled', async ({ tray }) => {
  await tray.open(view(codex(inBrowser)))
  const { page } = tray
  await expect(page.getByRole('timer')).toHaveText('4:32')
  await tray.passed(33)
  await expect(page.getByRole('timer')).toHaveText('3:59')
  await page.getByRole('button', { name: 'Open again' }).click()
  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Copy link' })).toBeVisible()
  await page.getByRole('button', { name: 'Cancel the sign-in to OpenAI Codex' }).click()
  for (const channel of ['login:open-again', 'login:copy-link', 'login:cancel'] as const) {
    expect(await tray.asked(channel)).toEqual([{ login: 'login-1' }])
  }
})

test('a browser that does not open is said beside the buttons that help', async ({ tray }) => {
  await tray.open(view(codex(inBrowser)))
  await tray.fail('login:open-again', {
    code: 'temporarily_unavailable',
    description: 'No browser could be opened.',
    fix: 'Copy the sign-in link and open it in a browser yourself.',
  })
  await tray.page.getByRole('button', { name: 'Open again' }).click()
  await expect(tray.page.getByRole('group', { name: 'Sign-in to OpenAI Codex' }).getByRole('alert')).toContainText(
    'Copy the sign-in link',
  )
})

test('the field unfolds with the focus in it and takes what the browser ended on', async ({ tray }) => {
  await tray.open(view(codex(inBrowser)))
  const { page } = tray
  await page.getByRole('button', { name: 'Paste code…' }).click()
  const field = page.getByRole('textbox', { name: 'Address or code from the browser' })
  await expect(field).toBeFocused()
  await field.fill(`  ${url}\n`)
  await field.press('Enter')
  expect(await tray.asked('login:paste')).toEqual([{ login: 'login-1', pasted: url }])
  await tray.show(view(codex(active, ana)))
  await expect(field).toHaveCount(0)
})

test('an empty field asks nothing', async ({ tray }) => {
  await tray.open(view(codex(byPaste)))
  await tray.page.getByRole('textbox').fill('   ')
  await tray.page.getByRole('button', { name: 'Finish' }).click()
  expect(await tray.asked('login:paste')).toEqual([])
})

test('a refused response is explained at the field, which keeps it for correction', async ({ tray }) => {
  await tray.open(view(codex(byPaste)))
  const { page } = tray
  await tray.fail('login:paste', {
    code: 'invalid_pasted_response',
    description: 'There is no code in that.',
    fix: 'It contains `code=`.',
  })
  const field = page.getByRole('textbox')
  await field.fill('hello')
  await page.getByRole('button', { name: 'Finish' }).click()
  await expect(page.getByRole('alert')).toHaveText('There is no code in that. It contains code=.')
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await expect(field).toHaveAccessibleDescription('There is no code in that. It contains code=.')
  await expect(field).toHaveValue('hello')
  await tray.reply('login:paste', { ok: true, value: undefined })
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('a second press while main is busy asks nothing more', async ({ tray }) => {
  await tray.open(view(codex(signedOut)))
  const { page } = tray
  await page.evaluate(() => {
    window.fake.replies['login:start'] = new Promise(() => {})
  })
  const button = page.getByRole('button', { name: 'Sign in to OpenAI Codex' })
  await button.click()
  await expect(button).toHaveAttribute('aria-busy', 'true')
  await button.click()
  expect(await tray.asked('login:start')).toHaveLength(1)
})

test('a login without a redirect port says why and shows the field at once', async ({ tray }) => {
  await tray.open(view(codex(byPaste), practice(signedOut)))
  await expect(tray.page.getByText('Ports 1455 and 1457 are taken')).toBeVisible()
  await expect(tray.page.getByRole('textbox')).toBeVisible()
  await tray.page.getByRole('button', { name: 'Open page' }).click()
  expect(await tray.asked('login:open-again')).toEqual([{ login: 'login-1' }])
})

test('the menu opens the field, before the window is there and while it is', async ({ tray }) => {
  await tray.open(view(codex(inBrowser)), { kind: 'paste', login: 'login-1' })
  await expect(tray.page.getByRole('textbox')).toBeFocused()
  await tray.page.keyboard.press('Escape')
  await expect(tray.page.getByRole('textbox')).toHaveCount(0)
  await tray.choose({ kind: 'paste', login: 'login-1' })
  await expect(tray.page.getByRole('textbox')).toBeFocused()
})

test('the end of a login that failed elsewhere is told at its row and can be dismissed', async ({ tray }) => {
  await tray.open(view(codex(signedOut)), {
    kind: 'problem',
    account: 'openai-codex',
    problem: { code: 'login_expired', description: 'Nobody answered in five minutes.', fix: 'Start the sign-in again.' },
  })
  const alert = tray.page.getByRole('listitem', { name: 'OpenAI Codex' }).getByRole('alert')
  await expect(alert).toContainText('Nobody answered in five minutes.')
  await alert.getByRole('button', { name: 'Dismiss' }).click()
  await expect(alert).toHaveCount(0)
})

test('nothing that the person pasted stays in the page after the login', async ({ tray }) => {
  await tray.open(view(codex(byPaste)))
  await tray.page.getByRole('textbox').fill(url)
  await tray.page.keyboard.press('Enter')
  await tray.show(view(codex(active, ana)))
  await expect(tray.page.getByRole('textbox')).toHaveCount(0)
  expect(await tray.page.content()).not.toContain('code=abc')
})

test('a device login shows its code before the page is opened, which has the focus', async ({ tray }) => {
  await tray.open(view(codex(byDevice)))
  const { page } = tray
  await expect(page.getByRole('group', { name: 'Sign-in to OpenAI Codex' })).toContainText('auth.openai.com/codex/device')
  const code = page.getByText('WDJB-MJHT')
  await code.selectText()
  expect(await page.evaluate(() => getSelection()?.toString())).toBe('WDJB-MJHT')
  await expect(page.getByRole('timer')).toHaveText('14:32')
  await expect(page.getByRole('button', { name: 'Open page' })).toBeFocused()
  expect(await tray.asked('login:open-again')).toEqual([])
  await page.keyboard.press('Enter')
  expect(await tray.asked('login:open-again')).toEqual([{ login: 'login-1' }])
  await page.getByRole('button', { name: 'Copy code' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await tray.asked('login:copy-code')).toEqual([{ login: 'login-1' }])
  await expect(page.getByRole('button', { name: /Paste|Copy link/ })).toHaveCount(0)
})

test('a device code takes no focus from what the person is at', async ({ tray }) => {
  await tray.open(view(codex(signedOut), practice(active, ana)))
  const signOut = tray.page.getByRole('button', { name: 'Sign out of Practice' })
  await signOut.focus()
  await tray.show(view(codex({ ...byDevice, expires_at: noon + 60 }), practice(active, ana)))
  await expect(tray.page.getByText('WDJB-MJHT')).toBeVisible()
  await expect(signOut).toBeFocused()
})
