import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Secret, type VaultMove } from '../../src/core/index.ts'
import type { VaultOptions } from '../../src/vault/index.ts'
import { lockedFault } from '../../src/vault/keychain-fault.ts'
import { settle } from '../support/manual-clock.ts'
import { filesBelow, numberOf, sampleGrant, temporaryHome } from './samples.ts'
import { type Damage, Steps } from './steps.ts'
import { cheapPassphraseStore, lived, type World } from './world.ts'

const right = new Secret('correct horse battery')
const toPassphrase: VaultMove = { to: 'passphrase', passphrase: right, dryRun: false }
const toKeychain: VaultMove = { to: 'keychain', dryRun: false }

const keyFile = (w: World) => join(w.home, 'vault', 'key.json')
const identity = (w: World) => JSON.parse(readFileSync(join(w.home, 'vault', 'vault.json'), 'utf8'))

/** A home with two accounts whose key is in the given store. */
async function livedIn(store: 'keychain' | 'passphrase'): Promise<World> {
  // In memory where there is such a disk, because there are hundreds of these homes and each writes all the time.
  const w = await lived(existsSync('/dev/shm') ? await temporaryHome('/dev/shm') : undefined)
  w.keyStore.quietAnswer = true
  if (store === 'passphrase') {
    const { vault } = w.start()
    await vault.move(toPassphrase)
    vault.close()
  }
  return w
}

async function open(w: World, options: Partial<VaultOptions> = {}) {
  const { vault } = w.start(undefined, options)
  await vault.open()
  if (vault.status().state.kind === 'locked') await vault.unlock(right)
  return vault
}

/** A later start opens, and reads every login. Then the key is in one place only. */
async function expectWhole(w: World): Promise<void> {
  const vault = await open(w)
  expect(vault.status().state).toEqual({ kind: 'ready' })
  for (const [account, number] of [
    ['a', 2],
    ['b', 12],
  ] as const) {
    const stored = await vault.load(account)
    expect(stored.kind === 'found' ? numberOf(stored.grant) : stored).toBe(number)
  }
  // Waits its turn behind the clearing.
  await vault.unlock()
  expect(Number(w.keyStore.keys.size > 0) + Number(existsSync(keyFile(w)))).toBe(1)
  expect(identity(w)).toEqual({ version: 1, id: expect.any(String), store: w.keyStore.keys.size > 0 ? 'keychain' : 'passphrase' })
  vault.close()
}

