import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../src/core/index.ts'
import { realFiles } from '../../src/vault/durable-file.ts'
import { PassphraseKeyStore } from '../../src/vault/passphrase.ts'
import { vaultFolder } from '../../src/vault/vault-folder.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { temporaryHome } from './samples.ts'
import { cheapPassphraseStore } from './world.ts'

const key = Buffer.alloc(32, 7)
const right = new Secret('correct horse battery')
const wrong = new Secret('incorrect horse')

let home = ''
let clock = new ManualClock()
let store = cheapPassphraseStore('', clock)
const path = () => join(home, 'vault', 'key.json')
const stored = () => JSON.parse(readFileSync(path(), 'utf8'))

beforeEach(async () => {
  home = await temporaryHome()
  mkdirSync(join(home, 'vault'))
  clock = new ManualClock()
  store = cheapPassphraseStore(home, clock)
})

/** Puts the text in the place of both copies. */
function forge(change: (file: ReturnType<typeof stored>) => unknown): string {
  const text = JSON.stringify(change(stored()))
  for (const file of [path(), `${path()}.previous`]) writeFileSync(file, text)
  return text
}

describe('a key behind a passphrase', () => {
  test('comes back with the passphrase and nothing else, from two copies that only the owner may read', async () => {
    expect(await store.read('v')).toEqual({ kind: 'none' })
    expect(await store.write('v', key, right)).toEqual({ kind: 'present', key })
    expect(await cheapPassphraseStore(home, clock).read('v', right)).toEqual({ kind: 'present', key })
    expect(await store.read('v')).toMatchObject({ kind: 'passphrase', fault: { code: 'passphrase_needed' } })
    for (const file of [path(), `${path()}.previous`]) {
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const bytes = readFileSync(file)
      for (const secret of [key, key.toString('base64'), right.expose()]) expect(bytes.includes(secret)).toBe(false)
    }
  })

  test('costs a guess 64 MiB, and does not hold up the rest of the process meanwhile', async () => {
    const real = new PassphraseKeyStore({ folder: vaultFolder(home, () => clock.now()), clock })
    let turns = 0
    const counting = setInterval(() => {
      turns += 1
    }, 5)
    await real.write('v', key, right)
    clearInterval(counting)
    const { n, r, p, name } = stored().kdf
    expect({ name, memory: 128 * n * r, p }).toEqual({ name: 'scrypt', memory: 64 * 1024 * 1024, p: 1 })
    expect(turns).toBeGreaterThan(3)
  })

  test('has a passphrase of eight characters or more, whatever their length in bytes', async () => {
    const short = await store.write('v', key, new Secret('ééééééé'))
    expect(short).toMatchObject({
      kind: 'passphrase',
      refusal: { code: 'invalid_request', message: expect.stringContaining('8') },
    })
    expect(existsSync(path())).toBe(false)
    expect(await store.write('v', key, new Secret('éééééééé'))).toMatchObject({ kind: 'present' })
  })

  test('takes the same letters in either Unicode form', async () => {
    await store.write('v', key, new Secret('Käsefüße auf Brot'.normalize('NFD')))
    expect(await store.read('v', new Secret('Käsefüße auf Brot'.normalize('NFC')))).toMatchObject({ kind: 'present' })
  })

  test('is gone after its removal, with its copy', async () => {
    await store.write('v', key, right)
    expect(await store.remove('v')).toEqual({ kind: 'none' })
    expect([path(), `${path()}.previous`].map((file) => existsSync(file))).toEqual([false, false])
    expect(await store.remove('v')).toEqual({ kind: 'none' })
  })

  test('that cannot be written is a fault with advice', async () => {
    const open = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))
    const full = cheapPassphraseStore(home, clock, { ...realFiles, open })
    expect(await full.write('v', key, right)).toMatchObject({ kind: 'broken', fault: { code: 'disk_full' } })
  })
})

describe('a wrong passphrase', () => {
  beforeEach(() => store.write('v', key, right))

  test('makes the next attempt wait 1, 2, 4 … 60 seconds, in which not even the right one is looked at', async () => {
    const delays: unknown[] = []
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const answer = await store.read('v', wrong)
      const seconds = answer.kind === 'passphrase' ? (answer.refusal?.retryAfter ?? 0) : 0
      expect(answer).toMatchObject({ refusal: { code: 'wrong_passphrase', message: 'The passphrase is wrong.' } })
      delays.push(seconds)
      await clock.advance(seconds * 1000 - 1)
      expect(await store.read('v', right)).toMatchObject({
        kind: 'passphrase',
        refusal: { code: 'wrong_passphrase', retryAfter: 1, message: expect.stringContaining('not looked at') },
      })
      await clock.advance(1)
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
    expect(await store.read('v', right)).toMatchObject({ kind: 'present' })
    expect(await store.read('v', wrong)).toMatchObject({ refusal: { retryAfter: 1 } })
  })

  test('is tried once, however many are given at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => store.read('v', wrong)))
    const messages = answers.map((answer) => (answer.kind === 'passphrase' ? answer.refusal?.message : answer.kind))
    expect(messages.filter((message) => message === 'The passphrase is wrong.')).toHaveLength(1)
    expect(new Set(messages).size).toBe(2)
  })

  test('does not lock out anybody whose clock is set back', async () => {
    await store.read('v', wrong)
    clock.jump(-86_400_000)
    expect(await store.read('v', right)).toMatchObject({ kind: 'present' })
  })
})

