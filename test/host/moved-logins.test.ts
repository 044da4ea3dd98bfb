// A login goes back to its program while this process may end at any step: it has one owner before, after, and at the next start.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Broker, silentLog } from '../../src/core/index.ts'
import type { MovedLoginEntry } from '../../src/host/moved-login-list.ts'
import { MovedLogins } from '../../src/host/moved-logins.ts'
import { BrokerError, type LoginSource } from '../../src/protocol/index.ts'
import { deferred, emptyBroker, minute } from '../core/doubles.ts'

const never = new Promise<never>(() => {})
const before = JSON.stringify({ tokens: { access_token: 'access-brought', refresh_token: 'refresh-brought' }, other: [1] })
const emptied = before.replace('refresh-brought', '')

let file = ''
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'tt-moved-')), '.codex', 'auth.json')
  await mkdir(dirname(file))
  await writeFile(file, emptied)
})
afterEach(() => rm(dirname(dirname(file)), { recursive: true, force: true }))

const source = (program = 'codex', path = file): LoginSource => ({
  program,
  login: 'chatgpt',
  files: [{ path, login: 'chatgpt', before: '0'.repeat(64) }],
})

/** A broker that has the login; `beforeWrite` and `afterWrite` may hold up the number of a write, or refuse it. */
async function scene() {
  const bench = emptyBroker({ provider: 'openai-codex' })
  const disk: { entries: readonly MovedLoginEntry[]; writes: number } = { entries: [], writes: 0 }
  const hooks = { beforeWrite: async (_write: number) => {}, afterWrite: async (_write: number) => {} }
  const over = (broker: Broker) =>
    new MovedLogins({
      broker,
      clock: bench.clock,
      log: silentLog,
      list: {
        read: () => disk.entries,
        write: async (entries) => {
          disk.writes += 1
          const write = disk.writes
          await hooks.beforeWrite(write)
          disk.entries = entries
          await hooks.afterWrite(write)
        },
      },
    })
  await bench.broker.start()
  const moved = over(bench.broker)
  const { account } = await bench.broker.accounts.importLogin({
    provider: 'openai-codex',
    access_token: 'access-brought',
    refresh_token: 'refresh-brought',
    person: { account: 'user-2' },
  })
  await moved.remember(account, source(), false)
  disk.writes = 0
  await bench.clock.advance(minute)
  const restart = async () => {
    Object.assign(hooks, { beforeWrite: async () => {}, afterWrite: async () => {} })
    const broker = bench.restart()
    const after = over(broker)
    await after.settle()
    await broker.start()
    return { broker, moved: after }
  }
  return { ...bench, moved, account, disk, hooks, restart }
}

