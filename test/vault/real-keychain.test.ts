import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  deleteKeyringItem,
  holdPrompts,
  listKeyringItems,
  lockKeyring,
  type SessionEnvironment,
  secretToolSearch,
  storeKeyringItem,
  unlockKeyring,
  withKeyring,
  withoutBus,
  withoutSecretService,
} from '../support/keyring.ts'
import { buildProgram, type Program } from './build-program.ts'
import { canary, filesBelow, temporaryHome } from './samples.ts'

let program: Program
beforeAll(async () => {
  program = await buildProgram('keychain-program')
})
afterAll(() => program.remove())

/** A process with a vault. keytar stays with the bus it met first, so each session needs processes of its own. */
class Broker {
  readonly events: string[] = []
  readonly #child: ChildProcess
  readonly #answers: ((value: unknown) => void)[] = []
  #onEvent = () => {}

  constructor(env: SessionEnvironment, home: string, patience = 20_000) {
    const args = [program.file, home, String(patience)]
    this.#child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
    if (this.#child.stdout === null) throw new Error('no stdout')
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const said = JSON.parse(line)
      if (said.event === undefined) this.#answers.shift()?.(said.answer ?? said.error ?? null)
      else this.events.push(said.event)
      this.#onEvent()
    })
    onTestFinished(() => this.kill())
  }

  ask(command: string): Promise<unknown> {
    return new Promise((resolve) => {
      this.#answers.push(resolve)
      this.#child.stdin?.write(`${command}\n`)
    })
  }

  /** Resolves when the vault has said so. */
  until(event: string): Promise<void> {
    return new Promise((resolve) => {
      this.#onEvent = () => {
        if (this.events.includes(event)) resolve()
      }
      this.#onEvent()
    })
  }

  /** A kill, because a process cannot end by itself while a keychain call waits for its prompt. */
  kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve()
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve())
      this.#child.kill('SIGKILL')
    })
  }
}

const items = (env: SessionEnvironment) => secretToolSearch({ service: 'TokenTray' }, env)

/** A home with one saved grant and the keychain item that belongs to it. */
async function lived(env: SessionEnvironment): Promise<string> {
  const home = await temporaryHome()
  const broker = new Broker(env, home)
  expect(await broker.ask('open')).toEqual({ kind: 'ready' })
  expect(await broker.ask(`save ${canary}-1`)).toBeNull()
  await broker.kill()
  return home
}

describe('an unlocked keyring', () => {
  test('holds exactly one item of 32 bytes, and the files hold no token', async () => {
    await withKeyring(async (env) => {
      const home = await lived(env)
      for (let start = 0; start < 3; start += 1) {
        const broker = new Broker(env, home)
        expect(await broker.ask('load')).toEqual({ kind: 'found', token: `${canary}-1` })
        await broker.kill()
      }
      const found = await items(env)
      expect(found).toHaveLength(1)
      expect(found[0]?.attributes.account).toMatch(/^data-key:[0-9a-f-]{36}$/)
      expect(found[0]?.secret).toMatch(/^[A-Za-z0-9+/]{43}=$/)
      expect(Buffer.from(found[0]?.secret ?? '', 'base64')).toHaveLength(32)
      expect(await listKeyringItems(env)).toHaveLength(1)
      for (const [file, bytes] of await filesBelow(home)) expect(bytes.includes(canary), file).toBe(false)
    })
  })

  test('whose item was deleted by hand gets no new key beside the old files', async () => {
    await withKeyring(async (env) => {
      const home = await lived(env)
      const [item] = await items(env)
      await deleteKeyringItem({ service: 'TokenTray', account: item?.attributes.account ?? '' }, env)
      const broker = new Broker(env, home)
      expect(await broker.ask('open')).toMatchObject({ kind: 'broken', error: { code: 'data_key_missing' } })
      expect(await broker.ask('save new')).toMatchObject({ code: 'vault_unavailable' })
      expect(await listKeyringItems(env)).toEqual([])
    })
  })

  test('whose item was replaced says so, and the item stays', async () => {
    await withKeyring(async (env) => {
      const home = await lived(env)
      const [item] = await items(env)
      const value = randomBytes(32).toString('base64')
      await storeKeyringItem({ service: 'TokenTray', account: item?.attributes.account ?? '' }, value, env)
      const broker = new Broker(env, home)
      expect(await broker.ask('open')).toMatchObject({ kind: 'broken', error: { code: 'data_key_replaced' } })
      expect((await items(env)).map(({ secret }) => secret)).toEqual([value])
    })
  })
})