describe('a key file', () => {
  beforeEach(() => store.write('v', key, right))

  test.each(['', '{', '\0\0\0', '{"version":1}'])(
    'set to %j is replaced by its copy, and left alone when both are',
    async (text) => {
      writeFileSync(path(), text)
      expect(await store.read('v', right)).toEqual({ kind: 'present', key })
      for (const each of [path(), `${path()}.previous`]) writeFileSync(each, text)
      expect(await store.read('v', right)).toMatchObject({ kind: 'broken', fault: { code: 'key_file_damaged' } })
      expect(readFileSync(path(), 'utf8')).toBe(text)
    },
  )

  test('with a bit turned over is replaced by its copy', async () => {
    const file = stored()
    const ciphertext = Buffer.from(file.ciphertext, 'base64')
    ciphertext[3] = (ciphertext[3] ?? 0) ^ 1
    writeFileSync(path(), JSON.stringify({ ...file, ciphertext: ciphertext.toString('base64') }))
    expect(await store.read('v', right)).toEqual({ kind: 'present', key })
  })

  test('that is missing is replaced by its copy', async () => {
    rmSync(path())
    expect(await store.read('v', right)).toEqual({ kind: 'present', key })
  })

  test.each([
    ['', '.previous', () => rmSync(path())],
    ['.previous', '', () => rmSync(`${path()}.previous`)],
    ['', '.previous', () => writeFileSync(path(), 'damaged')],
    ['.previous', '', () => writeFileSync(`${path()}.previous`, 'damaged')],
  ])('of which one copy is left gets the other again: key.json%s', async (lost, left, harm) => {
    harm()
    expect(await store.read('v', wrong)).toMatchObject({ kind: 'passphrase' })
    await clock.advance(1_000)
    expect(await store.read('v', right)).toMatchObject({ kind: 'present' })
    expect(readFileSync(`${path()}${lost}`, 'utf8')).toBe(readFileSync(`${path()}${left}`, 'utf8'))
    expect(statSync(`${path()}${lost}`).ino).not.toBe(statSync(`${path()}${left}`).ino)
    rmSync(`${path()}${left}`)
    expect(await store.read('v', right)).toMatchObject({ kind: 'present' })
  })

  test('of which the other copy has another passphrase keeps both', async () => {
    const first = readFileSync(path())
    rmSync(path())
    rmSync(`${path()}.previous`)
    await store.write('v', key, wrong)
    writeFileSync(`${path()}.previous`, first)
    for (const passphrase of [right, wrong, right]) expect(await store.read('v', passphrase)).toMatchObject({ kind: 'present' })
  })

  test.each([
    ['gigabytes', { n: 2 ** 26, r: 8 }],
    ['gigabytes by its blocks', { n: 2 ** 17, r: 2 ** 20 }],
    ['hours', { p: 2 ** 30 }],
    ['an n that is no power of two', { n: 65_535 }],
    ['no n at all', { n: 0 }],
    ['a negative n', { n: -65_536 }],
    ['an n beyond all integers', { n: 1e308 }],
    ['a fraction', { r: 8.5 }],
    ['text', { n: '65536' }],
    ['no salt', { salt: '' }],
    ['a salt beyond all measure', { salt: Buffer.alloc(100_000).toString('base64') }],
    ['another function', { name: 'md5' }],
    ['what it does not know', { surprise: 1 }],
  ])('that asks for %s is refused without trying, and left alone', async (_what, change) => {
    const text = forge((file) => ({ ...file, kdf: { ...file.kdf, ...change } }))
    const before = process.memoryUsage().rss
    expect(await store.read('v', right)).toMatchObject({ kind: 'broken', fault: { code: 'key_file_damaged' } })
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
    expect(readFileSync(path(), 'utf8')).toBe(text)
  })

  test.each([
    ['cheaper parameters', (file: ReturnType<typeof stored>) => ({ ...file, kdf: { ...file.kdf, n: file.kdf.n / 2 } })],
    [
      'another salt',
      (file: ReturnType<typeof stored>) => ({ ...file, kdf: { ...file.kdf, salt: Buffer.alloc(16).toString('base64') } }),
    ],
    ['a short tag', (file: ReturnType<typeof stored>) => ({ ...file, tag: file.tag.slice(0, 8) })],
    ['a longer key', (file: ReturnType<typeof stored>) => ({ ...file, ciphertext: Buffer.alloc(64).toString('base64') })],
  ])('with %s gives no key', async (_what, change) => {
    forge(change)
    expect((await store.read('v', right)).kind).not.toBe('present')
  })

  test('of another vault is named, also when its name was changed to ours', async () => {
    expect(await store.read('other', right)).toMatchObject({ kind: 'broken', fault: { code: 'key_file_foreign' } })
    forge((file) => ({ ...file, vault: 'other' }))
    expect(await store.read('other', right)).toMatchObject({ kind: 'passphrase', refusal: { code: 'wrong_passphrase' } })
  })

  test('of a newer version is left alone, by a write as well', async () => {
    const text = forge((file) => ({ ...file, version: 2, kdf: 'argon2id' }))
    expect(await store.read('v', right)).toMatchObject({ kind: 'broken', fault: { code: 'vault_newer' } })
    expect(readFileSync(path(), 'utf8')).toBe(text)
  })
})

