import type { Problem } from '../../src/ipc/channels.ts'
import { expectAccessible } from './support/accessible.ts'
import { among, everyProvider, everyRow } from './support/providers.ts'
import { active, ana, ben, byDevice, codex, ended, inBrowser, practice, snapshotOf, view, viewOf } from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

const everything = viewOf(snapshotOf(everyRow))
const unread: Problem = { code: 'rules_not_accepted', description: 'The rules have to be read first.' }
const key = 'sk-or-v1-abcdef0123456789'

const button = ({ page }: TestWindow, name: string) => page.getByRole('button', { name, exact: true })
const panel = ({ page }: TestWindow, name: string) => page.getByRole('group', { name })

/** Presses Sign in at a provider whose rules nobody has acknowledged. */
async function openRules(tray: TestWindow, name: string): Promise<void> {
  await tray.fail('login:start', unread)
  await button(tray, `Sign in to ${name}`).press('Enter')
  await expect(panel(tray, `The rules of ${name}`)).toBeVisible()
  await tray.reply('login:start', { ok: true, value: { login: 'login-1', waits: 'browser' } })
}

async function openKeyField(tray: TestWindow, name: string, kind: string) {
  await button(tray, `Other ways for ${name}`).press('Enter')
  await button(tray, `${kind}…`).press('Enter')
  return tray.page.getByLabel(kind, { exact: true })
}

test.describe('the providers without an account', () => {
  test('are a list of their own with a line each, below the accounts', async ({ tray }) => {
    await tray.open(viewOf(snapshotOf(among(practice(active, ben)))))
    await expect(tray.page.getByRole('list', { name: 'Accounts' }).getByRole('listitem')).toHaveCount(1)
    const offers = tray.page.getByRole('list', { name: 'Sign in to' })
    await expect(offers.getByRole('heading', { level: 3 })).toHaveText(everyProvider.slice(0, -1).map(({ name }) => name))
    const height = await offers
      .getByRole('listitem')
      .first()
      .evaluate((line) => line.getBoundingClientRect().height)
    expect(height).toBeLessThan(42)
  })

  test('become a row of the accounts when a login begins', async ({ tray }) => {
    await tray.open(everything)
    await expect(tray.page.getByRole('list', { name: 'Accounts' })).toHaveCount(0)
    await tray.show(viewOf(snapshotOf(among(codex(inBrowser)))))
    const row = tray.page.getByRole('list', { name: 'Accounts' }).getByRole('listitem', { name: 'OpenAI Codex' })
    await expect(row).toContainText('Waiting for your browser')
    await expect(tray.page.getByRole('list', { name: 'Sign in to' }).getByRole('listitem')).toHaveCount(7)
  })

  test('are reached with Tab, and those with one way have one button', async ({ tray }) => {
    await tray.open(everything)
    const reached: (string | null)[] = []
    for (let step = 0; step < 17; step++) {
      await tray.page.keyboard.press('Tab')
      reached.push(
        await tray.page.evaluate(
          () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? null,
        ),
      )
    }
    const names = everyProvider.map(({ name }) => name)
    const buttons = names.flatMap((name) => [...(name === 'Kimi Code' ? [] : [`Other ways for ${name}`]), `Sign in to ${name}`])
    expect(reached).toEqual(['Accounts', 'Try it with the practice account', ...buttons])
  })

  test('sign in with one press, whatever other ways there are', async ({ tray }) => {
    await tray.open(everything)
    await tray.reply('login:start', { ok: true, value: { login: 'login-1', waits: 'browser' } })
    await button(tray, 'Sign in to Practice').press('Enter')
    expect(await tray.asked('login:start')).toEqual([{ account: 'practice' }])
    await expect(tray.page.getByRole('group')).toHaveCount(0)
  })

  test('work without the list of ways, which is asked for again when the broker comes', async ({ tray }) => {
    await tray.open(viewOf(undefined))
    await expect(tray.page.getByText('Starting…')).toBeVisible()
    expect(await tray.asked('providers:get')).toHaveLength(1)
    await tray.show(everything)
    await expect(button(tray, 'Other ways for Practice')).toBeVisible()
    await tray.show(viewOf(undefined))
    await tray.fail('providers:get', { code: 'temporarily_unavailable', description: 'Not now.' })
    await tray.show(everything)
    expect(await tray.asked('providers:get')).toHaveLength(3)
    await expect(button(tray, 'Sign in to Practice')).toBeVisible()
    await expect(tray.page.getByRole('alert')).toHaveCount(0)
  })
})

