import { active, ana, ben, codex, inBrowser, practice, signedOut, snapshotOf, view, viewOf } from './support/snapshots.ts'
import { expect, test } from './support/window.ts'

test('every control is reached with Tab, in the order of the rows', async ({ tray }) => {
  await tray.open(view(codex(inBrowser), practice(signedOut)))
  const reached: (string | null)[] = []
  for (let step = 0; step < 8; step++) {
    await tray.page.keyboard.press('Tab')
    reached.push(
      await tray.page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? null,
      ),
    )
  }
  const login = ['Cancel the sign-in to OpenAI Codex', 'Open again', 'Copy link', 'Paste code…', 'Device code…']
  expect(reached).toEqual(['Accounts', ...login, 'Other ways for Practice', 'Sign in to Practice'])
})

test('the focus can be seen', async ({ tray }) => {
  await tray.open(view(codex(signedOut)))
  await tray.page.keyboard.press('Tab')
  const outline = await tray.page.locator(':focus').evaluate((button) => getComputedStyle(button).outline)
  expect(outline).toContain('solid 2px')
})

test('signing out asks first, with the safe answer focused, and gives the focus back', async ({ tray }) => {
  await tray.open(view(codex(active, ana), practice(active, ben)))
  const { page } = tray
  const button = page.getByRole('button', { name: 'Sign out of OpenAI Codex' })
  await button.press('Enter')
  const question = page.getByRole('group', { name: 'Sign out of OpenAI Codex?' })
  await expect(question.getByRole('button', { name: 'Keep' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(question).toHaveCount(0)
  await expect(button).toBeFocused()
  expect(await tray.asked('account:sign-out')).toEqual([])
})

test('signing out happens on the second press', async ({ tray }) => {
  await tray.open(view(codex(active, ana)))
  const { page } = tray
  await page.getByRole('button', { name: 'Sign out of OpenAI Codex' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Keep' })).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await tray.asked('account:sign-out')).toEqual([{ account: 'openai-codex-1a2b3c4d' }])
  await tray.show(view(codex(signedOut)))
  await expect(page.getByRole('button', { name: 'Sign in to OpenAI Codex' })).toBeVisible()
})

test('a sign-out that fails says so and leaves the question open', async ({ tray }) => {
  await tray.open(view(codex(active, ana)))
  await tray.fail('account:sign-out', { code: 'vault_locked', description: 'The keychain is locked.' })
  await tray.choose({ kind: 'confirm_sign_out', account: 'openai-codex-1a2b3c4d' })
  await tray.page.getByRole('group').getByRole('button', { name: 'Sign out' }).click()
  await expect(tray.page.getByRole('alert')).toContainText('The keychain is locked.')
  await expect(tray.page.getByRole('group', { name: 'Sign out of OpenAI Codex?' })).toBeVisible()
})

test('only one question is open at a time', async ({ tray }) => {
  await tray.open(view(codex(active, ana), practice(active, ben)))
  await tray.page.getByRole('button', { name: 'Sign out of OpenAI Codex' }).click()
  await tray.page.getByRole('button', { name: 'Sign out of Practice' }).click()
  await expect(tray.page.getByRole('group')).toHaveCount(1)
  await expect(tray.page.getByRole('group', { name: 'Sign out of Practice?' })).toBeVisible()
})

test('Escape folds first and then closes the popover', async ({ tray }) => {
  await tray.open(view(codex(inBrowser)))
  const { page } = tray
  await page.getByRole('button', { name: 'Paste code…' }).press('Enter')
  await expect(page.getByRole('textbox')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Paste code…' })).toBeFocused()
  expect(await tray.asked('window:close')).toHaveLength(0)
  await page.keyboard.press('Escape')
  expect(await tray.asked('window:close')).toHaveLength(1)
})

test('Escape leaves a window of its own open', async ({ tray }) => {
  await tray.open(viewOf(snapshotOf([codex(signedOut)]), 'window'))
  await tray.page.keyboard.press('Escape')
  expect(await tray.asked('window:close')).toEqual([])
})

test('the arrow keys go from row to row, to the same place in it, and stop at the ends', async ({ tray }) => {
  await tray.open(view(codex(active, ana), practice(signedOut)))
  const { page } = tray
  const signOut = page.getByRole('button', { name: 'Sign out of OpenAI Codex' })
  const signIn = page.getByRole('button', { name: 'Sign in to Practice' })
  await signOut.focus()
  await page.keyboard.press('ArrowUp')
  await expect(signOut).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(signIn).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(signIn).toBeFocused()
  await page.getByRole('button', { name: 'Other ways for Practice' }).focus()
  await page.keyboard.press('ArrowUp')
  await expect(page.getByRole('button', { name: 'More for OpenAI Codex' })).toBeFocused()
})

test('the arrow keys of a field are its own', async ({ tray }) => {
  await tray.open(view(codex(inBrowser), practice(signedOut)))
  await tray.page.getByRole('button', { name: 'Paste code…' }).click()
  await expect(tray.page.getByRole('textbox')).toBeFocused()
  await tray.page.keyboard.press('ArrowDown')
  await expect(tray.page.getByRole('textbox')).toBeFocused()
})
