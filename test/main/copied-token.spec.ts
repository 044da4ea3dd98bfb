import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { Asks } from '../../src/ipc/asks.ts'
import type { Bridge, Channel, Reply } from '../../src/ipc/channels.ts'
import { installCommand } from './support/installed-command.ts'
import { launchApp, type RunningApp, type TestHome, testHome } from './support/running-app.ts'

declare global {
  interface Window {
    readonly tokentray: Bridge
  }
}

const key = 'sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef'
let home: TestHome

test.beforeEach(async () => {
  home = await testHome()
})

test.afterEach(async () => {
  await home.remove()
})

/** Asks as the page does. */
function ask<Name extends Channel>(page: Page, channel: Name, value: Asks[Name]): Promise<Reply<never>> {
  return page.evaluate(([name, sent]) => window.tokentray.invoke(name as never, sent as never) as never, [
    channel,
    value,
  ] as const)
}

const onClipboard = ({ electron }: RunningApp) => electron.evaluate(({ clipboard }) => clipboard.readText())

test('a copied token is on the clipboard of the desktop, and goes with the app', async () => {
  // Nobody listens there: the key is kept and cannot be tried.
  const app = await launchApp({ ...home, env: { ...home.env, TOKENTRAY_UPSTREAM: 'http://127.0.0.1:1' } })
  const page = await app.electron.firstWindow()
  await expect.poll(async () => (await ask(page, 'account:add-key', { account: 'openrouter', key })).ok).toBe(true)
  const account = await page.evaluate(async () => {
    const reply = await window.tokentray.invoke('view:get', undefined)
    return reply.ok ? reply.value.snapshot?.accounts.find((row) => row.provider === 'openrouter')?.id : undefined
  })
  expect(await ask(page, 'account:copy-token', { account: account ?? '' })).toEqual({ ok: true, value: undefined })
  expect(await onClipboard(app)).toBe(key)
  // An app that ends takes what it has put there along on some desktops; here it has to say that it did so itself.
  await app.electron.evaluate(({ clipboard }) => {
    const clear = clipboard.clear.bind(clipboard)
    clipboard.clear = () => {
      clear()
      process.stderr.write('the clipboard was cleared\n')
    }
  })
  const ended = app.electron.waitForEvent('close')
  await ask(page, 'app:quit', undefined)
  await ended
  expect(app.written()).toContain('the clipboard was cleared')
  expect(app.written()).not.toContain(key.slice(-20))
})

/** Something that is asked on each channel; one that is new has to be added. The last three end what the others need. */
const asksOf = (account: string): Record<Exclude<Channel, 'app:quit' | 'window:close'>, unknown> => ({
  'view:get': undefined,
  'intent:take': undefined,
  'providers:get': undefined,
  'provider:open': { provider: 'openrouter', page: 'rules' },
  'login:start': { account: 'practice', flow: 'device' },
  'login:open-again': { login: 'gone' },
  'login:copy-link': { login: 'gone' },
  'login:copy-code': { login: 'gone' },
  'login:cancel': { login: 'gone' },
  'login:paste': { login: 'gone', pasted: 'code' },
  'login:decide': { login: 'gone', decision: 'add' },
  'account:add-key': { account: 'openrouter', key, another: true },
  'account:check': { account },
  'account:copy-token': { account },
  'account:refresh': { account },
  'account:set-label': { account, label: 'work' },
  'account:set-disabled': { account, disabled: false },
  'approval:decide': { approval: 'gone', decision: 'deny' },
  'rules:get': undefined,
  'rule:remove': { client: 'codex' },
  'activity:get': undefined,
  'usage:look': undefined,
  'tools:get': undefined,
  'token-files:get': undefined,
  'shares:get': undefined,
  'share:end': { share: 'gone' },
  'tool:plan': { tool: 'aider' },
  'tool:connect': { tool: 'aider' },
  'tool:plan-disconnect': { tool: 'aider' },
  'tool:disconnect': { tool: 'aider' },
  'radar:allow': { program: 'pi', allowed: true },
  'radar:get': undefined,
  'radar:ignore': { finding: 'a'.repeat(64) },
  'radar:move': { finding: 'a'.repeat(64) },
  'moved:get': undefined,
  'moved:give-back': { account, program: 'codex' },
  'settings:get': undefined,
  'settings:change': { startHidden: false },
  'settings:reset': undefined,
  'welcome:done': undefined,
  'broker:wake': undefined,
  'window:fit': { height: 400 },
  'vault:move': { to: 'keychain' },
  'vault:unlock': {},
  'account:sign-out': { account },
  'vault:lock': undefined,
})

/** Two programs that hold one login, the tokens of which end as the key does. */
async function shareLogin(folder: string): Promise<void> {
  const login = { access_token: `access-${key}`, refresh_token: `refresh-${key}` }
  const other = { type: 'oauth', access: login.access_token, refresh: login.refresh_token, expires: Date.UTC(2030, 0) }
  await mkdir(join(folder, '.codex'), { recursive: true })
  await mkdir(join(folder, '.pi/agent'), { recursive: true })
  await writeFile(join(folder, 'stores.json'), JSON.stringify({ version: 1, stores: { codex: 'allowed' } }))
  await writeFile(join(folder, '.codex/auth.json'), JSON.stringify({ tokens: login }))
  await writeFile(join(folder, '.pi/agent/auth.json'), JSON.stringify({ 'openai-codex': other }))
}

test('P1: nothing that reaches the window on any channel has the token in it', async () => {
  await shareLogin(home.folder)
  // What connects a tool edits the files of the person.
  const person = { HOME: home.folder, PATH: `${await installCommand(home.folder)}:${home.env.PATH}` }
  const app = await launchApp({ ...home, env: { ...home.env, ...person, TOKENTRAY_UPSTREAM: 'http://127.0.0.1:1' } })
  await app.electron.evaluate(({ shell }) => {
    shell.openExternal = async () => {}
  })
  const page = await app.electron.firstWindow()
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  await page.evaluate(() => {
    const heard: unknown[] = []
    for (const event of ['view:changed', 'intent:waiting'] as const) window.tokentray.on(event, (value) => heard.push(value))
    Object.assign(window, { heard })
  })
  await expect.poll(async () => (await ask(page, 'account:add-key', { account: 'openrouter', key })).ok).toBe(true)
  const account = await page.evaluate(async () => {
    const reply = await window.tokentray.invoke('view:get', undefined)
    return reply.ok ? reply.value.snapshot?.accounts.find((row) => row.provider === 'openrouter')?.id : undefined
  })
  const replies: Reply<unknown>[] = []
  const seen: string[] = []
  for (const [channel, value] of Object.entries(asksOf(account ?? ''))) {
    replies.push(await ask(page, channel as 'view:get', value as undefined))
    seen.push(await page.content(), await page.title())
  }
  const heard = await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)
  expect(replies.filter(({ ok }) => ok).length, JSON.stringify(replies.filter(({ ok }) => !ok))).toBeGreaterThan(20)
  expect(heard.length).toBeGreaterThan(2)
  // Also not the end of it, by which a shortened one would be known.
  expect(JSON.stringify([replies, heard, seen, said, app.written()])).not.toContain(key.slice(-20))
  await app.electron.close()
})