const programHas = async () => (await readFile(file, 'utf8')).includes('refresh-')
const brokerHas = (broker: Broker, id: string) => broker.snapshot().accounts.some((row) => row.id === id)
describe('a login that goes back', () => {
  test('is in the file, is forgotten, and is neither revoked nor refreshed', async () => {
    const { broker, moved, account, client, clock, disk } = await scene()
    expect(moved.list()).toMatchObject([{ account: account.id, program: 'codex', login: 'chatgpt', path: file }])
    expect(await moved.returnLogin(account.id, 'codex')).toMatchObject({
      account: account.id,
      written: [{ path: file }],
      left: [],
    })
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(before))
    await clock.advance(120 * minute)
    expect([brokerHas(broker, account.id), client.sent, client.revoked, disk.entries]).toEqual([false, [], [], []])
    await expect(moved.returnLogin(account.id, 'codex')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('is the newest one, also where an older one was left behind', async () => {
    const { broker, moved, account } = await scene()
    await writeFile(file, before)
    await broker.accounts.refresh(account.id)
    await moved.returnLogin(account.id, 'codex')
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      tokens: { access_token: 'access-2', refresh_token: 'refresh-2' },
      last_refresh: expect.stringMatching(/^\d{4}-/),
      other: [1],
    })
  })

  // 1: `preparing`, 2: `placing`, 3: forgotten.
  const crashes = [
    ['before anything is noted', { hook: 'beforeWrite', write: 1 }, 'broker'],
    ['before the text is written', { hook: 'afterWrite', write: 1 }, 'broker'],
    ['after the text is written', { hook: 'beforeWrite', write: 2 }, 'broker'],
    ['before the text is in its place', { hook: 'afterWrite', write: 2 }, 'broker'],
    ['before it is forgotten', { hook: 'remove', write: 0 }, 'program'],
    ['before that is noted', { hook: 'beforeWrite', write: 3 }, 'program'],
    ['after that is noted', { hook: 'afterWrite', write: 3 }, 'program'],
  ] as const
  test.each(crashes)('has one owner after an end %s', async (_, { hook, write }, owner) => {
    const { moved, account, client, clock, vault, disk, hooks, restart } = await scene()
    const remove = vault.remove.bind(vault)
    const arrived = deferred<void>()
    const stop = async (number: number) => {
      if (number !== write) return
      arrived.resolve()
      await never
    }
    if (hook === 'remove') vault.remove = () => stop(0)
    else hooks[hook] = stop
    void moved.returnLogin(account.id, 'codex').catch(() => {})
    await arrived.promise
    vault.remove = remove

    const later = await restart()
    await clock.advance(120 * minute)
    expect({ program: await programHas(), broker: brokerHas(later.broker, account.id) }).toEqual({
      program: owner === 'program',
      broker: owner === 'broker',
    })
    expect(client.sent.length > 0).toBe(owner === 'broker')
    expect(client.revoked).toEqual([])
    expect(vault.files.has(account.id)).toBe(owner === 'broker')
    expect(await readdir(dirname(file))).toEqual(['auth.json'])
    expect(disk.entries.map(({ returning }) => returning)).toEqual(owner === 'broker' ? [undefined] : [])
    if (owner === 'broker') await later.moved.returnLogin(account.id, 'codex')
    expect(await programHas()).toBe(true)
  })

  test('stays here when its program writes meanwhile', async () => {
    const { broker, moved, account, disk, hooks } = await scene()
    hooks.afterWrite = async (write) => {
      if (write === 2) await writeFile(file, `${emptied} `)
    }
    await expect(moved.returnLogin(account.id, 'codex')).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect(await readFile(file, 'utf8')).toBe(`${emptied} `)
    expect(await readdir(dirname(file))).toEqual(['auth.json'])
    expect(disk.entries).toMatchObject([{ account: account.id }])
    expect(disk.entries[0]).not.toHaveProperty('returning')
    await broker.accounts.refresh(account.id)
    await moved.returnLogin(account.id, 'codex')
    expect(await readFile(file, 'utf8')).toContain('refresh-2')
  })

  test('stays here when that cannot be noted, then or at all, and the next start clears up', async () => {
    const { moved, account, hooks, restart } = await scene()
    hooks.beforeWrite = async (write) => {
      if (write > 1) throw new BrokerError('vault_unavailable', 'The disk is full.')
    }
    await expect(moved.returnLogin(account.id, 'codex')).rejects.toMatchObject({ code: 'vault_unavailable' })
    expect(await programHas()).toBe(false)
    const { broker } = await restart()
    expect(brokerHas(broker, account.id)).toBe(true)
    expect(await readdir(dirname(file))).toEqual(['auth.json'])
  })

  test('leaves nothing behind of an attempt that could not take back its note', async () => {
    const { moved, account, hooks } = await scene()
    hooks.beforeWrite = async (write) => {
      if (write > 1) throw new BrokerError('vault_unavailable', 'The disk is full.')
    }
    await expect(moved.returnLogin(account.id, 'codex')).rejects.toMatchObject({ code: 'vault_unavailable' })
    expect(await readdir(dirname(file))).toHaveLength(2)
    hooks.beforeWrite = async () => {}
    await moved.returnLogin(account.id, 'codex')
    expect(await readdir(dirname(file))).toEqual(['auth.json'])
  })

  test('whose file could not be deleted here is forgotten at the next start, whatever moves here meanwhile', async () => {
    const { broker, moved, account, vault, client, restart } = await scene()
    const remove = vault.remove.bind(vault)
    vault.remove = () => Promise.reject(new BrokerError('vault_unavailable', 'The disk is broken.'))
    await moved.returnLogin(account.id, 'codex')
    const { account: other } = await broker.accounts.importLogin({
      provider: 'openai-codex',
      access_token: 'access-other',
      refresh_token: 'refresh-other',
      person: { account: 'user-3' },
    })
    await moved.remember(other, source('pi', '/elsewhere'), false)
    expect(moved.list().map(({ program }) => program)).toEqual(['pi'])
    expect(vault.files.has(account.id)).toBe(true)
    vault.remove = remove
    const later = await restart()
    expect([vault.files.has(account.id), brokerHas(later.broker, account.id), brokerHas(later.broker, other.id)]).toEqual([
      false,
      false,
      true,
    ])
    expect([client.sent, client.revoked]).toEqual([[], []])
  })

  test('is not taken for returned when the folder of its program is gone', async () => {
    const { moved, account, hooks, restart } = await scene()
    const arrived = deferred<void>()
    hooks.afterWrite = async (write) => {
      if (write !== 2) return
      arrived.resolve()
      await never
    }
    void moved.returnLogin(account.id, 'codex')
    await arrived.promise
    await rm(dirname(file), { recursive: true })
    const { broker } = await restart()
    expect(brokerHas(broker, account.id)).toBe(true)
  })

  test('can go to each program that had it, and to one of them only', async () => {
    const { moved, account } = await scene()
    await moved.remember(account, source('pi', '/nowhere'), true)
    expect(moved.list().map(({ program }) => program)).toEqual(['codex', 'pi'])
    await expect(moved.returnLogin(account.id, 'pi')).rejects.toMatchObject({ code: 'not_found' })
    await moved.returnLogin(account.id, 'codex')
    expect(moved.list()).toEqual([])
  })

  test('is known by its program only as long as no other login is in its place', async () => {
    const { moved, account, broker } = await scene()
    await moved.remember(account, source('pi', '/nowhere'), false)
    expect(moved.list().map(({ program }) => program)).toEqual(['pi'])
    await broker.accounts.signOut(account.id)
    expect(moved.list()).toEqual([])
  })

  test('keeps the copies that an earlier part of the same move has named', async () => {
    const { moved, account, disk } = await scene()
    await moved.remember(account, source('codex', '/copy'), true)
    expect(disk.entries[0]?.files.map(({ path }) => path)).toEqual(['/copy', file])
  })
})
