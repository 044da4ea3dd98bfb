// P1: the person has a token on the clipboard, and the window, which asked for that, has heard nothing of it. A real host, the real
// actions and the real channels; only Electron is a double.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { startHost } from '../../src/host/index.ts'
import type { MovedHere } from '../../src/ipc/moved-here.ts'
import type { Radar } from '../../src/ipc/radar.ts'
import type { AppWindow } from '../../src/main/app-window.ts'
import { environmentFacts } from '../../src/main/environment-facts.ts'
import { HostLink } from '../../src/main/host-link.ts'
import { otherLogins } from '../../src/main/other-logins.ts'
import { openSettings } from '../../src/main/settings.ts'
import { SettingsDesk } from '../../src/main/settings-desk.ts'
import { TokenClipboard } from '../../src/main/token-clipboard.ts'
import { ToolActions } from '../../src/main/tool-actions.ts'
import { toolConnections } from '../../src/main/tool-connections.ts'
import { UsageWatch } from '../../src/main/usage-watch.ts'
import { findSecrets } from './find-secrets.ts'

type Listener = (event: unknown, value: unknown) => Promise<unknown>
const electron = vi.hoisted(() => ({ channels: new Map<string, unknown>(), clipboard: { text: '' } }))
vi.mock('electron', () => ({
  app: { getVersion: () => '0.0.0', quit: () => {} },
  clipboard: {
    readText: async () => electron.clipboard.text,
    writeText: async (text: string) => void Object.assign(electron.clipboard, { text }),
    clear: () => void Object.assign(electron.clipboard, { text: '' }),
  },
  ipcMain: { handle: (channel: string, listener: unknown) => electron.channels.set(channel, listener) },
  shell: {},
}))

const key = 'sk-or-v1-5d8f27c1e9b04a63f7d25b8c90e1a4736f2d8b5c0e9a1f43'
const passphrase = 'a passphrase of the canary test'
/** What the person has in the settings of a tool, for which it is none of our business. */
const theirs = 'sk-or-v1-77c0ffee1e9b04a63f7d25b8c90e1a4736f2d8b5c0e9a1f99'
let home: string
let person: string
let host: HostLink
/** Everything that the window was told, by where. */
const told = new Map<string, string>()

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tt-copied-'))
  person = await mkdtemp(join(tmpdir(), 'tt-person-'))
  const env = { TOKENTRAY_HOME: home, TOKENTRAY_VAULT: 'passphrase', TOKENTRAY_UPSTREAM: 'http://127.0.0.1:1' }
  host = new HostLink(() => startHost({ env: { ...env, TOKENTRAY_LOG: 'trace' }, host: 'app' }), systemClock)
  await connectWindow(host)
  await host.start()
})
afterAll(async () => {
  await host.stop()
  for (const folder of [home, person]) await rm(folder, { recursive: true, force: true })
})

async function connectWindow(link: HostLink): Promise<void> {
  const [{ clipboard }, { Actions }, { setupIpc }, { setupView }] = await Promise.all([
    import('electron'),
    import('../../src/main/actions.ts'),
    import('../../src/main/ipc.ts'),
    import('../../src/main/view.ts'),
  ])
  const send = (channel: string, value: unknown) => told.set(`${told.size} event ${channel}`, JSON.stringify(value) ?? '')
  const window = { isPage: () => true, send, frame: () => 'window', takeIntent: () => undefined } as unknown as AppWindow
  const usage = new UsageWatch(link, systemClock)
  const actions = new Actions(link, new Map(), new TokenClipboard(systemClock, clipboard))
  const env = { HOME: person, PATH: join(person, 'bin'), TOKENTRAY_HOME: home }
  const tools = new ToolActions(link, async () => toolConnections(link, { env, executable: process.execPath, now: Date.now }))
  const settings = await openSettings(home)
  const desk = new SettingsDesk({
    settings,
    host: link,
    followScreen: async () => {},
    startAtLogin: undefined,
    environment: environmentFacts(process.env),
    systemLanguages: [],
  })
  const view = setupView({ host: link, window, usage, desk, damage: settings.damage })
  const others = otherLogins(link, { env, now: Date.now, hidesPersonalData: () => false })
  setupIpc({ actions, tools, others, usage, desk, window, view })
}

async function ask(channel: string, value?: unknown): Promise<{ ok: boolean; value?: never; problem?: { code: string } }> {
  const reply = await (electron.channels.get(channel) as Listener)({ senderFrame: {} }, value)
  told.set(`${told.size} reply ${channel}`, JSON.stringify(reply))
  return reply as { ok: boolean }
}

