// A move on real files: the program loses its refresh token after the broker has it, and in no other order.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findStores, moveLogin, sharedLogins } from '../../../src/integrations/index.ts'
import { samples, storeOf } from './samples.ts'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tt-stores-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const surroundings = () => ({ env: {}, home, platform: 'linux' as const })
const all = Object.fromEntries(Object.keys(samples).map((id) => [id, 'allowed' as const]))

async function put(path: string, text: string, mode = 0o600): Promise<string> {
  const file = join(home, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { mode })
  await chmod(file, mode)
  return file
}

const atOnce = async () => {}
const moveCodex = (file: string, hand: () => Promise<unknown>) =>
  moveLogin({ store: storeOf('codex'), file, name: 'chatgpt', surroundings: surroundings(), hand, settle: atOnce })

describe('a move', () => {
  test('hands over the whole login before the file is changed, and keeps its mode', async () => {
    const file = await put('.codex/auth.json', samples.codex ?? '', 0o640)
    const seen: string[] = []
    await moveLogin({
      store: storeOf('codex'),
      file,
      name: 'chatgpt',
      surroundings: surroundings(),
      settle: atOnce,
      hand: async ({ refreshToken, accessToken, idToken }) => {
        seen.push(refreshToken, accessToken, idToken ?? '', await readFile(file, 'utf8'))
      },
    })
    expect(seen).toEqual(['codex-refresh', 'codex-access', 'i.d.t', samples.codex])
    expect(await readFile(file, 'utf8')).toBe(samples.codex?.replace('codex-refresh', ''))
    expect((await stat(file)).mode & 0o777).toBe(0o640)
    expect(await readdir(dirname(file))).toEqual(['auth.json'])
  })

  test('that the broker refuses leaves the file as it was', async () => {
    const file = await put('.codex/auth.json', samples.codex ?? '')
    await expect(moveCodex(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await readFile(file, 'utf8')).toBe(samples.codex)
    expect(await readdir(dirname(file))).toEqual(['auth.json'])
  })

  test('never overwrites what the program wrote meanwhile, and says that both hold it', async () => {
    const file = await put('.codex/auth.json', samples.codex ?? '')
    const newer = samples.codex?.replace('codex-refresh', 'codex-newer') ?? ''
    await expect(moveCodex(file, () => writeFile(file, newer))).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      message: expect.stringContaining('still holds it'),
    })
    expect(await readFile(file, 'utf8')).toBe(newer)
    expect(await readdir(dirname(file))).toEqual(['auth.json'])
  })

  test('says that the program wrote a login again, whose refresh was under way, and leaves that', async () => {
    const file = await put('.codex/auth.json', samples.codex ?? '')
    const newer = samples.codex?.replace('codex-refresh', 'codex-newer') ?? ''
    const settle = () => writeFile(file, newer)
    const hand = async () => {}
    const move = moveLogin({ store: storeOf('codex'), file, name: 'chatgpt', surroundings: surroundings(), hand, settle })
    await expect(move).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      message: expect.stringContaining('again'),
      fix: expect.stringContaining('tokentray import codex --move'),
    })
    expect(await readFile(file, 'utf8')).toBe(newer)
  })

  test('lets a program without locks write what is no login', async () => {
    const file = await put('.codex/auth.json', samples.codex ?? '')
    const settle = async () => writeFile(file, (await readFile(file, 'utf8')).replace('{', '{"grown":1,'))
    const hand = async () => 'moved'
    const move = moveLogin({ store: storeOf('codex'), file, name: 'chatgpt', surroundings: surroundings(), hand, settle })
    expect(await move).toBe('moved')
  })

  test('follows a link to the file, which stays a link', async () => {
    const target = await put('dotfiles/auth.json', samples.codex ?? '')
    await mkdir(join(home, '.codex'))
    const file = join(home, '.codex', 'auth.json')
    await symlink(target, file)
    await moveCodex(file, async () => {})
    expect(await readFile(target, 'utf8')).not.toContain('codex-refresh')
    expect((await readdir(dirname(file), { withFileTypes: true }))[0]?.isSymbolicLink()).toBe(true)
  })

  test('takes the locks of the program, gives them back, and gives up on one that is held', async () => {
    const file = await put('.pi/agent/auth.json', samples.pi ?? '')
    const lock = `${file}.lock`
    const pi = { store: storeOf('pi'), file, name: 'openai-codex', surroundings: surroundings() }
    await mkdir(lock)
    const patience = { wait: 10, stale: 60_000 }
    await expect(moveLogin({ ...pi, hand: async () => {}, patience })).rejects.toThrow(/is held by its program/)
    expect(await readFile(file, 'utf8')).toBe(samples.pi)
    await rm(lock, { recursive: true })
    let held = false
    await moveLogin({
      ...pi,
      hand: async () => {
        held = (await stat(lock)).isDirectory()
      },
    })
    expect(held).toBe(true)
    expect(await readdir(dirname(file))).toEqual(['auth.json'])
  })

  test('empties every copy that the program has of the login', async () => {
    const file = await put('.codex-claude-proxy/accounts.json', samples['codex-claude-proxy'] ?? '')
    const copy = (samples.codex ?? '').replace('codex-refresh', 'ccp-refresh')
    const second = await put('.codex-claude-proxy/accounts/a_b/auth.json', copy)
    const store = storeOf('codex-claude-proxy')
    await moveLogin({ store, file, name: 'a@b.example', surroundings: surroundings(), hand: async () => {}, settle: atOnce })
    for (const path of [file, second]) expect(await readFile(path, 'utf8')).not.toContain('ccp-refresh')
  })
})

