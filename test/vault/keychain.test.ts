import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { KeychainKeyStore, type Keytar } from '../../src/vault/keychain.ts'
import { keychainFault, libraryFault } from '../../src/vault/keychain-fault.ts'
import { ManualClock } from '../support/manual-clock.ts'

const key = randomBytes(32)
const lockedText = 'Cannot create an item in a locked collection'

/** keytar as gnome-keyring makes it behave, which is stranger than its types: see `locked`. */
class FakeKeytar implements Keytar {
  readonly items = new Map<string, string>()
  readonly calls: string[] = []
  locked = false
  running = 0
  mostRunning = 0
  /** While set, every call waits for it first, like a call behind a prompt. */
  prompt: Promise<void> | undefined
  onSet: ((account: string) => void) | undefined

  getPassword(service: string, account: string): Promise<string | null> {
    return this.#call(`get ${account}`, () => (this.locked ? null : (this.items.get(`${service}/${account}`) ?? null)))
  }

  setPassword(service: string, account: string, password: string): Promise<void> {
    return this.#call(`set ${account}`, () => {
      if (this.locked) throw new Error(lockedText)
      this.items.set(`${service}/${account}`, password)
      this.onSet?.(account)
    })
  }

  deletePassword(service: string, account: string): Promise<boolean> {
    return this.#call(`delete ${account}`, () => !this.locked && this.items.delete(`${service}/${account}`))
  }

  async #call<T>(name: string, run: () => T): Promise<T> {
    this.calls.push(name)
    this.running += 1
    this.mostRunning = Math.max(this.mostRunning, this.running)
    try {
      await this.prompt
      return run()
    } finally {
      this.running -= 1
    }
  }
}

function setUp() {
  const keytar = new FakeKeytar()
  const clock = new ManualClock()
  const store = new KeychainKeyStore({ clock, load: async () => keytar, unlocked: async () => undefined })
  return { keytar, clock, store }
}

/** A promise and its end. */
function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe('the keychain', () => {
  test('has no key at first, gets one, and keeps exactly one item of 32 bytes', async () => {
    const { keytar, store } = setUp()
    expect(await store.read('v1')).toEqual({ kind: 'none' })
    expect(keytar.items.size).toBe(0)
    const created = await store.write('v1', key)
    expect(await store.read('v1')).toEqual(created)
    expect([...keytar.items.keys()]).toEqual(['TokenTray/data-key:v1'])
    expect(keytar.items.get('TokenTray/data-key:v1')).toBe(key.toString('base64'))
    expect(created).toEqual({ kind: 'present', key })
  })

  test('writes the probe before it believes a null', async () => {
    const { keytar, store } = setUp()
    await store.read('v1')
    expect(keytar.calls).toEqual(['set __probe__', 'get data-key:v1', 'delete __probe__', 'get __probe__'])
  })

  test('that is locked is locked, not without a key', async () => {
    const { keytar, store } = setUp()
    await store.write('v1', key)
    keytar.locked = true
    expect(await store.read('v1')).toMatchObject({ kind: 'locked', fault: { code: 'keychain_locked' } })
    keytar.locked = false
    expect(await store.read('v1')).toMatchObject({ kind: 'present' })
  })

  test('that locks between the probe and the read is locked as well', async () => {
    const { keytar, store } = setUp()
    await store.write('v1', key)
    keytar.onSet = () => {
      keytar.locked = true
    }
    expect(await store.read('v1')).toMatchObject({ kind: 'locked' })
  })

  test('that keeps a deleted item is not believed', async () => {
    const { keytar, store } = setUp()
    keytar.deletePassword = async () => true
    expect(await store.read('v1')).toMatchObject({ kind: 'broken', fault: { code: 'keychain_unreliable' } })
  })

  test('that returns another key than was stored is not believed', async () => {
    const { keytar, store } = setUp()
    keytar.onSet = (account) => keytar.items.set(`TokenTray/${account}`, Buffer.alloc(32).toString('base64'))
    expect(await store.write('v1', key)).toMatchObject({ kind: 'broken', fault: { code: 'keychain_unreliable' } })
  })

  test.each(['', 'no key', Buffer.alloc(31).toString('base64'), Buffer.alloc(32, 0xfb).toString('base64url')])(
    'that holds %j under our name is broken, and the item is left alone',
    async (value) => {
      const { keytar, store } = setUp()
      keytar.items.set('TokenTray/data-key:v1', value)
      expect(await store.read('v1')).toMatchObject({ kind: 'broken', fault: { code: 'data_key_malformed' } })
      expect(keytar.items.get('TokenTray/data-key:v1')).toBe(value)
    },
  )

  test('whose library cannot be loaded is absent, and names libsecret on Linux', async () => {
    const load = () => Promise.reject(new Error('Failed to load keytar native addon, checked []'))
    const store = new KeychainKeyStore({ clock: new ManualClock(), load, platform: 'linux' })
    expect(await store.read('v1')).toMatchObject({
      kind: 'absent',
      fault: { code: 'keychain_library_absent', fix: expect.stringContaining('libsecret-1-0') },
    })
    expect(libraryFault('darwin').fix).not.toContain('libsecret')
  })
})

