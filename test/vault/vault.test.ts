import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createVault } from '../../src/vault/index.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { tinyDisk } from './disks.ts'
import { canary, filesBelow, numberOf, sampleGrant, sampleRecord, temporaryHome } from './samples.ts'
import { lived, loaded, world } from './world.ts'

describe('a vault', () => {
  test('keeps grants over a restart, and writes no token anywhere', async () => {
    const w = await lived()
    expect(await loaded(w, 'a')).toEqual({ number: 2, notice: undefined })
    expect(await loaded(w, 'b')).toEqual({ number: 12, notice: undefined })
    expect(await loaded(w, 'nobody')).toEqual({ kind: 'absent' })
    const files = await filesBelow(w.home)
    expect([...files.keys()].map((file) => file.slice(w.home.length + 1)).sort()).toEqual([
      'accounts.json',
      'accounts.json.previous',
      'vault/grants/a.sealed',
      'vault/grants/a.sealed.previous',
      'vault/grants/b.sealed',
      'vault/grants/b.sealed.previous',
      'vault/vault.json',
      'vault/vault.json.previous',
    ])
    for (const [file, bytes] of files) {
      expect(bytes.includes(canary), file).toBe(false)
      expect(statSync(file).mode & 0o777, file).toBe(0o600)
    }
    expect([join(w.home, 'vault'), w.grants].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700])
    expect(w.keyStore.writes).toBe(1)
  })

  test('tells its listeners of each change once, with the same object for the same status', async () => {
    const w = await world()
    w.keyStore.mood = 'absent'
    const { vault } = w.start()
    const kinds: string[] = []
    vault.onStatus((status) => kinds.push(status.state.kind))
    expect(vault.status()).toEqual({ store: 'keychain', state: { kind: 'opening' } })
    await vault.open()
    const status = vault.status()
    await vault.open()
    expect(vault.status()).toBe(status)
    w.keyStore.mood = 'open'
    expect((await vault.open()).state).toEqual({ kind: 'ready' })
    expect(kinds).toEqual(['absent', 'ready'])
  })

  test.each([
    ['locked', 'vault_locked'],
    ['absent', 'vault_unavailable'],
    ['broken', 'vault_unavailable'],
  ] as const)('V1: %s is its own state and its own answer, and nothing is signed out by it', async (mood, code) => {
    const w = await lived()
    w.keyStore.mood = mood
    const { vault } = w.start()
    const status = await vault.open()
    expect(status.state).toEqual({
      kind: mood,
      error: { code: `keychain_${mood}`, description: `keychain_${mood}.`, fix: 'Fix it.' },
    })
    await expect(vault.load('a')).rejects.toMatchObject({ code, fix: 'Fix it.' })
    await expect(vault.save('a', sampleGrant(3))).rejects.toMatchObject({ code })
    w.keyStore.mood = 'open'
    await vault.open('person')
    expect(await loaded(w, 'a')).toMatchObject({ number: 2 })
  })

  test('that is asked before it was opened opens by itself', async () => {
    const w = await lived()
    const stored = await w.start().vault.load('a')
    expect(stored.kind).toBe('found')
  })

  test('goes on when the keychain is locked while it runs', async () => {
    const w = await lived()
    const { vault } = w.start()
    await vault.open()
    w.keyStore.mood = 'locked'
    await vault.save('a', sampleGrant(3))
    expect((await vault.load('a')).kind).toBe('found')
    expect((await vault.open()).state.kind).toBe('ready')
  })

  test('keeps the order of writes, and a removal is not overtaken', async () => {
    const w = await world()
    const { vault } = w.start()
    await vault.open()
    await Promise.all(Array.from({ length: 12 }, (_, number) => vault.save('a', sampleGrant(number))))
    expect(await loaded(w, 'a')).toMatchObject({ number: 11 })
    await Promise.all([vault.save('a', sampleGrant(12)), vault.remove('a')])
    expect(readdirSync(w.grants)).toEqual([])
  })

  test('removes an account with its last good copy, also while the keychain is locked', async () => {
    const w = await lived()
    w.keyStore.mood = 'locked'
    const { vault } = w.start()
    await vault.open()
    await vault.remove('a')
    expect(readdirSync(w.grants).sort()).toEqual(['b.sealed', 'b.sealed.previous'])
  })

  test('closed refuses, and finishes what was under way', async () => {
    const w = await world()
    const { vault } = w.start()
    await vault.open()
    const saving = vault.save('a', sampleGrant(5))
    vault.close()
    await saving
    await expect(vault.save('a', sampleGrant(6))).rejects.toMatchObject({ code: 'vault_unavailable' })
    await vault.settled()
    expect(await loaded(w, 'a')).toMatchObject({ number: 5 })
  })

  test('takes any account id, and keeps them apart', async () => {
    const w = await world()
    const ids = ['openai-codex-1a2b', 'A', 'a', '../../x', 'con:1', 'ü€😀', 'a.sealed.previous', '%41', ' ']
    const { vault, index } = w.start()
    for (const [number, id] of ids.entries()) await vault.save(id, sampleGrant(number))
    for (const [number, id] of ids.entries()) expect(await loaded(w, id)).toMatchObject({ number })
    expect(index.list()).toEqual([])
    const again = w.start()
    await again.vault.open()
    expect(
      again.index
        .list()
        .map((record) => record.id)
        .sort(),
    ).toEqual([...ids].sort())
    expect(readdirSync(w.home).sort()).toEqual(['accounts.json', 'accounts.json.previous', 'vault'])
    await expect(vault.save('x'.repeat(400), sampleGrant(1))).rejects.toMatchObject({ code: 'invalid_request' })
  })
})

