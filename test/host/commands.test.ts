import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createBrokerClient } from '../../src/client/index.ts'
import { type Broker, type Ledger, silentLog } from '../../src/core/index.ts'
import { answer, type CommandContext } from '../../src/host/commands.ts'
import type { HostHandle } from '../../src/host/index.ts'
import { startHost } from '../../src/host/index.ts'
import { RefreshChoice } from '../../src/host/refresh-choice.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { emptyBroker } from '../core/doubles.ts'

/** No file of a tool. */
const noTokenFiles: CommandContext['tokenFiles'] = {
  list: () => [],
  put: async () => Promise.reject(new BrokerError('invalid_request', 'No.')),
  remove: async () => [],
}

/** Nothing has moved. */
const noMovedLogins: CommandContext['movedLogins'] = {
  list: () => [],
  remember: async () => undefined,
  returnLogin: async () => Promise.reject(new BrokerError('not_found', 'No.')),
}

/** Nobody listens there, so that a key is kept and cannot be tried. */
const nowhere = 'http://127.0.0.1:1'
const key = 'sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A real host without a keychain and without a network. */
async function running(env: Record<string, string> = {}): Promise<{ host: HostHandle; home: string }> {
  const home = await mkdtemp(join(tmpdir(), 'tt-host-'))
  ends.push(() => rm(home, { recursive: true, force: true }))
  const base = { TOKENTRAY_HOME: home, TOKENTRAY_VAULT: 'memory', TOKENTRAY_UPSTREAM: nowhere }
  const host = await startHost({ env: { ...base, ...env }, host: 'app' })
  ends.push(() => host.stop())
  return { host, home }
}

async function withKey(host: HostHandle): Promise<string> {
  const { account } = await host.ask('add_key', { provider: 'openrouter', secret: key })
  return account.id
}