describe('what is found', () => {
  test('is not opened without a yes', async () => {
    await put('.codex/auth.json', samples.codex ?? '', 0o644)
    expect(await findStores(surroundings(), {})).toEqual([
      { store: storeOf('codex'), file: join(home, '.codex/auth.json'), consent: undefined, open: true, mode: 0o644 },
    ])
  })

  test('is refused with the reason when it is no file, no text or huge, and costs no other', async () => {
    await mkdir(join(home, '.codex', 'auth.json'), { recursive: true })
    await put('.pi/agent/auth.json', samples.pi ?? '')
    await put('.claude/.credentials.json', `{"a":"${'x'.repeat(1_048_576)}"}`)
    await mkdir(join(home, '.cli-proxy-api'))
    await writeFile(join(home, '.cli-proxy-api', 'a.json'), Buffer.from([0x7b, 0xff, 0x7d]))
    const found = await findStores(surroundings(), all)
    expect(Object.fromEntries(found.map(({ store, contents }) => [store.id, contents]))).toMatchObject({
      codex: { kind: 'broken', reason: 'it is no regular file' },
      'claude-code': { kind: 'broken', reason: 'it is larger than any list of logins' },
      'cli-proxy-api': { kind: 'broken', reason: 'it is no text' },
      pi: { kind: 'read' },
    })
  })

  test('names two programs of which none can give its login away', async () => {
    const login = JSON.stringify({ access_token: 'a', refresh_token: 'kimi-refresh', expires_at: 1 })
    await put('.kimi/credentials/kimi-code.json', login)
    await put('.kimi-code/credentials/kimi-code.json', login)
    const found = await findStores(surroundings(), { 'kimi-cli': 'allowed', 'kimi-code': 'allowed' })
    const shared = sharedLogins(found, '00'.repeat(32))
    expect(shared.map(({ holders }) => holders.map(({ store, canMove }) => [store.id, canMove]))).toEqual([
      [
        ['kimi-cli', false],
        ['kimi-code', false],
      ],
    ])
    expect(shared[0]?.finding).toMatch(/^[0-9a-f]{64}$/)
  })

  test('names the programs that hold one rotating login, and not the copies within one', async () => {
    await put('.codex/auth.json', samples.codex ?? '')
    await put('.pi/agent/auth.json', (samples.pi ?? '').replace('pi-refresh', 'codex-refresh'))
    await put('.cli-proxy-api/one.json', samples['cli-proxy-api'] ?? '')
    await put('.cli-proxy-api/two.json', samples['cli-proxy-api'] ?? '')
    const shared = sharedLogins(await findStores(surroundings(), all), '00'.repeat(32))
    expect(shared.map(({ holders }) => holders.map(({ store, name }) => `${store.id} ${name}`))).toEqual([
      ['codex chatgpt', 'pi openai-codex'],
    ])
    expect(shared[0]?.holders.map(({ canMove }) => canMove)).toEqual([true, true])
  })
})