test.describe('the other ways', () => {
  test('start the flow that was chosen and give the focus back when they are folded', async ({ tray }) => {
    await tray.open(everything)
    const dots = button(tray, 'Other ways for Practice')
    await dots.press('Enter')
    await expect(panel(tray, 'Ways to sign in to Practice')).toBeFocused()
    await tray.page.keyboard.press('Escape')
    await expect(panel(tray, 'Ways to sign in to Practice')).toHaveCount(0)
    await expect(dots).toBeFocused()
    await dots.press('Enter')
    await expect(panel(tray, 'Ways to sign in to Practice')).toBeFocused()
    await expect(panel(tray, 'Ways to sign in to Practice').getByRole('button')).toHaveText([
      'Browser',
      'Device code',
      'Paste a code',
    ])
    await tray.page.keyboard.press('Tab')
    await tray.page.keyboard.press('Tab')
    await tray.reply('login:start', { ok: true, value: { login: 'login-1', waits: 'device' } })
    await tray.page.keyboard.press('Enter')
    expect(await tray.asked('login:start')).toEqual([{ account: 'practice', flow: 'device' }])
    await expect(tray.page.getByRole('group')).toHaveCount(0)
  })

  test('say at the provider why a login could not start', async ({ tray }) => {
    await tray.open(everything)
    await tray.fail('login:start', { code: 'login_failed', description: 'It has no such way.' })
    await button(tray, 'Other ways for Practice').click()
    await button(tray, 'Device code').click()
    const offer = tray.page.getByRole('listitem', { name: 'Practice' })
    await expect(offer.getByRole('alert')).toContainText('It has no such way.')
    await expect(panel(tray, 'Ways to sign in to Practice')).toBeVisible()
  })
})

test.describe('the rule card', () => {
  test('comes before the browser, says what the provider says, and offers what is better first', async ({ tray }) => {
    await tray.open(everything)
    await openRules(tray, 'Anthropic Claude')
    const card = panel(tray, 'The rules of Anthropic Claude')
    await expect(card).toBeFocused()
    await expect(card).toContainText('Anthropic does not permit third-party developers')
    await expect(card).toContainText('Since 9 Jan 2026. Checked on 22 Nov 2026 at code.claude.com')
    await expect(card.getByRole('button')).toHaveText([
      'A token of claude setup-token, which the official program makes',
      'An API key, billed by use',
      'code.claude.com',
      'Other ways…',
      'I understand, go on',
    ])
    await expect(tray.page.getByRole('alert')).toHaveCount(0)
    await card.getByRole('button', { name: 'code.claude.com' }).click()
    expect(await tray.asked('provider:open')).toEqual([{ provider: 'anthropic', page: 'rules' }])
  })

  test('goes on with the very way that was asked for, and says yes to the rules', async ({ tray }) => {
    await tray.open(everything)
    await openRules(tray, 'OpenAI Codex')
    await button(tray, 'I understand, go on').press('Enter')
    expect(await tray.asked('login:start')).toEqual([
      { account: 'openai-codex' },
      { account: 'openai-codex', flow: 'browser', accept: true },
    ])
    await expect(tray.page.getByRole('group')).toHaveCount(0)
  })

  test('comes again for another way, and the yes is for that one', async ({ tray }) => {
    await tray.open(everything)
    await openRules(tray, 'OpenAI Codex')
    await button(tray, 'Other ways…').click()
    await tray.fail('login:start', unread)
    await button(tray, 'Device code').click()
    await expect(panel(tray, 'The rules of OpenAI Codex')).toBeVisible()
    await button(tray, 'I understand, go on').click()
    expect((await tray.asked('login:start')).at(-1)).toEqual({ account: 'openai-codex', flow: 'device', accept: true })
  })

  test('leads to the sign-in that the provider documents', async ({ tray }) => {
    await tray.open(everything)
    await openRules(tray, 'OpenAI Codex')
    await tray.page.getByRole('button', { name: 'Sign in with ChatGPT' }).click()
    expect((await tray.asked('login:start')).at(-1)).toEqual({ account: 'chatgpt' })
    await expect(tray.page.getByRole('group')).toHaveCount(0)
  })

  test('leads to the field for the kind of key that it names', async ({ tray }) => {
    await tray.open(everything)
    await openRules(tray, 'Anthropic Claude')
    await tray.page.getByRole('button', { name: 'A token of claude setup-token' }).click()
    await expect(tray.page.getByLabel('Setup token')).toBeFocused()
    await expect(panel(tray, 'A key for Anthropic Claude')).toContainText('To get one, run claude setup-token')
  })

  test('is unfolded when the menu leads here, before the window is there and while it is', async ({ tray }) => {
    await tray.open(everything, { kind: 'sign_in', account: 'openai-codex', why: 'rules' })
    await expect(panel(tray, 'The rules of OpenAI Codex')).toBeFocused()
    await tray.page.keyboard.press('Escape')
    await tray.choose({ kind: 'sign_in', account: 'anthropic', why: 'rules' })
    await button(tray, 'I understand, go on').click()
    expect(await tray.asked('login:start')).toEqual([{ account: 'anthropic', flow: 'paste', accept: true }])
  })
})

