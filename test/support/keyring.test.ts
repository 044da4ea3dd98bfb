import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import {
  deleteKeyringItem,
  holdPrompts,
  isKeyringLocked,
  listKeyringItems,
  lockKeyring,
  type SessionEnvironment,
  secretToolSearch,
  unlockKeyring,
  withKeyring,
  withoutBus,
  withoutSecretService,
} from './keyring.ts'

const ITEM = { service: 'tokentray-test', account: 'data-key' }

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

/** Runs one keytar call in a process of its own, because keytar stays with the bus it met first. */
function keytar(env: SessionEnvironment, expression: string, timeout = 10_000): Promise<Outcome> {
  const program = `import keytar from 'keytar'; console.log(JSON.stringify(await ${expression}))`
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', program], { env, cwd, timeout }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : null) : 0
      resolve({ code, stdout: stdout.trim(), stderr, timedOut: error?.killed === true })
    })
  })
}
const NAME = `'${ITEM.service}', '${ITEM.account}'`
const set = (env: SessionEnvironment, value: string) => keytar(env, `keytar.setPassword(${NAME}, '${value}')`)
const get = (env: SessionEnvironment) => keytar(env, `keytar.getPassword(${NAME})`)

describe('an unlocked keyring', () => {
  test('keeps what keytar stores, where secret-tool finds it, and starts empty each time', async () => {
    await withKeyring(async (env) => {
      expect(await listKeyringItems(env)).toEqual([])
      expect(await secretToolSearch({ service: ITEM.service }, env)).toEqual([])
      expect(await set(env, 'first secret')).toMatchObject({ code: 0 })
      await keytar(env, `keytar.setPassword('${ITEM.service}', 'other', 'two\\nlines')`)
      expect(await get(env)).toMatchObject({ code: 0, stdout: '"first secret"' })

      const found = await secretToolSearch({ service: ITEM.service }, env)
      expect(found.map(({ secret, attributes }) => [attributes.account, secret]).sort()).toEqual([
        ['data-key', 'first secret'],
        ['other', 'two\nlines'],
      ])
      expect(await secretToolSearch({ ...ITEM }, env)).toHaveLength(1)
      expect(await listKeyringItems(env)).toHaveLength(2)
    })
    await withKeyring(async (env) => expect(await listKeyringItems(env)).toEqual([]))
  })

  test('two sessions at once do not see each other, and both are removed', async () => {
    const homes = await withKeyring((one) =>
      withKeyring(async (two) => {
        await set(one, 'in one')
        expect(await get(two)).toMatchObject({ code: 0, stdout: 'null' })
        expect(await get(one)).toMatchObject({ code: 0, stdout: '"in one"' })
        return [one.HOME!, two.HOME!]
      }),
    )
    expect(homes.map((home) => existsSync(home))).toEqual([false, false])
  })

  test('an item deleted by hand is gone for keytar', async () => {
    await withKeyring(async (env) => {
      await set(env, 'soon gone')
      await deleteKeyringItem(ITEM, env)
      expect(await get(env)).toMatchObject({ code: 0, stdout: 'null' })
      expect(await listKeyringItems(env)).toEqual([])
      await expect(deleteKeyringItem(ITEM, env)).rejects.toThrow('no keyring item')
    })
  })
})

describe('a locked keyring', () => {
  test('refuses a write at once, answers a read with null, and opens with its password only', async () => {
    await withKeyring(async (env) => {
      await set(env, 'kept')
      await lockKeyring(env)
      expect(await isKeyringLocked(env)).toBe(true)

      const write = await set(env, 'refused')
      expect(write).toMatchObject({ code: 1, timedOut: false })
      expect(write.stderr).toContain('locked')
      expect(await get(env)).toMatchObject({ code: 0, stdout: 'null' })
      expect(await keytar(env, `keytar.deletePassword(${NAME})`)).toMatchObject({ code: 0, stdout: 'false' })
      expect(await listKeyringItems(env)).toMatchObject([{ locked: true, attributes: ITEM }])

      await expect(unlockKeyring('wrong', env)).rejects.toThrow()
      expect(await isKeyringLocked(env)).toBe(true)
      await unlockKeyring(undefined, env)
      expect(await isKeyringLocked(env)).toBe(false)
      expect(await get(env)).toMatchObject({ code: 0, stdout: '"kept"' })
    })
  })

  test('whose prompt nobody answers makes keytar wait, until the prompts are released', async () => {
    await withKeyring(async (env) => {
      await set(env, 'kept')
      await lockKeyring(env)
      const release = await holdPrompts(env)
      expect(await keytar(env, `keytar.getPassword(${NAME})`, 1_500)).toMatchObject({ timedOut: true })
      release()
      expect(await get(env)).toMatchObject({ code: 0, stdout: 'null' })
    })
  })
})

describe('no keyring', () => {
  test('without a Secret Service keytar says so at once', async () => {
    await withoutSecretService(async (env) => {
      const write = await set(env, 'x')
      expect(write).toMatchObject({ code: 1, timedOut: false })
      expect(write.stderr).toContain('org.freedesktop.secrets')
    })
  })

  test('without a bus keytar says so at once', async () => {
    await withoutBus(async (env) => {
      const write = await set(env, 'x')
      expect(write).toMatchObject({ code: 1, timedOut: false })
      expect(write.stderr).toContain('Could not connect')
    })
  })
})