describe('a keychain service that was started again', () => {
  const stale = async () => {
    throw new Error('The session wrapping the secret does not exist')
  }
  const old: Keytar = { getPassword: stale, setPassword: stale, deletePassword: stale }

  test('is reached by a keytar that has not met the one before, from then on', async () => {
    const keytar = new FakeKeytar()
    let made = 0
    const loadAnew = () => {
      made += 1
      return keytar
    }
    const store = new KeychainKeyStore({ clock: new ManualClock(), load: async () => old, loadAnew })
    expect(await store.read('v1')).toEqual({ kind: 'none' })
    expect(await store.write('v1', key)).toEqual({ kind: 'present', key })
    expect(made).toBe(1)
    keytar.locked = true
    expect(await store.read('v1')).toMatchObject({ kind: 'locked' })
  })

  test('is named where there is no other way than a new start', async () => {
    const store = new KeychainKeyStore({ clock: new ManualClock(), load: async () => old, loadAnew: () => undefined })
    expect(await store.read('v1')).toMatchObject({
      kind: 'broken',
      fault: { code: 'keychain_restarted', fix: expect.stringContaining('Start TokenTray again') },
    })
  })
})

describe('a prompt that nobody answers', () => {
  test('is a locked keychain after twenty seconds, and its late answer is handed on', async () => {
    const { keytar, clock, store } = setUp()
    await store.write('v1', key)
    const prompt = deferred()
    keytar.prompt = prompt.promise
    const reading = store.read('v1')
    await settle()
    await clock.advance(19_999)
    await clock.advance(1)
    const answer = await reading
    expect(answer).toMatchObject({ kind: 'locked', fault: { code: 'keychain_waiting' } })
    prompt.resolve()
    expect(await (answer.kind === 'locked' ? answer.later : undefined)).toMatchObject({ kind: 'present' })
    expect(clock.pending).toBe(0)
  })

  test('holds one call only, however often the key is asked for', async () => {
    const { keytar, clock, store } = setUp()
    const prompt = deferred()
    keytar.prompt = prompt.promise
    const first = store.read('v1')
    await settle()
    await clock.advance(20_000)
    await first
    expect(store.busy).toBe(true)
    const later = await Promise.all(Array.from({ length: 20 }, () => store.read('v1')))
    expect(later.every((answer) => answer.kind === 'locked' && answer.later !== undefined)).toBe(true)
    expect(keytar.calls).toHaveLength(1)
    prompt.resolve()
    await Promise.all(later.map((answer) => answer.kind === 'locked' && answer.later))
    expect(keytar.mostRunning).toBe(1)
    expect(store.busy).toBe(false)
    expect(await store.read('v1')).toEqual({ kind: 'none' })
  })

  test('that is dismissed in the end is a locked keychain without a later answer', async () => {
    const { keytar, clock, store } = setUp()
    const prompt = deferred()
    keytar.prompt = prompt.promise
    const reading = store.read('v1')
    await settle()
    await clock.advance(20_000)
    const answer = await reading
    keytar.locked = true
    prompt.resolve()
    const end = answer.kind === 'locked' ? await answer.later : undefined
    expect(end).toMatchObject({ kind: 'locked', fault: { code: 'keychain_locked' } })
    expect(end).not.toHaveProperty('later')
  })

  test('does not make a late write store what the asker has wiped meanwhile', async () => {
    const { keytar, clock, store } = setUp()
    const prompt = deferred()
    keytar.prompt = prompt.promise
    const asked = Buffer.from(key)
    const both = [store.read('v1'), store.write('v1', asked)]
    await settle()
    await clock.advance(20_000)
    const [, answer] = await Promise.all(both)
    asked.fill(0)
    prompt.resolve()
    expect(answer?.kind === 'locked' ? await answer.later : answer).toEqual({ kind: 'present', key })
    expect(keytar.items.get('TokenTray/data-key:v1')).toBe(key.toString('base64'))
  })

  test('also answers the questions that were queued behind it', async () => {
    const { keytar, clock, store } = setUp()
    keytar.prompt = deferred().promise
    const both = [store.read('v1'), store.read('v2')]
    await settle()
    await clock.advance(20_000)
    expect((await Promise.all(both)).map((answer) => answer.kind)).toEqual(['locked', 'locked'])
    expect(keytar.calls).toHaveLength(1)
  })
})

