import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/core/index.ts'
import { sampleGrant } from './samples.ts'
import { lived, world } from './world.ts'

const right = new Secret('correct horse battery')
const hour = 3_600_000

describe('the key of a vault that is about to be locked', () => {
  test('that was deleted from the keychain meanwhile is put back', async () => {
    const w = await lived()
    w.keyStore.quietAnswer = true
    const { vault } = w.start()
    await vault.open()
    w.keyStore.keys.clear()
    await vault.prepareLock()
    await vault.lock()
    expect((await vault.unlock()).state).toEqual({ kind: 'ready' })
    expect((await vault.load('a')).kind).toBe('found')
  })

  test('that was replaced keeps the vault open, and the advice saves it', async () => {
    const w = await lived()
    w.keyStore.quietAnswer = true
    const { vault } = w.start()
    await vault.open()
    for (const [id, key] of w.keyStore.keys) w.keyStore.keys.set(id, Buffer.from(key).reverse())
    await expect(vault.prepareLock()).rejects.toMatchObject({
      code: 'vault_unavailable',
      fix: expect.stringContaining('tokentray vault move --to passphrase'),
    })
    await vault.move({ to: 'passphrase', passphrase: right, dryRun: false })
    await vault.prepareLock()
    await vault.lock()
    expect((await vault.unlock(right)).state).toEqual({ kind: 'ready' })
    expect((await vault.load('a')).kind).toBe('found')
  })

  test.for(['locked', 'absent', 'broken'] as const)(
    'is not asked for without the word that no prompt can come up: %s',
    async (mood) => {
      const w = await lived()
      const { vault } = w.start()
      await vault.open()
      w.keyStore.mood = mood
      const { reads } = w.keyStore
      await vault.prepareLock()
      expect(w.keyStore.reads).toBe(reads)
      w.keyStore.quietAnswer = true
      await vault.prepareLock()
    },
  )

  test('whose file is gone keeps the vault open, and the advice saves it', async () => {
    const w = await world()
    const { vault } = w.start(undefined, { store: 'passphrase' })
    await vault.unlock(right)
    await vault.save('a', sampleGrant(1))
    await vault.prepareLock()
    for (const name of ['key.json', 'key.json.previous']) rmSync(join(w.home, 'vault', name))
    await expect(vault.prepareLock()).rejects.toMatchObject({
      code: 'vault_unavailable',
      fix: expect.stringContaining('tokentray vault move --to keychain'),
    })
    await vault.move({ to: 'keychain', dryRun: false })
    await vault.prepareLock()
  })
})

describe('the key of a vault that stays open', () => {
  test('is looked for once an hour, after a login was stored, and put back', async () => {
    const w = await lived()
    w.keyStore.quietAnswer = true
    const { vault } = w.start()
    await vault.open()
    /** What is under way after a write has ended then. */
    const save = async (account: string) => {
      await vault.save(account, sampleGrant(3))
      await vault.unlock()
    }
    w.keyStore.keys.clear()
    await save('a')
    expect(w.keyStore.keys.size).toBe(0)
    await w.clock.advance(hour)
    await save('a')
    expect(w.keyStore.keys.size).toBe(1)
    w.keyStore.keys.clear()
    await save('b')
    expect(w.keyStore.keys.size).toBe(0)
  })
})