describe('a locked keyring', () => {
  test('at the start is locked, and the vault opens by itself after the unlocking, without a prompt of its own', async () => {
    await withKeyring(async (env) => {
      const home = await lived(env)
      await lockKeyring(env)
      const broker = new Broker(env, home)
      expect(await broker.ask('open')).toMatchObject({ kind: 'locked', error: { code: 'keychain_locked' } })
      expect(await broker.ask('load')).toMatchObject({ code: 'vault_locked' })
      expect(await broker.ask('unlocked')).toBe(false)
      await unlockKeyring(undefined, env)
      await broker.until('ready')
      expect(await broker.ask('load')).toEqual({ kind: 'found', token: `${canary}-1` })
      expect(await listKeyringItems(env)).toHaveLength(1)
    })
  })

  test('on the very first start makes no key, and makes one after the unlocking', async () => {
    await withKeyring(async (env) => {
      await lockKeyring(env)
      const broker = new Broker(env, await temporaryHome())
      expect(await broker.ask('open')).toMatchObject({ kind: 'locked' })
      expect(await listKeyringItems(env)).toEqual([])
      await unlockKeyring(undefined, env)
      expect(await broker.ask('open person')).toEqual({ kind: 'ready' })
      expect(await items(env)).toHaveLength(1)
    })
  })

  test('while the broker runs stops neither reads nor writes', async () => {
    await withKeyring(async (env) => {
      const broker = new Broker(env, await lived(env))
      await broker.ask('open')
      await lockKeyring(env)
      expect(await broker.ask(`save ${canary}-2`)).toBeNull()
      expect(await broker.ask('load')).toEqual({ kind: 'found', token: `${canary}-2` })
    })
  })

  test('with a prompt that nobody answers is locked in time, blocks no file, and its end is noticed', async () => {
    await withKeyring(async (env) => {
      const home = await lived(env)
      await lockKeyring(env)
      const release = await holdPrompts(env)
      const broker = new Broker(env, home, 500)
      expect(await broker.ask('open')).toMatchObject({ kind: 'locked', error: { code: 'keychain_waiting' } })
      for (let asked = 0; asked < 10; asked += 1) await broker.ask('open person')
      expect(await broker.ask('files')).toBe('read')
      // The prompter goes away, which the keyring takes for a dismissal; then the keyring is unlocked elsewhere.
      release()
      await unlockKeyring(undefined, env)
      await broker.until('ready')
      expect(await broker.ask('load')).toEqual({ kind: 'found', token: `${canary}-1` })
      expect(await listKeyringItems(env)).toHaveLength(1)
    })
  })
})

describe('no keyring', () => {
  test('a session without a Secret Service is absent', async () => {
    await withoutSecretService(async (env) => {
      const broker = new Broker(env, await temporaryHome())
      expect(await broker.ask('open')).toMatchObject({ kind: 'absent', error: { code: 'keychain_absent' } })
      expect(await broker.ask('save x')).toMatchObject({
        code: 'vault_unavailable',
        fix: expect.stringContaining('gnome-keyring'),
      })
    })
  })

  test('a session without a bus is absent', async () => {
    await withoutBus(async (env) => {
      const broker = new Broker(env, await temporaryHome())
      expect(await broker.ask('open')).toMatchObject({ kind: 'absent', error: { code: 'session_bus_absent' } })
      expect(await broker.ask('unlocked')).toBe('unknown')
    })
  })
})