describe('a keychain that several vaults share', () => {
  test('answers each of them its own key, whoever waits for the prompt', async () => {
    const { keytar, clock, store } = setUp()
    const keys = { v1: randomBytes(32), v2: randomBytes(32) }
    await store.write('v1', keys.v1)
    await store.write('v2', keys.v2)
    const prompt = deferred()
    keytar.prompt = prompt.promise
    const first = store.read('v1')
    await settle()
    await clock.advance(20_000)
    // Asked while the prompt is on the screen: the answer of the other vault must never be taken for its own.
    const answers = [await first, await store.read('v2'), await store.write('v3', key), await store.read('v1')]
    expect(answers.map(({ kind }) => kind)).toEqual(['locked', 'locked', 'locked', 'locked'])
    expect(keytar.calls.slice(-1)).toEqual(['set __probe__'])
    prompt.resolve()
    const later = await Promise.all(answers.map((answer) => answer.kind === 'locked' && answer.later))
    expect(later).toEqual([keys.v1, keys.v2, key, keys.v1].map((each) => ({ kind: 'present', key: each })))
    expect(keytar.mostRunning).toBe(1)
    expect(store.busy).toBe(false)
  })

  test('prompts once for all that wait, and for a question that comes later again', async () => {
    const { keytar, store } = setUp()
    keytar.locked = true
    const answers = await Promise.all([store.read('v1'), store.read('v2'), store.write('v3', key)])
    expect(answers.map(({ kind }) => kind)).toEqual(['locked', 'locked', 'locked'])
    expect(keytar.calls).toEqual(['set __probe__'])
    expect(await store.read('v2')).toMatchObject({ kind: 'locked', fault: { code: 'keychain_locked' } })
    expect(keytar.calls).toEqual(['set __probe__', 'set __probe__'])
    keytar.locked = false
    expect((await Promise.all([store.read('v1'), store.read('v2')])).map(({ kind }) => kind)).toEqual(['none', 'none'])
  })
})

test.each([
  [lockedText, 'locked', 'keychain_locked'],
  ['Object is locked', 'locked', 'keychain_locked'],
  ['Prompt was dismissed', 'locked', 'keychain_locked'],
  ['User interaction is not allowed.', 'locked', 'keychain_locked'],
  ['User canceled the operation.', 'locked', 'keychain_locked'],
  ['The user name or passphrase you entered is not correct.', 'locked', 'keychain_locked'],
  ['The name org.freedesktop.secrets was not provided by any .service files', 'absent', 'keychain_absent'],
  ['The name is not activatable', 'absent', 'keychain_absent'],
  ['Error calling StartServiceByName for org.freedesktop.secrets: Timeout was reached', 'absent', 'keychain_absent'],
  ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'absent', 'session_bus_absent'],
  ['Could not connect: No such file or directory', 'absent', 'session_bus_absent'],
  ['Object does not exist at path “/org/freedesktop/secrets/collection/login”', 'absent', 'keychain_not_set_up'],
  ['A default keychain could not be found.', 'absent', 'keychain_absent'],
  ['A specified logon session does not exist. It may already have been terminated.', 'absent', 'keychain_absent'],
  ['The stub received bad data.', 'broken', 'keychain_refused_item'],
  ['Something nobody has seen', 'broken', 'keychain_failed'],
])('keytar\'s "%s" is %s', (text, kind, code) => {
  expect(keychainFault(new Error(text))).toMatchObject({ kind, fault: { code, fix: expect.stringMatching(/\.$/) } })
})

/** Lets everything happen that does not wait for the clock. */
const settle = () => new Promise((resolve) => setImmediate(resolve))
