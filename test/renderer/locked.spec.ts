import {
  active,
  ana,
  codex,
  locked,
  lockedByPerson,
  lockedOut,
  lockedWithPassphrase,
  passphraseNeeded,
  passphraseUnset,
  snapshotOf,
  view,
  viewOf,
} from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const shut = (vault: typeof locked) => viewOf(snapshotOf([codex(lockedOut, ana)], { vault }))
const secret = 'correct horse battery'

test('Lock stands in the foot, and where there is nothing to lock it does not', async ({ tray }) => {
  await tray.open(view(codex(active, ana)))
  await tray.page.getByRole('button', { name: 'Lock' }).click()
  expect(await tray.asked('vault:lock')).toHaveLength(1)
  for (const vault of [locked, lockedByPerson]) {
    await tray.show(shut(vault))
    await expect(tray.page.getByRole('button', { name: 'Lock', exact: true })).toHaveCount(0)
  }
})

test('a locked window shows no account and one button', async ({ tray }) => {
  await tray.open(shut(lockedByPerson))
  const { page } = tray
  await expect(page.getByRole('status')).toHaveText('Locked')
  await expect(page.getByRole('heading', { name: 'Your logins are locked' })).toBeVisible()
  await expect(page.getByText('ana.silva@example.com')).toHaveCount(0)
  await expect(page.getByRole('button')).toHaveText(['Unlock'])
  await page.getByRole('button', { name: 'Unlock' }).click()
  expect(await tray.asked('vault:unlock')).toEqual([{}])
  await tray.show(view(codex(active, ana)))
  await expect(page.getByText('ana.silva@example.com')).toBeVisible()
})

test('a failed unlock says why', async ({ tray }) => {
  await tray.open(shut(lockedByPerson))
  await tray.fail('vault:unlock', { code: 'vault_locked', description: 'The keychain of your system is locked.' })
  await tray.page.getByRole('button', { name: 'Unlock' }).click()
  await expect(tray.page.getByRole('alert')).toContainText('The keychain of your system is locked.')
})

for (const [name, vault] of Object.entries({ lockedWithPassphrase, passphraseNeeded })) {
  test(`the passphrase is asked for, sent once, and in no field after that (${name})`, async ({ tray }) => {
    await tray.open(shut(vault))
    const field = tray.page.getByLabel('Passphrase')
    await expect(field).toBeFocused()
    await expect(field).toHaveAttribute('type', 'password')
    await expect(field).toHaveAttribute('autocomplete', 'off')
    await tray.page.keyboard.press('Enter')
    expect(await tray.asked('vault:unlock')).toEqual([])
    await field.fill(secret)
    await tray.page.keyboard.press('Enter')
    expect(await tray.asked('vault:unlock')).toEqual([{ passphrase: secret }])
    await expect(field).toHaveValue('')
    expect(await tray.page.content()).not.toContain(secret)
  })
}

test('a wrong passphrase is said at the field, with the time until the next try', async ({ tray }) => {
  await tray.open(shut(passphraseNeeded))
  const { page } = tray
  await tray.fail('vault:unlock', {
    code: 'wrong_passphrase',
    description: 'That is not the passphrase.',
    fix: 'Try again.',
    retryAfter: 4,
  })
  const field = page.getByLabel('Passphrase')
  await field.fill('wrong')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toHaveText('That is not the passphrase. Try again.')
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await expect(field).toHaveAccessibleDescription('That is not the passphrase. Try again.')
  await expect(field).toHaveValue('')
  await expect(field).toBeFocused()
  await expect(page.getByRole('timer')).toHaveText('You can try again in 0:04.')
  await expect(page.getByRole('button', { name: 'Unlock' })).toHaveAttribute('aria-disabled', 'true')
  await field.fill(secret)
  await page.keyboard.press('Enter')
  expect(await tray.asked('vault:unlock')).toHaveLength(1)
  await expect(field).toHaveValue(secret)
  await tray.passed(4)
  await expect(page.getByRole('timer')).toHaveCount(0)
  await tray.reply('vault:unlock', { ok: true, value: undefined })
  await page.keyboard.press('Enter')
  expect(await tray.asked('vault:unlock')).toEqual([{ passphrase: 'wrong' }, { passphrase: secret }])
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('the wait is never over before the vault says so', async ({ tray }) => {
  await tray.open(shut(passphraseNeeded))
  const { page } = tray
  await tray.fail('vault:unlock', { code: 'wrong_passphrase', description: 'That is not the passphrase.', retryAfter: 1 })
  await tray.passed(0.9)
  await page.getByLabel('Passphrase').fill('wrong')
  await page.keyboard.press('Enter')
  const unlock = page.getByRole('button', { name: 'Unlock' })
  await expect(unlock).toHaveAttribute('aria-disabled', 'true')
  await tray.passed(1.8)
  // The countdown follows within a second.
  await page.waitForTimeout(1_200)
  await expect(unlock).toHaveAttribute('aria-disabled', 'true')
  await tray.passed(2)
  await expect(unlock).toHaveAttribute('aria-disabled', 'false')
})

test('what was wrong is forgotten with the lock it belonged to', async ({ tray }) => {
  await tray.open(shut(passphraseNeeded))
  await tray.fail('vault:unlock', { code: 'wrong_passphrase', description: 'That is not the passphrase.' })
  await tray.page.getByLabel('Passphrase').fill('wrong')
  await tray.page.keyboard.press('Enter')
  await expect(tray.page.getByRole('alert')).toBeVisible()
  await tray.show(view(codex(active, ana)))
  await tray.show(shut(lockedWithPassphrase))
  await expect(tray.page.getByLabel('Passphrase')).toBeFocused()
  await expect(tray.page.getByRole('alert')).toHaveCount(0)
})

test.describe('a first passphrase', () => {
  const type = async ({ page }: TestWindow, first: string, again: string) => {
    await page.getByLabel('Passphrase').fill(first)
    await page.getByLabel('The same again').fill(again)
    await page.getByRole('button', { name: 'Set passphrase' }).click()
  }

  test('has to be long enough and typed twice', async ({ tray }) => {
    await tray.open(shut(passphraseUnset))
    const { page } = tray
    await expect(page.getByRole('status')).toHaveText('Choose a passphrase')
    await type(tray, '1234567', '1234567')
    await expect(page.getByRole('alert')).toHaveText('A passphrase has at least 8 characters.')
    await type(tray, '12345678', '12345679')
    await expect(page.getByRole('alert')).toHaveText('The two are not the same. Type both again.')
    for (const label of ['Passphrase', 'The same again']) await expect(page.getByLabel(label)).toHaveValue('')
    expect(await tray.asked('vault:unlock')).toEqual([])
    await type(tray, '12345678', '12345678')
    expect(await tray.asked('vault:unlock')).toEqual([{ passphrase: '12345678' }])
    await expect(page.getByRole('alert')).toHaveCount(0)
    for (const label of ['Passphrase', 'The same again']) await expect(page.getByLabel(label)).toHaveValue('')
  })

  test('is reached in order with Tab', async ({ tray }) => {
    await tray.open(shut(passphraseUnset))
    await expect(tray.page.getByLabel('Passphrase')).toBeFocused()
    await tray.page.keyboard.press('Tab')
    await expect(tray.page.getByLabel('The same again')).toBeFocused()
    await tray.page.keyboard.press('Tab')
    await expect(tray.page.getByRole('button', { name: 'Set passphrase' })).toBeFocused()
  })
})
