import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { StoredAccountIndex } from '../../src/vault/account-index.ts'
import { createVault } from '../../src/vault/index.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { tinyDisk } from './disks.ts'
import { FakeKeyStore } from './fake-key-store.ts'
import { canary, filesBelow, sampleGrant, sampleRecord, temporaryHome } from './samples.ts'

const open = (home: string) => new StoredAccountIndex({ home, now: () => 0 })
const ids = (index: StoredAccountIndex) => index.list().map((record) => record.id)

async function filled(): Promise<string> {
  const home = await temporaryHome()
  const index = open(home)
  for (const id of ['a', 'b', 'c']) index.put(sampleRecord(id, `label-${id}`))
  return home
}

describe('the account index', () => {
  test('keeps records over a restart, in order, readable by the owner only', async () => {
    const home = join(await temporaryHome(), 'deep', 'home')
    const index = open(home)
    expect(index.list()).toEqual([])
    for (const id of ['b', 'a']) index.put(sampleRecord(id))
    const changed = { ...sampleRecord('b', 'work'), disabled: true, imported: 'fingerprint' } as const
    index.put(changed)
    expect(open(home).list()).toEqual([changed, sampleRecord('a')])
    index.remove('b')
    index.remove('nobody')
    expect(ids(open(home))).toEqual(['a'])
    expect(statSync(join(home, 'accounts.json')).mode & 0o777).toBe(0o600)
    expect(statSync(join(home, 'accounts.json.previous')).mode & 0o777).toBe(0o600)
    expect(statSync(home).mode & 0o777).toBe(0o700)
  })

  test('keeps who owns a login, where that is another program', async () => {
    const home = await temporaryHome()
    const index = open(home)
    const records = [
      { ...sampleRecord('a'), ownership: { mode: 'delegated', program: 'codex' } },
      { ...sampleRecord('b'), ownership: { mode: 'watched', program: 'pi', file: '/home/a/.pi/auth.json', login: 'xai' } },
    ] as const
    for (const record of records) index.put(record)
    expect(open(home).list()).toEqual(records)
  })

  test('keeps what the person decided about several accounts, and a damaged part of it costs no account', async () => {
    const home = await filled()
    const decided = { order: ['b', 'a'], failover: true, chain: ['api_key', 'grant'] } as const
    open(home).setPreferences('acme', { ...decided, order: [...decided.order], chain: [...decided.chain] })
    expect(open(home).preferences('acme')).toEqual(decided)
    expect(open(home).preferences('other')).toEqual({})
    const stored = JSON.parse(readFileSync(join(home, 'accounts.json'), 'utf8'))
    stored.providers.acme = { order: ['b'], failover: true, chain: ['telepathy', 'grant', 'grant'] }
    stored.providers.none = { chain: [] }
    writeFileSync(join(home, 'accounts.json'), JSON.stringify(stored))
    // What a newer version may say is left out by itself.
    expect(open(home).preferences('acme')).toEqual({ order: ['b'], failover: true, chain: ['grant'] })
    expect(open(home).preferences('none')).toEqual({})
    stored.providers.acme = { order: 'b' }
    writeFileSync(join(home, 'accounts.json'), JSON.stringify(stored))
    expect(ids(open(home))).toEqual(['a', 'b', 'c'])
  })

  test('writes nothing before there is something to write', async () => {
    const home = await temporaryHome()
    open(home)
    expect(readdirSync(home)).toEqual([])
  })

  test.each(['', '{', 'null', '[]', '"x"', '{}', '{"version":1}', '{"version":9,"accounts":{}}', '\0\0\0'])(
    'set to %j never stops the start, is set aside, and costs at most the newest account',
    async (text) => {
      const home = await filled()
      writeFileSync(join(home, 'accounts.json'), text)
      expect(ids(open(home))).toEqual(['a', 'b'])
      const aside = readdirSync(home).filter((name) => name.includes('.damaged-'))
      expect(readFileSync(join(home, aside[0] ?? ''), 'utf8')).toBe(text)
      expect(ids(open(home))).toEqual(['a', 'b'])
    },
  )

  test('uses what a partly damaged file still tells', async () => {
    const home = await filled()
    const stored = JSON.parse(readFileSync(join(home, 'accounts.json'), 'utf8'))
    stored.accounts[1] = { id: 7 }
    writeFileSync(join(home, 'accounts.json'), JSON.stringify(stored))
    expect(ids(open(home)).sort()).toEqual(['a', 'b', 'c'])
  })

  test('that is a folder, or that nobody may read, does not stop the start', async () => {
    const home = await filled()
    rmSync(join(home, 'accounts.json'))
    mkdirSync(join(home, 'accounts.json'))
    expect(ids(open(home))).toEqual(['a', 'b'])
    chmodSync(join(home, 'accounts.json'), 0o000)
    expect(ids(open(home))).toEqual(['a', 'b'])
  })

  test.skipIf(process.platform === 'win32')('that is a named pipe does not hold the start up', async () => {
    const home = await filled()
    rmSync(join(home, 'accounts.json'))
    execFileSync('mkfifo', [join(home, 'accounts.json')])
    expect(ids(open(home))).toEqual(['a', 'b'])
  })

  test('on a full disk throws, keeps the record in effect and the file whole, and writes it with the next one', async (context) => {
    const disk = tinyDisk('64k')
    if (disk === undefined) return context.skip('mounting is not permitted here')
    onTestFinished(() => disk.remove())
    const index = open(disk.path)
    for (let number = 0; number < 20; number += 1) index.put(sampleRecord(`old-${number}`))
    const fillers = Array.from({ length: 30 }, (_, number) => join(disk.path, `filler-${number}`))
    for (const filler of fillers) tryToWrite(filler)
    expect(() => index.put(sampleRecord('new', 'n'.repeat(3000)))).toThrow(expect.objectContaining({ code: 'vault_unavailable' }))
    expect(ids(index)).toContain('new')
    expect(ids(open(disk.path))).toContain('old-0')
    for (const filler of fillers) rmSync(filler, { force: true })
    index.put(sampleRecord('newer'))
    expect(ids(open(disk.path)).sort()).toEqual(
      [...Array.from({ length: 20 }, (_, number) => `old-${number}`), 'new', 'newer'].sort(),
    )
  })
})