describe('a move', () => {
  test('takes the key to the other store and back, is told to everybody, and the vault works all the time', async () => {
    const w = await livedIn('keychain')
    const vault = await open(w)
    const stores: string[] = []
    vault.onStatus(({ store, state }) => stores.push(`${store} ${state.kind}`))
    await vault.save('c', sampleGrant(5))
    const saving = vault.save('c', sampleGrant(6))
    expect(await vault.move(toPassphrase)).toEqual({ from: 'keychain', to: 'passphrase', accounts: 3, moved: true })
    await saving
    expect([w.keyStore.keys.size, existsSync(keyFile(w))]).toEqual([0, true])
    await vault.save('c', sampleGrant(7))
    expect(await vault.move(toKeychain)).toEqual({ from: 'passphrase', to: 'keychain', accounts: 3, moved: true })
    expect([w.keyStore.keys.size, existsSync(keyFile(w)), existsSync(`${keyFile(w)}.previous`)]).toEqual([1, false, false])
    expect(stores.filter((store, at) => store !== stores[at - 1])).toEqual(['passphrase ready', 'keychain ready'])
    await expectWhole(w)
  })

  test('to the passphrase is in effect at the next start', async () => {
    const w = await livedIn('passphrase')
    const { vault } = w.start()
    expect(await vault.open()).toMatchObject({
      store: 'passphrase',
      state: { kind: 'locked', error: { code: 'passphrase_needed' } },
    })
    await expectWhole(w)
  })

  test.each([
    [toPassphrase, 'keychain'],
    [{ to: 'passphrase' }, 'keychain'],
    [toKeychain, 'passphrase'],
  ] as const)('of %j as a dry run changes nothing, and says what would happen', async (move, from) => {
    const w = await livedIn(from)
    const vault = await open(w)
    const [files, keys] = [await filesBelow(w.home), new Map(w.keyStore.keys)]
    expect(await vault.move({ ...move, dryRun: true })).toEqual({ from, to: move.to, accounts: 2, moved: false })
    expect(await filesBelow(w.home)).toEqual(files)
    expect(w.keyStore.keys).toEqual(keys)
  })

  test.each<[string, 'keychain' | 'passphrase', VaultMove, object]>([
    ['where it is already', 'keychain', toKeychain, { code: 'invalid_request', message: expect.stringContaining('already') }],
    ['without a passphrase', 'keychain', { to: 'passphrase', dryRun: false }, { code: 'passphrase_needed' }],
    ['with a short one', 'keychain', { ...toPassphrase, passphrase: new Secret('short') }, { code: 'invalid_request' }],
    ['with a useless one', 'passphrase', { ...toKeychain, passphrase: right }, { code: 'invalid_request' }],
  ])('%s is refused, and changes nothing', async (_what, from, move, error) => {
    const w = await livedIn(from)
    const vault = await open(w)
    const files = await filesBelow(w.home)
    await expect(vault.move(move)).rejects.toMatchObject(error)
    expect(await filesBelow(w.home)).toEqual(files)
    await expectWhole(w)
  })

  test.each([
    ['locked', 'vault_locked'],
    ['absent', 'vault_unavailable'],
    ['broken', 'vault_unavailable'],
  ] as const)('to a keychain that is %s is refused, and says so', async (mood, code) => {
    const w = await livedIn('passphrase')
    const vault = await open(w)
    w.keyStore.mood = mood
    await expect(vault.move(toKeychain)).rejects.toMatchObject({ code, message: expect.stringContaining('Nothing was moved') })
    w.keyStore.mood = 'open'
    await expectWhole(w)
  })

  test('of a locked vault is refused', async () => {
    const w = await livedIn('keychain')
    const vault = await open(w)
    await vault.lock()
    await expect(vault.move(toPassphrase)).rejects.toMatchObject({ code: 'vault_locked' })
  })

  test('never replaces another key of the same name', async () => {
    const w = await livedIn('passphrase')
    const vault = await open(w)
    const other = Buffer.alloc(32, 9)
    w.keyStore.keys.set(identity(w).id, other)
    await expect(vault.move(toKeychain)).rejects.toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringContaining('another key'),
    })
    expect([...w.keyStore.keys.values()]).toEqual([other])
  })

  test('away from what TOKENTRAY_VAULT says warns of the next start', async () => {
    const w = await livedIn('keychain')
    const vault = await open(w, { store: 'keychain' })
    expect((await vault.move(toPassphrase)).notice).toMatch(/TOKENTRAY_VAULT is set to keychain\. Unset it/)
  })

  test('whose source cannot be deleted says so, and the same command once more deletes it', async () => {
    const w = await livedIn('keychain')
    const vault = await open(w)
    const remove = w.keyStore.remove.bind(w.keyStore)
    w.keyStore.remove = async () => ({ kind: 'locked', fault: lockedFault })
    const answer = await vault.move(toPassphrase)
    expect(answer).toMatchObject({
      moved: true,
      notice: expect.stringMatching(/could not be deleted from the keychain: The keychain .* is locked\./),
    })
    expect(identity(w)).toMatchObject({ store: 'passphrase', also: 'keychain' })
    await expect(vault.move(toPassphrase)).rejects.toMatchObject({ code: 'vault_unavailable', fix: 'Unlock it, and try again.' })
    w.keyStore.remove = remove
    expect(await vault.move(toPassphrase)).toMatchObject({ moved: false, notice: expect.stringContaining('deleted there now') })
    await expectWhole(w)
  })

  test('whose source keeps what it has deleted is not believed', async () => {
    const w = await livedIn('keychain')
    const vault = await open(w)
    w.keyStore.remove = (id) => w.keyStore.read(id)
    expect(await vault.move(toPassphrase)).toMatchObject({ moved: true, notice: expect.stringContaining('still there') })
  })

  test('whose target gives back another key is taken back', async () => {
    const w = await livedIn('passphrase')
    const vault = await open(w)
    const write = w.keyStore.write.bind(w.keyStore)
    w.keyStore.write = async (id, key) => {
      const answer = await write(id, key)
      w.keyStore.keys.set(id, Buffer.alloc(32))
      return answer
    }
    await expect(vault.move(toKeychain)).rejects.toMatchObject({
      message: expect.stringContaining('not the one that was written'),
    })
    await expectWhole(w)
  })

  test('during which the vault is closed moves the key itself, and not what is left of a wiped one', async () => {
    const w = await livedIn('passphrase')
    const vault = await open(w)
    const write = w.keyStore.write.bind(w.keyStore)
    w.keyStore.write = async (id, key) => {
      vault.close()
      await settle()
      return write(id, key)
    }
    expect(await vault.move(toKeychain)).toMatchObject({ moved: true })
    await expectWhole(w)
  })

  test('that ended with both files of the identity lost still finds the key', async () => {
    const w = await livedIn('passphrase')
    for (const name of ['vault.json', 'vault.json.previous']) rmSync(join(w.home, 'vault', name))
    await expectWhole(w)
  })
})

