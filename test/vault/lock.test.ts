import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/core/index.ts'
import { realFiles } from '../../src/vault/durable-file.ts'
import { createVault } from '../../src/vault/index.ts'
import { ManualClock, settle } from '../support/manual-clock.ts'
import { sampleGrant, temporaryHome } from './samples.ts'
import { cheapPassphraseStore, lived, loaded, type World, world } from './world.ts'

const right = new Secret('correct horse battery')
const wrong = new Secret('incorrect horse')
const zeros = Buffer.alloc(32)

describe('a vault that a person locked', () => {
  test('has wiped the key, refuses reads and writes, and still lets an account be removed', async () => {
    const w = await lived()
    const { vault } = w.start()
    await vault.open()
    await vault.lock()
    expect(vault.status()).toEqual({
      store: 'keychain',
      state: {
        kind: 'locked',
        error: { code: 'locked', description: expect.any(String), fix: expect.stringContaining('unlock') },
      },
    })
    expect(w.keyStore.given.at(-1)).toEqual(zeros)
    await expect(vault.load('a')).rejects.toMatchObject({
      code: 'vault_locked',
      fix: expect.stringContaining('tokentray unlock'),
    })
    await expect(vault.save('a', sampleGrant(3))).rejects.toMatchObject({ code: 'vault_locked' })
    await vault.remove('a')
    expect(readdirSync(w.grants).sort()).toEqual(['b.sealed', 'b.sealed.previous'])
    expect((await vault.unlock()).state).toEqual({ kind: 'ready' })
    expect((await vault.load('b')).kind).toBe('found')
  })

  test('is opened by nothing but `unlock`: no timer, no program, no wake-up', async () => {
    const w = await lived()
    w.keyStore.quietAnswer = true
    const { vault } = w.start()
    await vault.open()
    await vault.lock()
    const { reads } = w.keyStore
    for (const asker of ['program', 'person'] as const) expect((await vault.open(asker)).state.kind).toBe('locked')
    await w.clock.advance(3_600_000)
    expect(w.keyStore.reads).toBe(reads)
    expect(w.clock.pending).toBe(0)
  })

  test('has stored what was under way, and what is asked after the lock is refused', async () => {
    const w = await lived()
    const { vault } = w.start()
    await vault.open()
    const saves = [1, 2, 3, 4].map((number) => vault.save('a', sampleGrant(number)))
    const locking = vault.lock()
    const late = vault.save('a', sampleGrant(9))
    await expect(late).rejects.toMatchObject({ code: 'vault_locked' })
    await Promise.all([...saves, locking])
    expect(vault.status().state.kind).toBe('locked')
    expect(await loaded(w, 'a')).toMatchObject({ number: 4 })
  })

  test('stays locked when the answer of an earlier question arrives', async () => {
    const w = await lived()
    let answer = () => {}
    w.keyStore.heldBy = new Promise((resolve) => {
      answer = resolve
    })
    const { vault } = w.start()
    expect((await vault.open()).state.kind).toBe('locked')
    await vault.lock()
    const given = w.keyStore.given.length
    answer()
    await until(() => w.keyStore.given.length > given && w.keyStore.given.at(-1)?.equals(zeros))
    expect(vault.status().state).toMatchObject({ kind: 'locked', error: { code: 'locked' } })
    expect((await vault.unlock()).state).toEqual({ kind: 'ready' })
  })

  test('stays locked when the lock came after the unlock', async () => {
    const w = await lived()
    const { vault } = w.start()
    await vault.open()
    await vault.lock()
    const unlocking = vault.unlock()
    await Promise.all([vault.lock(), unlocking])
    expect((await vault.open('person')).state.kind).toBe('locked')
    expect(w.keyStore.given.every((key) => key.equals(zeros))).toBe(true)
    expect((await vault.unlock()).state).toEqual({ kind: 'ready' })
  })

  test('on a keychain that is locked as well waits for it, as at the start', async () => {
    const w = await lived()
    const { vault } = w.start()
    await vault.open()
    await vault.lock()
    w.keyStore.mood = 'locked'
    w.keyStore.quietAnswer = false
    expect((await vault.unlock()).state).toMatchObject({ kind: 'locked', error: { code: 'keychain_locked' } })
    w.keyStore.mood = 'open'
    w.keyStore.quietAnswer = true
    await w.clock.advance(5_000)
    await until(() => vault.status().state.kind === 'ready')
  })

  test('takes no passphrase for the keychain', async () => {
    const { vault } = (await lived()).start()
    await expect(vault.unlock(right)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('in memory is refused, because its logins would be lost', async () => {
    const { vault } = createVault({ home: await temporaryHome(), store: 'memory', clock: new ManualClock() })
    await expect(vault.lock()).rejects.toMatchObject({ code: 'invalid_request' })
  })
})

describe('a vault with a passphrase', () => {
  const start = (w: World) => w.start(undefined, { store: 'passphrase' })

  async function opened(): Promise<World> {
    const w = await world()
    const { vault } = start(w)
    await vault.unlock(right)
    await vault.save('a', sampleGrant(1))
    vault.close()
    return w
  }

  test('gets its first passphrase from a person, and nothing is stored before', async () => {
    const w = await world()
    const { vault } = start(w)
    expect((await vault.open()).state).toMatchObject({ kind: 'locked', error: { code: 'passphrase_unset' } })
    await expect(vault.unlock()).rejects.toMatchObject({ code: 'passphrase_needed' })
    await expect(vault.unlock(new Secret('short'))).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('8 characters'),
    })
    expect(existsSync(join(w.home, 'vault', 'key.json'))).toBe(false)
    await expect(vault.save('a', sampleGrant(1))).rejects.toMatchObject({ code: 'vault_locked' })
    expect((await vault.unlock(right)).state).toEqual({ kind: 'ready' })
    expect(w.keyStore.reads).toBe(0)
  })

  test('waits for it at every start, answers programs at once, and sets no timer', async () => {
    const w = await opened()
    const { vault } = start(w)
    const states: string[] = []
    vault.onStatus(({ state }) => states.push(state.kind))
    for (let asked = 0; asked < 50; asked += 1) {
      expect((await vault.open()).state).toMatchObject({ kind: 'locked', error: { code: 'passphrase_needed' } })
    }
    expect(w.clock.pending).toBe(0)
    await expect(vault.load('a')).rejects.toMatchObject({
      code: 'vault_locked',
      fix: expect.stringContaining('tokentray unlock'),
    })
    await expect(vault.unlock()).rejects.toMatchObject({ code: 'passphrase_needed' })
    await expect(vault.unlock(wrong)).rejects.toMatchObject({ code: 'wrong_passphrase', retryAfter: 1 })
    await expect(vault.unlock(right)).rejects.toMatchObject({ code: 'wrong_passphrase', retryAfter: 1 })
    await w.clock.advance(1_000)
    expect((await vault.unlock(right)).state).toEqual({ kind: 'ready' })
    expect((await vault.load('a')).kind).toBe('found')
    expect(states).toEqual(['locked', 'ready'])
  })

  test('is asked once, however many unlock at the same time', async () => {
    const w = await opened()
    const { vault } = start(w)
    const errors = await Promise.all(Array.from({ length: 8 }, () => vault.unlock(wrong).catch((error: Error) => error.message)))
    expect(errors.filter((message) => message === 'The passphrase is wrong.')).toHaveLength(1)
  })

  test('needs it again after a lock, and a lock before it changes nothing', async () => {
    const w = await opened()
    const { vault } = start(w)
    await vault.open()
    await vault.lock()
    expect(vault.status().state).toMatchObject({ kind: 'locked', error: { code: 'passphrase_needed' } })
    await vault.unlock(right)
    await vault.lock()
    expect(vault.status().state).toMatchObject({ kind: 'locked', error: { code: 'locked' } })
    await expect(vault.unlock()).rejects.toMatchObject({ code: 'passphrase_needed' })
    await expect(vault.unlock(wrong)).rejects.toMatchObject({ code: 'wrong_passphrase' })
    await w.clock.advance(1_000)
    expect((await vault.unlock(right)).state).toEqual({ kind: 'ready' })
    expect((await vault.load('a')).kind).toBe('found')
  })

  test('stays locked when the lock came while the passphrase was tried', async () => {
    const w = await opened()
    const { vault } = start(w)
    await vault.open()
    const unlocking = vault.unlock(right)
    await settle()
    await Promise.all([vault.lock(), unlocking])
    expect(vault.status().state).toMatchObject({ kind: 'locked', error: { code: 'locked' } })
    expect((await vault.unlock(right)).state).toEqual({ kind: 'ready' })
  })

  test('whose key file is gone gets no new key beside the old logins', async () => {
    const w = await opened()
    for (const name of ['key.json', 'key.json.previous']) rmSync(join(w.home, 'vault', name))
    const { vault } = start(w)
    expect((await vault.open()).state).toMatchObject({
      kind: 'broken',
      error: { code: 'data_key_missing', description: expect.stringContaining('key.json') },
    })
    expect((await vault.unlock(right)).state.kind).toBe('broken')
    expect(readdirSync(join(w.home, 'vault'))).not.toContain('key.json')
  })

  test('opens with a file by itself once the disk has room for the first key', async () => {
    const w = await world()
    let isFull = true
    const open: typeof realFiles.open = (path, ...rest) =>
      isFull && String(path).includes('key.json')
        ? Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))
        : realFiles.open(path, ...rest)
    const files = { ...realFiles, open }
    writeFileSync(join(w.home, 'secret'), right.expose(), { mode: 0o600 })
    const passphrase = cheapPassphraseStore(w.home, w.clock, files, join(w.home, 'secret'))
    const { vault } = w.start(files, { store: 'passphrase', passphrase })
    expect((await vault.open()).state).toMatchObject({ kind: 'broken', error: { code: 'disk_full' } })
    isFull = false
    await w.clock.advance(5_000)
    await until(() => vault.status().state.kind === 'ready')
    await vault.lock()
    await expect(vault.unlock()).rejects.toMatchObject({ code: 'passphrase_needed' })
  })

  test('opens with a file at the start, and a lock is not undone by it', async () => {
    const w = await opened()
    const passphrase = cheapPassphraseStore(w.home, w.clock, undefined, join(w.home, 'secret'))
    writeFileSync(join(w.home, 'secret'), `${right.expose()}\n`, { mode: 0o600 })
    const { vault } = w.start(undefined, { passphrase })
    expect((await vault.open()).state).toEqual({ kind: 'ready' })
    await vault.lock()
    await expect(vault.unlock()).rejects.toMatchObject({ code: 'passphrase_needed' })
  })
})