describe('the disk', () => {
  test('S5: a full one fails the save, keeps the last stored grant, and the same save works later', async (context) => {
    const disk = tinyDisk('96k')
    if (disk === undefined) return context.skip('mounting is not permitted here')
    onTestFinished(() => disk.remove())
    const w = await world(join(disk.path, 'home'))
    const { vault } = w.start()
    await vault.save('a', sampleGrant(1))
    const fillers = Array.from({ length: 40 }, (_, index) => join(disk.path, `filler-${index}`))
    for (const filler of fillers) fill(filler)
    await expect(vault.save('a', sampleGrant(2))).rejects.toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringContaining('disk is full'),
    })
    expect(await loaded(w, 'a')).toEqual({ number: 1, notice: undefined })
    expect(vault.status().state.kind).toBe('ready')
    for (const filler of fillers) rmSync(filler, { force: true })
    await vault.save('a', sampleGrant(2))
    expect(await loaded(w, 'a')).toEqual({ number: 2, notice: undefined })
  })

  test('a read-only one lets a vault open and read', async (context) => {
    const disk = tinyDisk('256k')
    if (disk === undefined) return context.skip('mounting is not permitted here')
    onTestFinished(() => disk.remove())
    const w = await world(disk.path)
    await w.start().vault.save('a', sampleGrant(1))
    disk.makeReadOnly()
    const { vault, index } = w.start()
    expect((await vault.open()).state.kind).toBe('ready')
    expect((await vault.load('a')).kind).toBe('found')
    await expect(vault.save('a', sampleGrant(2))).rejects.toMatchObject({
      code: 'vault_unavailable',
      fix: expect.stringContaining('writable'),
    })
    expect(() => index.put(sampleRecord('b'))).toThrow(expect.objectContaining({ code: 'vault_unavailable' }))
  })

  test('a new home that cannot be written is broken, with advice, and is tried again', async () => {
    const w = await world()
    writeFileSync(join(w.home, 'vault'), 'in the way')
    const { vault } = w.start()
    const { state } = await vault.open()
    expect(state).toMatchObject({ kind: 'broken', error: { description: expect.stringContaining(w.home) } })
    expect(w.keyStore.reads).toBe(0)
    rmSync(join(w.home, 'vault'))
    expect((await vault.open()).state.kind).toBe('ready')
  })
})

describe('the memory store', () => {
  test('keeps grants until the end, and writes nothing', async () => {
    const home = await temporaryHome()
    const { vault, index } = createVault({ home, store: 'memory', clock: new ManualClock() })
    expect((await vault.open()).state).toEqual({ kind: 'ready' })
    await vault.save('a', sampleGrant(1))
    index.put(sampleRecord('a'))
    const stored = await vault.load('a')
    expect(stored.kind === 'found' && numberOf(stored.grant)).toBe(1)
    expect(readdirSync(home)).toEqual([])
    await vault.remove('a')
    expect(await vault.load('a')).toEqual({ kind: 'absent' })
    expect(vault.status().store).toBe('memory')
  })
})

function fill(file: string): void {
  try {
    writeFileSync(file, 'f'.repeat(4096))
  } catch {
    // Full is what was wanted. The file that was begun stays, empty.
  }
}