/** Moves with one step broken, and answers how many steps there were. */
async function moveWithDamage(w: World, move: VaultMove, steps: Steps): Promise<void> {
  const quiet = new Steps()
  // The opening is not what is broken here: it takes the same disk, before the counting begins.
  let active = quiet
  const files = Object.fromEntries(
    Object.keys(quiet.files()).map((name) => {
      const pick = (from: Steps) => (from.files() as unknown as Record<string, (...args: unknown[]) => unknown>)[name]
      return [name, (...args: unknown[]) => pick(active)?.(...args)]
    }),
  ) as never
  const passphrase = cheapPassphraseStore(w.home, w.clock, files)
  const keychain = {
    busy: false,
    read: (id: string) => active.keychain(w.keyStore).read(id),
    write: (id: string, key: Buffer) => active.keychain(w.keyStore).write(id, key),
    remove: (id: string) => active.keychain(w.keyStore).remove(id),
    unlocked: async () => true,
  }
  const { vault } = w.start(files, { passphrase, keychain })
  await vault.open()
  if (vault.status().state.kind === 'locked') await vault.unlock(right)
  await vault.unlock()
  active = steps
  const end = await Promise.race([vault.move(move).catch((error: unknown) => error), steps.stopped])
  if (end === 'stopped') return
  // A process that goes on serves everybody as before, whatever became of the move.
  active = quiet
  expect(vault.status().state).toEqual({ kind: 'ready' })
  await vault.save('b', sampleGrant(12))
  vault.close()
}

describe.each([
  ['passphrase', toPassphrase, 'keychain'],
  ['keychain', toKeychain, 'passphrase'],
] as const)('a move to the %s', (_to, move, from) => {
  test.each<Damage>(['once', 'from there on', 'stopped'])(
    'in which any one step goes wrong (%s) leaves the vault with its key, and the next start with one key',
    { timeout: 120_000 },
    async (damage) => {
      const all = new Steps()
      const w = await livedIn(from)
      await moveWithDamage(w, move, all)
      await expectWhole(w)
      expect(all.count).toBeGreaterThan(40)
      let moved = 0
      for (let at = 1; at <= all.count; at += 1) {
        const home = await livedIn(from)
        await moveWithDamage(home, move, new Steps(at, damage))
        await expectWhole(home).catch((error: unknown) => {
          throw new Error(`step ${at} of ${all.count}`, { cause: error })
        })
        if (identity(home).store === move.to) moved += 1
      }
      // Some of them come too late to stop it, and some early enough.
      expect(moved).toBeGreaterThan(0)
      expect(moved).toBeLessThan(all.count)
    },
  )
})