test.describe('a key', () => {
  test('is never shown, leaves the field with the press, and what came of it is said at its row', async ({ tray }) => {
    await tray.open(everything)
    const field = await openKeyField(tray, 'OpenRouter', 'API key')
    await expect(field).toBeFocused()
    await expect(field).toHaveAttribute('type', 'password')
    await expect(field).toHaveAttribute('autocomplete', 'off')
    await tray.reply('account:add-key', { ok: true, value: { account: 'openrouter-1', status: 'ready' } })
    await field.fill(` ${key}\n`)
    await field.press('Enter')
    expect(await tray.asked('account:add-key')).toEqual([{ account: 'openrouter', key, kind: 'api_key' }])
    await expect(field).toHaveCount(0)
    const row = { ...practice({ kind: 'active' }), id: 'openrouter-1', provider: 'openrouter', provider_name: 'OpenRouter' }
    await tray.show(view({ ...row, kind: 'api_key' }))
    const shown = tray.page.getByRole('listitem', { name: 'OpenRouter' })
    await expect(shown).toContainText('Stored and tried: works.')
    await shown.getByRole('button', { name: 'Dismiss' }).click()
    await expect(shown).not.toContainText('Stored and tried')
    expect(await tray.page.content()).not.toContain(key)
  })

  test('that the provider refuses is stored all the same, and its reason is said', async ({ tray }) => {
    await tray.open(viewOf(snapshotOf(among({ ...codex({ kind: 'active' }), kind: 'api_key' }))))
    await button(tray, 'More for OpenAI Codex').click()
    await button(tray, 'Add another account…').click()
    await button(tray, 'API key…').click()
    const reason = { code: 'token_refused', description: 'OpenAI Codex refused it.' }
    await tray.reply('account:add-key', { ok: true, value: { account: 'openai-codex-1a2b3c4d', status: 'failed', reason } })
    await tray.page.getByLabel('API key', { exact: true }).fill('sk-proj')
    await tray.page.keyboard.press('Enter')
    await expect(tray.page.getByText('Stored, but trying it failed. OpenAI Codex refused it.')).toBeVisible()
  })

  test('that cannot be one is said at the field, which is empty again and has the focus', async ({ tray }) => {
    await tray.open(everything)
    await tray.fail('account:add-key', { code: 'invalid_request', description: 'That is no key.', fix: 'It begins with `sk-`.' })
    const field = await openKeyField(tray, 'xAI Grok', 'API key')
    await field.press('Enter')
    expect(await tray.asked('account:add-key')).toEqual([])
    await field.fill('hello')
    await field.press('Enter')
    await expect(tray.page.getByRole('alert')).toHaveText('That is no key. It begins with sk-.')
    await expect(field).toHaveValue('')
    await expect(field).toBeFocused()
    await expect(field).toHaveAttribute('aria-invalid', 'true')
  })

  test('is made on a page that main opens', async ({ tray }) => {
    await tray.open(everything)
    await openKeyField(tray, 'xAI Grok', 'API key')
    await button(tray, 'console.x.ai').click()
    expect(await tray.asked('provider:open')).toEqual([{ provider: 'xai', page: 'api_key' }])
  })
})

