import {
  active,
  ana,
  byDevice,
  codex,
  ended,
  inBrowser,
  noon,
  practice,
  signedOut,
  snapshotOf,
  view,
  viewOf,
} from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const account = 'openai-codex-1a2b3c4d'

async function more(tray: TestWindow, ...rows: Parameters<typeof view>) {
  await tray.open(view(...rows))
  await tray.page.getByRole('button', { name: 'More for OpenAI Codex' }).click()
  return tray.page.getByRole('group', { name: 'More for OpenAI Codex' })
}

test.describe('what else can be done with an account', () => {
  test('a token is copied by main and never comes here', async ({ tray }) => {
    const panel = await more(tray, codex(active, ana))
    await panel.getByRole('button', { name: 'Copy token' }).click()
    await expect(panel.getByRole('button', { name: 'Copied' })).toBeVisible()
    expect(await tray.asked('account:copy-token')).toEqual([{ account }])
  })

  test('a copy that failed says why at the row', async ({ tray }) => {
    const panel = await more(tray, codex(active, ana))
    await tray.fail('account:copy-token', { code: 'vault_locked', description: 'TokenTray is locked.' })
    await panel.getByRole('button', { name: 'Copy token' }).click()
    await expect(tray.page.getByRole('listitem', { name: 'OpenAI Codex' }).getByRole('alert')).toContainText(
      'TokenTray is locked.',
    )
    await expect(panel.getByText('Copied')).toHaveCount(0)
  })

  test('it is refreshed, and switched off', async ({ tray }) => {
    const panel = await more(tray, codex(active, ana))
    await panel.getByRole('button', { name: 'Refresh now' }).press('Enter')
    await panel.getByRole('button', { name: 'Switch off' }).press('Enter')
    expect(await tray.asked('account:refresh')).toEqual([{ account }])
    expect(await tray.asked('account:set-disabled')).toEqual([{ account, disabled: true }])
  })

  test('one that is off gives no token, and a key is not refreshed', async ({ tray }) => {
    const panel = await more(tray, codex({ kind: 'active' }, { kind: 'api_key', disabled: true }))
    await expect(panel.getByRole('button')).toHaveText(['Check', 'Label…', 'Add another account…'])
  })

  test('one that has ended is signed in to by other ways', async ({ tray }) => {
    const panel = await more(tray, codex(ended, ana))
    await expect(panel.getByRole('button')).toHaveText(['Other ways to sign in…', 'Label…', 'Add another account…'])
  })
})

test.describe('the label of an account', () => {
  async function labelled(tray: TestWindow, label: string) {
    const panel = await more(tray, codex(active, { ...ana, label: 'work' }))
    await panel.getByRole('button', { name: 'Label…' }).click()
    const field = tray.page.getByRole('textbox', { name: 'Label' })
    await expect(field).toBeFocused()
    await expect(field).toHaveValue('work')
    await field.fill(label)
    await field.press('Enter')
    return field
  }

  test('is changed', async ({ tray }) => {
    const field = await labelled(tray, ' home ')
    expect(await tray.asked('account:set-label')).toEqual([{ account, label: 'home' }])
    await expect(field).toHaveCount(0)
  })

  test('is taken away when it is empty', async ({ tray }) => {
    await labelled(tray, '')
    expect(await tray.asked('account:set-label')).toEqual([{ account, label: null }])
  })

  test('of two words is refused at the field', async ({ tray }) => {
    const field = await labelled(tray, 'two words')
    await expect(tray.page.getByRole('alert')).toContainText('letters, digits')
    await expect(field).toBeFocused()
    expect(await tray.asked('account:set-label')).toEqual([])
  })
})

test.describe('ways that race', () => {
  test('a device code is started beside the browser', async ({ tray }) => {
    await tray.open(view(codex(inBrowser), practice(signedOut)))
    await tray.page.getByRole('button', { name: 'Device code…' }).click()
    expect(await tray.asked('login:start')).toEqual([{ account: 'openai-codex', flow: 'device' }])
  })

  test('to one more account keep that it is one more, and its label', async ({ tray }) => {
    const login = {
      id: 'login-1',
      provider: 'openai-codex',
      label: 'work',
      prompt: { kind: 'browser' as const, redirect_port: 1455 },
      expires_at: noon + 272,
    }
    await tray.open(viewOf(snapshotOf([codex(active, ana)], { logins: [login] })))
    await tray.page.getByRole('button', { name: 'Device code…' }).click()
    expect(await tray.asked('login:start')).toEqual([{ account, flow: 'device', another: true, label: 'work' }])
  })

  test('stand in one panel, are cancelled together, and begin no third', async ({ tray }) => {
    const first = {
      id: 'login-1',
      provider: 'openai-codex',
      prompt: { kind: 'browser' as const, redirect_port: 1455 },
      expires_at: noon + 272,
    }
    const second = { ...first, id: 'login-2', prompt: byDevice.prompt }
    await tray.open(viewOf(snapshotOf([codex(inBrowser)], { logins: [first, second] })))
    const panel = tray.page.getByRole('group', { name: 'Sign-in to OpenAI Codex' })
    await expect(panel).toHaveCount(1)
    await expect(panel.getByRole('button')).toHaveText(['Open again', 'Copy link', 'Paste code…', 'Open page', 'Copy code'])
    await tray.page.getByRole('button', { name: 'Cancel the sign-in to OpenAI Codex' }).click()
    expect(await tray.asked('login:cancel')).toEqual([{ login: 'login-1' }, { login: 'login-2' }])
  })

  test('the page of a device code is a picture to scan', async ({ tray }) => {
    await tray.open(view(codex(byDevice)))
    const picture = tray.page.getByRole('img', {
      name: 'A code to scan with a phone, which opens https://auth.openai.com/codex/device',
    })
    await expect(picture).toBeVisible()
    // A code of this length has 25 modules or more and four of quiet on each side (ISO/IEC 18004).
    const size = await picture.evaluate((svg) => (svg as SVGSVGElement).viewBox.baseVal.width)
    expect(size).toBeGreaterThanOrEqual(33)
  })
})

test('without an account, the practice provider is one press away', async ({ tray }) => {
  await tray.open(view(codex(signedOut), practice(signedOut)))
  await tray.page.getByRole('button', { name: 'Try it with the practice account' }).click()
  expect(await tray.asked('login:start')).toEqual([{ account: 'practice' }])
})