describe('an index that was lost', () => {
  async function lost(): Promise<{ home: string; keyStore: FakeKeyStore }> {
    const home = await temporaryHome()
    const keyStore = new FakeKeyStore()
    const { vault, index } = createVault({ home, clock: new ManualClock(), keychain: keyStore })
    for (const id of ['a', 'b', 'c']) {
      index.put(sampleRecord(id, `label-${id}`))
      await vault.save(id, sampleGrant(1))
    }
    vault.close()
    for (const name of readdirSync(home).filter((file) => file.startsWith('accounts'))) writeFileSync(join(home, name), '{"oops')
    return { home, keyStore }
  }

  test('is complete again, labels and all, before the vault says that it is ready', async () => {
    const { home, keyStore } = await lost()
    keyStore.mood = 'locked'
    const { vault, index } = createVault({ home, clock: new ManualClock(), keychain: keyStore })
    onTestFinished(() => vault.close())
    await vault.open()
    expect(index.list()).toEqual([])
    keyStore.mood = 'open'
    const seen: unknown[] = []
    vault.onStatus(() =>
      seen.push(
        index
          .list()
          .map((record) => record.id)
          .sort(),
      ),
    )
    await vault.open('person')
    expect(seen).toEqual([['a', 'b', 'c']])
    expect(index.list()).toContainEqual(sampleRecord('b', 'label-b'))
    expect(ids(open(home)).sort()).toEqual(['a', 'b', 'c'])
    for (const [file, bytes] of await filesBelow(home)) expect(bytes.includes(canary), file).toBe(false)
  })

  test('does not get back an account that was signed out', async () => {
    const { home, keyStore } = await lost()
    const { vault, index } = createVault({ home, clock: new ManualClock(), keychain: keyStore })
    onTestFinished(() => vault.close())
    await vault.remove('b')
    await vault.open()
    expect(
      index
        .list()
        .map((record) => record.id)
        .sort(),
    ).toEqual(['a', 'c'])
  })
})

function tryToWrite(file: string): void {
  try {
    writeFileSync(file, 'f'.repeat(4096))
  } catch {
    // Full is what was wanted.
  }
}