describe('the store of a vault', () => {
  const identity = (w: World) => JSON.parse(readFileSync(join(w.home, 'vault', 'vault.json'), 'utf8'))
  const start = (w: World, store?: 'keychain' | 'passphrase') => w.start(undefined, store === undefined ? {} : { store }).vault

  test('is the keychain when nobody says anything, and then what vault.json says', async () => {
    const w = await world()
    expect((await start(w).open()).store).toBe('keychain')
    const other = await world()
    await start(other, 'passphrase').unlock(right)
    expect(await start(other).open()).toMatchObject({ store: 'passphrase', state: { kind: 'locked' } })
    expect(other.keyStore.reads).toBe(0)
  })

  test('is another one when there is no login yet, such as after the advice for a missing keychain', async () => {
    const w = await world()
    w.keyStore.mood = 'absent'
    expect((await start(w).open()).state.kind).toBe('absent')
    const { state } = await start(w, 'passphrase').unlock(right)
    expect(state).toEqual({ kind: 'ready' })
    expect(identity(w).store).toBe('passphrase')
    expect((await start(w).open()).store).toBe('passphrase')
  })

  test('leaves the earlier key where it is when it changes, for logins that were moved away', async () => {
    const w = await lived()
    w.keyStore.quietAnswer = true
    renameSync(w.grants, join(w.home, 'kept'))
    const vault = start(w, 'passphrase')
    await vault.unlock(right)
    await vault.unlock()
    expect(w.keyStore.keys.size).toBe(1)
    rmSync(w.grants, { recursive: true })
    renameSync(join(w.home, 'kept'), w.grants)
    for (const name of readdirSync(join(w.home, 'vault'))) if (/^(key|vault)\./.test(name)) rmSync(join(w.home, 'vault', name))
    expect(await loaded(w, 'a')).toMatchObject({ number: 2 })
  })

  test('with logins is never another one than it was, and the way to move is named', async () => {
    const w = await lived()
    const { state } = await start(w, 'passphrase').open()
    expect(state).toMatchObject({
      kind: 'broken',
      error: {
        code: 'vault_other_store',
        fix: expect.stringMatching(/Unset TOKENTRAY_VAULT.*tokentray vault move --to passphrase/),
      },
    })
    expect(await loaded(w, 'a')).toMatchObject({ number: 2 })
  })

  test('is known by the key file when vault.json is lost with its copy', async () => {
    const w = await world()
    const vault = start(w, 'passphrase')
    await vault.unlock(right)
    await vault.save('a', sampleGrant(1))
    for (const name of ['vault.json', 'vault.json.previous']) rmSync(join(w.home, 'vault', name))
    const again = start(w)
    expect(await again.open()).toMatchObject({ store: 'passphrase', state: { kind: 'locked' } })
    await again.unlock(right)
    expect((await again.load('a')).kind).toBe('found')
  })

  test('of a newer TokenTray is left alone', async () => {
    const w = await lived()
    const text = JSON.stringify({ ...identity(w), store: 'smartcard' })
    writeFileSync(join(w.home, 'vault', 'vault.json'), text)
    expect((await start(w).open()).state).toMatchObject({ kind: 'broken', error: { code: 'vault_newer' } })
    expect(readFileSync(join(w.home, 'vault', 'vault.json'), 'utf8')).toBe(text)
  })
})

async function until(condition: () => boolean | undefined): Promise<void> {
  const limit = Date.now() + 10_000
  while (condition() !== true && Date.now() < limit) await settle()
  expect(condition()).toBe(true)
}