test('connecting a tool tells the window neither the token nor what the person has in the settings of the tool', async () => {
  expect(await ask('vault:unlock', { passphrase })).toMatchObject({ ok: true })
  const { account } = await host.ask('add_key', { provider: 'openrouter', secret: key })
  await mkdir(join(person, 'bin'))
  await writeFile(join(person, 'bin', 'tokentray'), '#!/bin/sh\n', { mode: 0o755 })
  await mkdir(join(person, '.pi', 'agent'), { recursive: true })
  const settings = join(person, '.pi', 'agent', 'models.json')
  const before = `{"providers":{"openrouter":{"apiKey":"${theirs}","baseUrl":"https://x.example/?key=${theirs}"},"y":{"apiKey":"${theirs}"}}}`
  await writeFile(settings, before)
  const first = told.size
  for (const channel of ['tool:plan', 'tool:connect', 'tools:get', 'tool:plan-disconnect'] as const) {
    expect(await ask(channel, channel === 'tools:get' ? undefined : { tool: 'pi' }), channel).toMatchObject({ ok: true })
  }
  expect(await readFile(settings, 'utf8')).toContain('!tokentray token openrouter')
  expect(await ask('tool:disconnect', { tool: 'pi' })).toMatchObject({ ok: true, value: { restored: true } })
  await writeFile(settings, `${before.slice(0, -1)}, ${theirs}`)
  expect(await ask('tool:plan', { tool: 'pi' })).toMatchObject({ ok: false, problem: { code: 'invalid_request' } })
  const said = new Map([...told].slice(first))
  expect([...said.values()].join('\n')).toMatch(/"hidden":true[\s\S]*could not read it either/)
  expect(findSecrets(said, [key, passphrase, theirs])).toEqual([])
  expect(findSecrets(new Map([['the settings', await readFile(settings, 'utf8')]]), [theirs])).not.toEqual([])
  await host.ask('sign_out', { id: account.id })
})

test('a login that two programs hold moves here and back, and the window hears of none of its tokens', async () => {
  expect(await ask('vault:unlock', { passphrase })).toMatchObject({ ok: true })
  const [access, refresh] = ['sk-ant-oat01-8c1e4f7a2b9d', 'sk-ant-ort01-3d6b9e2f5c8a'].map(
    (begin) => `${begin}${theirs.slice(9)}`,
  )
  const claude = join(person, '.claude', '.credentials.json')
  const expires = Date.now() + 3_600_000
  const before = JSON.stringify({
    claudeAiOauth: {
      accessToken: access,
      refreshToken: refresh,
      expiresAt: expires,
      scopes: [],
      accountUuid: 'a',
      organizationUuid: 'o',
    },
  })
  await mkdir(join(person, '.claude'))
  await writeFile(claude, before, { mode: 0o600 })
  await writeFile(
    join(person, '.pi', 'agent', 'auth.json'),
    JSON.stringify({ anthropic: { type: 'oauth', access, refresh, expires } }),
  )
  const first = told.size
  for (const program of ['claude-code', 'pi'])
    expect(await ask('radar:allow', { program, allowed: true })).toMatchObject({ ok: true })
  const radar: { ok: boolean; value?: Radar } = await ask('radar:get')
  const finding = radar.value?.findings[0]?.finding
  expect(await ask('radar:move', { finding })).toMatchObject({ ok: false, problem: { code: 'rules_not_accepted' } })
  expect(await ask('radar:move', { finding, accept: true })).toMatchObject({ ok: true })
  expect(await readFile(claude, 'utf8')).not.toContain(refresh)
  const moved: { ok: boolean; value?: readonly MovedHere[] } = await ask('moved:get')
  const account = moved.value?.[0]?.account
  expect(moved.value?.map(({ program }) => program).sort()).toEqual(['claude-code', 'pi'])
  expect(await ask('moved:give-back', { account, program: 'claude-code' })).toMatchObject({ ok: true, value: { exact: true } })
  expect(await readFile(claude, 'utf8')).toBe(before)
  expect(await ask('radar:ignore', { finding })).toMatchObject({ ok: false })
  expect(
    findSecrets(
      new Map([...told].slice(first)),
      [access, refresh, passphrase].filter((each) => each !== undefined),
    ),
  ).toEqual([])
})

test('a token goes to the clipboard, and in no form to the window, the ledger, the log or a file in the clear', async () => {
  expect(await ask('vault:unlock', { passphrase })).toMatchObject({ ok: true })
  const { account } = await host.ask('add_key', { provider: 'openrouter', secret: key })
  const copy = () => ask('account:copy-token', { account: account.id })
  expect(await copy()).toEqual({ ok: true, value: undefined })
  expect(electron.clipboard.text).toBe(key)
  for (const channel of ['view:get', 'usage:look', 'activity:get', 'rules:get', 'tools:get', 'providers:get', 'settings:get']) {
    expect(await ask(channel), channel).toMatchObject({ ok: true })
  }
  expect(await ask('account:set-label', { account: account.id, label: 'work' })).toMatchObject({ ok: true })
  await ask('account:refresh', { account: account.id })
  await ask('account:set-disabled', { account: account.id, disabled: true })
  expect((await copy()).problem?.code).toBe('account_disabled')
  expect((await ask('account:copy-token', { account: 'nobody' })).problem?.code).toBe('unknown_account')
  await ask('account:set-disabled', { account: account.id, disabled: false })
  await ask('vault:move', { to: 'passphrase', passphrase })
  await ask('vault:lock')
  expect((await copy()).problem?.code).toBe('vault_locked')

  const entries = await readdir(home, { recursive: true, withFileTypes: true })
  const paths = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name))
  const files = await Promise.all(paths.map(async (path) => [path, await readFile(path, 'latin1')] as const))
  expect(files.find(([path]) => path.endsWith('ledger.jsonl'))?.[1]).toContain('tokentray-copy')
  expect([...told.values()].join('\n')).toMatch(/tokentray-copy[\s\S]*"label":"work"/)
  expect(findSecrets(new Map([...told, ...files]), [key, passphrase])).toEqual([])
  expect(findSecrets(new Map([['the clipboard', electron.clipboard.text]]), [key])).not.toEqual([])
})
