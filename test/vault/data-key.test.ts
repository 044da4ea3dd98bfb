import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createVault } from '../../src/vault/index.ts'
import { filesBelow, sampleGrant } from './samples.ts'
import { lived, loaded, type World, world } from './world.ts'

describe('the data key', () => {
  test('that is gone is never replaced while sealed files exist, and nothing is written', async () => {
    const w = await lived()
    const before = await filesBelow(w.grants)
    w.keyStore.keys.clear()
    const { vault } = w.start()
    const { state } = await vault.open()
    expect(state).toMatchObject({ kind: 'broken', error: { code: 'data_key_missing' } })
    await expect(vault.save('c', sampleGrant(3))).rejects.toMatchObject({
      code: 'vault_unavailable',
      fix: expect.stringMatching(/Restore the item .* move the folder/),
    })
    expect(w.keyStore.writes).toBe(1)
    expect(await filesBelow(w.grants)).toEqual(before)
  })

  test('that comes back is noticed by the timer', async () => {
    const w = await lived()
    const kept = new Map(w.keyStore.keys)
    w.keyStore.keys.clear()
    const { vault } = w.start()
    await vault.open()
    for (const [id, key] of kept) w.keyStore.keys.set(id, key)
    const ready = new Promise((resolve) => vault.onStatus(resolve))
    await w.clock.advance(5_000)
    expect(await ready).toMatchObject({ state: { kind: 'ready' } })
    expect((await vault.load('a')).kind).toBe('found')
  })

  test.each(['sign out', 'move away'])('that is gone gets a successor when the person starts over: %s', async (way) => {
    const w = await lived()
    w.keyStore.keys.clear()
    const { vault } = w.start()
    await vault.open()
    if (way === 'sign out') await Promise.all([vault.remove('a'), vault.remove('b')])
    else renameSync(w.grants, join(w.home, 'kept'))
    expect((await vault.open()).state.kind).toBe('ready')
    await vault.save('a', sampleGrant(9))
    expect(await loaded(w, 'a')).toMatchObject({ number: 9 })
    expect(w.keyStore.writes).toBe(2)
  })

  test('that is another one is named, and the files are left alone', async () => {
    const w = await lived()
    const before = await filesBelow(w.grants)
    for (const id of w.keyStore.keys.keys()) w.keyStore.keys.set(id, randomBytes(32))
    const { vault } = w.start()
    expect((await vault.open()).state).toMatchObject({ kind: 'broken', error: { code: 'data_key_replaced' } })
    await expect(vault.save('a', sampleGrant(3))).rejects.toMatchObject({ code: 'vault_unavailable' })
    expect(await filesBelow(w.grants)).toEqual(before)
  })

  test.each(['has a key', 'has no key'])(
    'is found although vault.json was copied in from another home, which %s',
    async (which) => {
      const w = await lived()
      const other = await lived()
      for (const name of ['vault.json', 'vault.json.previous'])
        writeFileSync(join(w.home, 'vault', name), readFileSync(join(other.home, 'vault', 'vault.json')))
      if (which === 'has a key') for (const [id, key] of other.keyStore.keys) w.keyStore.keys.set(id, key)
      expect(await loaded(w, 'a')).toEqual({ number: 2, notice: undefined })
      expect(await loaded(w, 'b')).toEqual({ number: 12, notice: undefined })
      expect(readdirSync(join(w.home, 'vault')).filter((name) => name.includes('damaged'))).toHaveLength(2)
    },
  )

  test('fits although the key id of the only file was changed', async () => {
    const w = await world()
    await w.start().vault.save('a', sampleGrant(1))
    const envelope = JSON.parse(readFileSync(w.path('a'), 'utf8'))
    writeFileSync(w.path('a'), JSON.stringify({ ...envelope, key_id: '0000000000000000' }))
    expect(await loaded(w, 'a')).toMatchObject({ number: 1 })
  })

  test('leaves a file under another key where it is, and a sign-in sets it aside', async () => {
    const w = await lived()
    const other = await lived()
    const foreign = readFileSync(other.path('a'))
    writeFileSync(w.path('c'), foreign)
    expect(await loaded(w, 'c')).toMatchObject({ kind: 'damaged', error: { code: 'sealed_with_other_key' } })
    expect(readFileSync(w.path('c'))).toEqual(foreign)
    await w.start().vault.save('c', sampleGrant(21))
    expect(await loaded(w, 'c')).toMatchObject({ number: 21 })
    const aside = readdirSync(w.grants).filter((name) => name.startsWith('c.sealed.damaged'))
    expect(readFileSync(join(w.grants, aside[0] ?? ''))).toEqual(foreign)
  })

  test('with only damaged files to judge by is used, and the files are set aside one by one', async () => {
    const w = await lived()
    for (const name of readdirSync(w.grants)) writeFileSync(join(w.grants, name), 'x')
    expect(await loaded(w, 'a')).toMatchObject({ kind: 'damaged' })
  })
})

describe('vault.json', () => {
  const identity = (w: World) => join(w.home, 'vault', 'vault.json')

  test('holds version, id and store', async () => {
    const w = await lived()
    const id = [...w.keyStore.keys.keys()][0]
    expect(JSON.parse(readFileSync(identity(w), 'utf8'))).toEqual({ version: 1, id, store: 'keychain' })
  })

  test.each(['lost', 'lost with its copy', 'damaged', 'damaged with its copy'])('%s costs nothing', async (what) => {
    const w = await lived()
    const paths = what.includes('copy') ? [identity(w), `${identity(w)}.previous`] : [identity(w)]
    for (const path of paths) what.startsWith('lost') ? rmSync(path) : writeFileSync(path, '{"version":1')
    expect(await loaded(w, 'a')).toMatchObject({ number: 2 })
    expect(w.keyStore.keys.size).toBe(1)
    expect(existsSync(identity(w)) || existsSync(`${identity(w)}.previous`)).toBe(true)
  })

  test.each([
    ['{"version":2,"id":"x","store":"keychain"}', 'vault_newer'],
    ['{"version":1,"id":"x","store":"passphrase"}', 'vault_other_store'],
  ])('%s stops the vault and is left alone', async (text, code) => {
    const w = await lived()
    writeFileSync(identity(w), text)
    const { vault } = createVault({ home: w.home, clock: w.clock, keychain: w.keyStore, store: 'keychain' })
    onTestFinished(() => vault.close())
    expect((await vault.open()).state).toMatchObject({ kind: 'broken', error: { code } })
    expect(readFileSync(identity(w), 'utf8')).toBe(text)
  })
})