describe('the passphrase file', () => {
  const given = () => join(home, 'passphrase')
  const withFile = (text: string, mode = 0o600) => {
    writeFileSync(given(), text)
    chmodSync(given(), mode)
    return cheapPassphraseStore(home, clock, undefined, given())
  }

  test.each(['', '\n', '\r\n'])('opens the vault with one trailing line break or none: %j', async (end) => {
    await store.write('v', key, right)
    expect(await withFile(`${right.expose()}${end}`).read('v')).toEqual({ kind: 'present', key })
  })

  test('gives the first passphrase of a new vault, and serves until that is open', async () => {
    const fresh = withFile(`${right.expose()}\n`)
    expect(await fresh.read('v')).toEqual({ kind: 'none' })
    expect(await fresh.write('v', key)).toEqual({ kind: 'present', key })
    expect(await fresh.read('v')).toEqual({ kind: 'present', key })
    fresh.started()
    expect(await fresh.read('v')).toMatchObject({ kind: 'passphrase', fault: { code: 'passphrase_needed' } })
    expect(await fresh.read('v', right)).toMatchObject({ kind: 'present' })
  })

  test('takes away one line break only', async () => {
    await store.write('v', key, right)
    expect(await withFile(`${right.expose()}\n\n`).read('v')).toMatchObject({
      fault: { code: 'passphrase_needed', description: expect.stringContaining('TOKENTRAY_PASSPHRASE_FILE is wrong') },
    })
  })

  test('that is wrong serves once, so that it makes nobody wait again', async () => {
    await store.write('v', key, right)
    const spoiled = withFile(wrong.expose())
    expect(await spoiled.read('v')).toMatchObject({ refusal: { code: 'wrong_passphrase', retryAfter: 1 } })
    await clock.advance(1_000)
    expect(await spoiled.read('v')).not.toHaveProperty('refusal')
    expect(await spoiled.read('v', right)).toMatchObject({ kind: 'present' })
  })

  const replaceBy = (make: () => void) => {
    rmSync(given(), { force: true })
    make()
  }

  // The mask of an access list of root:root shows as the right of the group: systemd hands out credentials so.
  const asRoot = process.getuid?.() === 0
  test.each([
    ['644', false],
    ['604', false],
    ['620', false],
    ['440', asRoot],
    ['400', true],
  ])('with mode %s is used: %s', async (mode, used) => {
    await store.write('v', key, right)
    const answer = await withFile(right.expose(), Number.parseInt(mode, 8)).read('v')
    if (used) return expect(answer).toMatchObject({ kind: 'present' })
    expect(answer).toMatchObject({
      fault: { code: 'passphrase_needed', description: expect.stringMatching(/others may read it/) },
    })
  })

  test.each([
    ['is missing', () => rmSync(given(), { force: true }), /is not there/],
    ['is empty', () => writeFileSync(given(), '\n'), /is empty/],
    ['is a folder', () => replaceBy(() => mkdirSync(given())), /not a regular file/],
    ['is far too long', () => writeFileSync(given(), 'x'.repeat(100_000)), /too long/],
    ['is longer than one that can be typed', () => writeFileSync(given(), 'x'.repeat(1_025)), /too long/],
    ['is a link to nothing', () => replaceBy(() => symlinkSync('/nowhere', given())), /is not there/],
  ])('that %s is named, and the passphrase can still be given', async (_what, spoil, says) => {
    await store.write('v', key, right)
    const spoiled = withFile('x')
    spoil()
    expect(await spoiled.read('v')).toMatchObject({
      kind: 'passphrase',
      fault: {
        code: 'passphrase_needed',
        description: expect.stringMatching(says),
        fix: expect.stringContaining('tokentray unlock'),
      },
    })
    expect(await spoiled.read('v', right)).toMatchObject({ kind: 'present' })
  })
})