test.describe('another account', () => {
  test('is signed in to beside the first one, with a label if the person likes', async ({ tray }) => {
    await tray.open(view(codex(active, ana)))
    await button(tray, 'More for OpenAI Codex').press('Enter')
    await button(tray, 'Add another account…').press('Enter')
    const field = tray.page.getByRole('textbox', { name: 'Label, if you like' })
    await field.fill('two words')
    await button(tray, 'Browser').click()
    await expect(tray.page.getByRole('alert')).toContainText('letters, digits, dots')
    await expect(field).toBeFocused()
    expect(await tray.asked('login:start')).toEqual([])
    await field.fill('work')
    await tray.fail('login:start', unread)
    await button(tray, 'Browser').click()
    await button(tray, 'I understand, go on').click()
    const first = { account: 'openai-codex-1a2b3c4d', flow: 'browser', another: true, label: 'work' }
    expect(await tray.asked('login:start')).toEqual([first, { ...first, accept: true }])
  })

  test('is what the menu leads to, and needs no label', async ({ tray }) => {
    await tray.open(view(codex(active, ana)), { kind: 'sign_in', account: 'openai-codex-1a2b3c4d', why: 'another' })
    await expect(panel(tray, 'Another account of OpenAI Codex')).toBeFocused()
    await button(tray, 'Device code').click()
    expect(await tray.asked('login:start')).toEqual([{ account: 'openai-codex-1a2b3c4d', flow: 'device', another: true }])
  })

  test('and every other way is offered to an account that has ended, too', async ({ tray }) => {
    await tray.open(view(codex(ended, ana)))
    await button(tray, 'More for OpenAI Codex').click()
    await expect(button(tray, 'Check OpenAI Codex')).toHaveCount(0)
    await button(tray, 'Other ways to sign in…').click()
    await button(tray, 'Device code').click()
    expect(await tray.asked('login:start')).toEqual([{ account: 'openai-codex-1a2b3c4d', flow: 'device' }])
  })
})

test.describe('rules that need no yes', () => {
  const kimi = {
    standing: 'tolerated' as const,
    statement: 'Kimi publishes the client id in its open-source CLI.',
    link: 'https://github.com/MoonshotAI/kimi-cli',
    checked: '2026-11-22',
    acknowledge: [],
    alternatives: [],
  }
  const known = (id: string) => everyProvider.map((info) => (info.id === id ? { ...info, rules: kimi } : info))

  test('stand below the ways to choose from, and lead to where they are written', async ({ tray }) => {
    await tray.open(viewOf(undefined))
    await tray.reply('providers:get', { ok: true, value: known('xai') })
    await tray.show(everything)
    await button(tray, 'Other ways for xAI Grok').click()
    const rules = tray.page.getByRole('region', { name: 'The rules of xAI Grok' })
    await expect(rules.getByRole('paragraph')).toHaveText([kimi.statement, 'Checked on 22 Nov 2026 at github.com'])
    await rules.getByRole('button', { name: 'github.com' }).click()
    expect(await tray.asked('provider:open')).toEqual([{ provider: 'xai', page: 'rules' }])
    await expectAccessible(tray.page)
  })

  test('stand with the login of a provider that has one way only', async ({ tray }) => {
    await tray.open(viewOf(undefined))
    await tray.reply('providers:get', { ok: true, value: known('kimi') })
    await tray.show(view(codex(byDevice, { provider: 'kimi', provider_name: 'Kimi Code' })))
    const sheet = panel(tray, 'Sign-in to Kimi Code')
    await expect(sheet.getByRole('region', { name: 'The rules of Kimi Code' })).toContainText('Kimi publishes')
    await expect(sheet.getByRole('region').locator('bdi')).toHaveAttribute('lang', 'en')
  })

  test('that were acknowledged are not said again', async ({ tray }) => {
    await tray.open(everything)
    await button(tray, 'Other ways for OpenAI Codex').click()
    await expect(tray.page.getByRole('region', { name: /The rules/ })).toHaveCount(0)
  })
})