describe('a real host', () => {
  test('gives the token of an account for the clipboard, says so in its ledger, and nowhere else', async () => {
    const { host, home } = await running({ TOKENTRAY_VAULT: 'passphrase' })
    const snapshots: unknown[] = []
    host.onSnapshot((snapshot) => snapshots.push(snapshot))
    await host.ask('unlock', { passphrase: 'correct horse battery' })
    const id = await withKey(host)
    expect(await host.ask('ledger', { limit: 10 })).toEqual([])
    expect(await host.ask('copy_token', { id })).toEqual({ access_token: key })
    const entries = await host.ask('ledger', { limit: 10 })
    expect(entries).toMatchObject([
      { caller: { name: 'tokentray-copy', proof: 'proven' }, account: id, outcome: 'handed_out', count: 1 },
    ])
    expect(await host.ask('last_hand_out', undefined)).toBeUndefined()
    const written = await Promise.all(
      ['ledger/ledger.jsonl', 'log/tokentray.log'].map((name) => readFile(join(home, name), 'utf8')),
    )
    const told = JSON.stringify([snapshots, host.snapshot(), entries, await host.ask('usage', undefined), written])
    expect(written[0]).toContain('tokentray-copy')
    expect(told).toContain(id)
    expect(told).not.toContain(key.slice(-20))
    expect(told).not.toContain('horse')
    await host.ask('lock', undefined)
    await expect(host.ask('copy_token', { id })).rejects.toMatchObject({ code: 'vault_locked' })
  })

  test('answers the newest entries, the newest last, and no more than are wanted', async () => {
    const { host } = await running()
    const first = await withKey(host)
    const second = (await host.ask('add_key', { provider: 'openrouter', secret: `${key}0`, label: 'work' })).account.id
    for (const id of [first, second, first]) await host.ask('copy_token', { id })
    expect((await host.ask('ledger', { limit: 2 })).map(({ account }) => account)).toEqual([second, first])
  })

  test('refuses the token of an account that is switched off, and of one that is not there', async () => {
    const { host } = await running()
    const id = await withKey(host)
    await host.ask('change_account', { id, change: { disabled: true } })
    await expect(host.ask('copy_token', { id })).rejects.toMatchObject({ code: 'account_disabled' })
    await expect(host.ask('copy_token', { id: 'openrouter' })).rejects.toMatchObject({ code: 'unknown_account' })
  })

  test('says where a token would be used, without the token, and refuses to keep one where it does not belong', async () => {
    const { host, home } = await running()
    const id = await withKey(host)
    const why = await host.ask('explain', { selector: 'openrouter' })
    expect(why).toMatchObject({ provider: 'openrouter', winner: id, api: { base_url: expect.stringContaining('http') } })
    expect(JSON.stringify(why)).not.toContain(key.slice(-20))
    await expect(host.ask('explain', { selector: 'nobody' })).rejects.toMatchObject({ code: 'unknown_provider' })
    const path = join(home, '.credentials.json')
    const put = host.ask('put_token_file', { tool: 'claude-code', account: id, path })
    await expect(put).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await host.ask('token_files', undefined)).toEqual([])
    await expect(host.ask('remove_token_file', { tool: 'claude-code' })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('tells what is shared, and ends it', async () => {
    const { host } = await running()
    const account = await withKey(host)
    expect(await host.ask('shares', undefined)).toEqual([])
    const client = createBrokerClient(host.facts.socket)
    const made = await client.createShare({ accounts: [account], name: 'ssh-far', for: 60 })
    const other = await client.createShare({ accounts: [account], name: 'ssh-near', for: 60 })
    expect(await host.ask('shares', undefined)).toEqual([made, other])
    expect(await host.ask('end_share', { id: made.id })).toEqual([other])
    await expect(host.ask('end_share', { id: made.id })).rejects.toMatchObject({ code: 'unknown_share' })
  })

  test('refuses to move a key that is in memory only, with words', async () => {
    const { host } = await running()
    await expect(host.ask('move_vault', { to: 'keychain', dry_run: true })).rejects.toMatchObject({
      code: expect.stringMatching(/^(invalid_request|vault_unavailable)$/),
    })
  })

  test('writes its log as finely as the person wants, unless the environment has said how', async () => {
    const lines = async (env: Record<string, string>) => {
      const { host, home } = await running(env)
      await host.ask('set_log_level', { level: 'error' })
      await host.ask('set_refresh_ahead', { on: false })
      await host.stop()
      return (await readFile(join(home, 'log', 'tokentray.log'), 'utf8')).trim().split('\n')
    }
    const [chosen, fixed] = [await lines({}), await lines({ TOKENTRAY_LOG: 'info' })]
    expect(chosen.some((line) => line.includes('"ready"'))).toBe(true)
    expect(chosen.some((line) => line.includes('"stopped"'))).toBe(false)
    expect(fixed.some((line) => line.includes('"stopped"'))).toBe(true)
  })
})

describe('one command', () => {
  const context = (broker: Broker, more: Partial<CommandContext> = {}): CommandContext => ({
    broker,
    vault: emptyBroker().vault,
    ledger: { read: async () => [] },
    tokenFiles: noTokenFiles,
    movedLogins: noMovedLogins,
    shares: undefined,
    refresh: new RefreshChoice(undefined),
    log: { ...silentLog, choose: () => {} },
    onWake: () => {},
    ...more,
  })

  test('forgets what was decided about a client, and answers what is left', async () => {
    const { broker } = emptyBroker()
    broker.clients.putRule('codex', { decision: 'allow' })
    broker.clients.putRule('aider', { decision: 'deny' })
    const left = await answer(context(broker), 'remove_rule', { client: 'Codex' })
    expect(left.rules.map(({ client }) => client)).toEqual(['aider'])
    await expect(answer(context(broker), 'remove_rule', { client: 'codex' })).rejects.toMatchObject({ code: 'unknown_client' })
  })

  test('reads the ledger with the limit that is wanted', async () => {
    const limits: number[] = []
    const ledger: Pick<Ledger, 'read'> = {
      read: async (limit) => {
        limits.push(limit)
        return []
      },
    }
    expect(await answer(context(emptyBroker().broker, { ledger }), 'ledger', { limit: 7 })).toEqual([])
    expect(limits).toEqual([7])
  })

  test.each([
    { fixed: undefined, chosen: [false, true, true], ahead: true, wakes: 1 },
    { fixed: undefined, chosen: [true, false], ahead: false, wakes: 0 },
    { fixed: 'ondemand', chosen: [true], ahead: false, wakes: 0 },
    { fixed: 'ahead', chosen: [false, true], ahead: true, wakes: 0 },
  ] as const)('refreshing ahead with $fixed in the environment and $chosen by the person', async (given) => {
    const refresh = new RefreshChoice(given.fixed)
    let wakes = 0
    const one = context(emptyBroker().broker, { refresh, onWake: () => (wakes += 1) })
    for (const on of given.chosen) await answer(one, 'set_refresh_ahead', { on })
    expect({ ahead: refresh.ahead, wakes }).toEqual({ ahead: given.ahead, wakes: given.wakes })
  })
})
