// A login goes back where it came from, byte for byte when nobody renewed it; a file that has another login by now is never written.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Witness } from '../../../src/integrations/foreign-file.ts'
import { isMovable, moveLogin, type StoredLogin } from '../../../src/integrations/index.ts'
import { type EmptiedFile, type Return, returnLogin } from '../../../src/integrations/stores/return-login.ts'
import { type ReturnedTokens, withTokens } from '../../../src/integrations/stores/rewriting.ts'
import { readContents } from '../../../src/integrations/stores/stored-login.ts'
import { anyText } from '../../support/mutations.ts'
import { propertyRuns, propertyTimeout } from '../../support/property-runs.ts'
import { end, samples, storeOf } from './samples.ts'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tt-return-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const ids = Object.keys(samples)
const surroundings = () => ({ env: {}, home, platform: 'linux' as const })
const blind: Witness = { preparing: async () => {}, placing: async () => {}, withdrawn: async () => {} }
const patience = { wait: 10, stale: 60_000 }

async function put(path: string, text: string, mode = 0o600): Promise<string> {
  const file = join(home, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { mode })
  await chmod(file, mode)
  return file
}

const loginsOf = (id: string, text: string): readonly StoredLogin[] => {
  const contents = readContents(storeOf(id), text)
  return contents.kind === 'read' ? contents.logins : []
}

/** Moves the login of a sample away; answers what it was and what can undo that. */
async function moved(id: string, file: string) {
  const text = await readFile(file, 'utf8')
  const login = loginsOf(id, text).find(isMovable)
  if (login === undefined) throw new Error(id)
  const store = { ...storeOf(id), files: () => [file] }
  const files = await moveLogin<readonly EmptiedFile[]>({
    store,
    file,
    name: login.name,
    surroundings: surroundings(),
    hand: async (_, source) => source.files,
    settle: async () => {},
  })
  const { accessToken, refreshToken, provider } = login
  const tokens: ReturnedTokens = { accessToken, refreshToken, obtainedAt: 0 }
  const wanted: Return = { program: id, provider, files, tokens, isSame: () => false, witness: blind, patience }
  return { text, login, wanted }
}

const renewed: ReturnedTokens = {
  accessToken: 'newer-access',
  refreshToken: 'newer-refresh',
  idToken: 'n.e.w',
  expiresAt: end + 3_600_000,
  obtainedAt: Date.UTC(2029, 11, 31),
}

describe('a login that nobody renewed', () => {
  test.for(ids)('of %s comes back byte for byte', async (id) => {
    const file = await put(`${id}.json`, samples[id] ?? '', 0o640)
    const { text, wanted } = await moved(id, file)
    expect(await readFile(file, 'utf8')).not.toBe(text)
    expect(await returnLogin(wanted)).toEqual({ written: [{ path: file, exact: true }], left: [] })
    expect(await readFile(file, 'utf8')).toBe(text)
    expect((await stat(file)).mode & 0o777).toBe(0o640)
    expect(await readdir(home)).toEqual([`${id}.json`])
  })

  test.for(ids)('of %s comes back among what the program changed elsewhere', async (id) => {
    const file = await put(`${id}.json`, samples[id] ?? '')
    const { text, wanted } = await moved(id, file)
    const grown = (from: string) => (from.startsWith('#') ? `${from}NEW=1\n` : from.replace('{', '{"grown":[1,2],'))
    await writeFile(file, grown(await readFile(file, 'utf8')))
    expect(await returnLogin(wanted)).toMatchObject({ written: [{ exact: false }] })
    expect(await readFile(file, 'utf8')).toBe(grown(text))
  })
})

describe('a login that was renewed', () => {
  test.for(ids)('of %s comes back as the program writes it, with everything else in the file', async (id) => {
    const file = await put(`${id}.json`, samples[id] ?? '')
    const { text, login, wanted } = await moved(id, file)
    expect(await returnLogin({ ...wanted, tokens: renewed })).toEqual({ written: [{ path: file, exact: false }], left: [] })
    const now = await readFile(file, 'utf8')
    const read = loginsOf(id, now).find(({ name }) => name === login.name)
    expect(read).toMatchObject({ accessToken: 'newer-access', refreshToken: 'newer-refresh' })
    // The file of Codex leaves the end to the token.
    if (id !== 'codex') expect(read?.expiresAt).toBe(renewed.expiresAt)
    for (const old of [login.accessToken, login.refreshToken]) expect(now).not.toContain(old)
    const others = (from: string) => loginsOf(id, from).filter(({ name }) => name !== login.name)
    expect(others(now)).toEqual(others(text))
  })

  test('tells Codex who it is and when that was', async () => {
    const file = await put('auth.json', samples.codex ?? '')
    const { wanted } = await moved('codex', file)
    await returnLogin({ ...wanted, tokens: renewed })
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      OPENAI_API_KEY: null,
      tokens: { id_token: 'n.e.w', account_id: 'a', new_member: {} },
      last_refresh: '2029-12-31T00:00:00.000Z',
      agent_identity: { agent_private_key: 'x' },
    })
  })

  test('is found again by its name when the list of accounts has another order', async () => {
    const file = await put('accounts.json', samples['codex-claude-proxy'] ?? '')
    const { wanted } = await moved('codex-claude-proxy', file)
    const all = JSON.parse(await readFile(file, 'utf8'))
    const other = { email: 'c@d.example', accessToken: 'other-access', refreshToken: 'other-refresh' }
    await writeFile(file, JSON.stringify({ ...all, accounts: [other, ...all.accounts] }))
    await returnLogin({ ...wanted, tokens: renewed })
    const { accounts } = JSON.parse(await readFile(file, 'utf8'))
    expect(accounts).toMatchObject([other, { email: 'a@b.example', refreshToken: 'newer-refresh' }])
  })

  test('goes to every copy that the program had, and says which one it could not go to', async () => {
    const file = await put('.codex-claude-proxy/accounts.json', samples['codex-claude-proxy'] ?? '')
    const copyText = (samples.codex ?? '').replace('codex-refresh', 'ccp-refresh')
    const copies = [
      await put('.codex-claude-proxy/accounts/a/auth.json', copyText),
      await put('.codex-claude-proxy/accounts/b/auth.json', copyText),
    ]
    const files = await moveLogin<readonly EmptiedFile[]>({
      store: storeOf('codex-claude-proxy'),
      file,
      name: 'a@b.example',
      surroundings: surroundings(),
      hand: async (_, source) => source.files,
      settle: async () => {},
    })
    expect(files.map(({ path, login }) => [path, login])).toEqual([
      [file, 'a@b.example'],
      ...copies.map((path) => [path, 'chatgpt']),
    ])
    await writeFile(copies[1] ?? '', '{}')
    const returned = await returnLogin({
      program: 'codex-claude-proxy',
      provider: 'openai-codex',
      files,
      tokens: renewed,
      isSame: () => false,
      witness: blind,
    })
    expect(returned.written.map(({ path }) => path)).toEqual([file, copies[0]])
    expect(returned.left).toEqual([{ path: copies[1], reason: expect.stringContaining('no more') }])
    for (const path of [file, copies[0] ?? '']) expect(await readFile(path, 'utf8')).toContain('newer-refresh')
  })
})

describe('a file', () => {
  test.for([
    [
      'has another login by now',
      (text: string) => text.replace('"refresh_token": ""', '"refresh_token": "another"'),
      /of its own/,
    ],
    ['has lost the login', () => '{"OPENAI_API_KEY":null}', /no more/],
    ['has an API key in place of it', () => '{"OPENAI_API_KEY":"sk-1"}', /no more/],
    ['is no JSON', () => '{"tokens":', /no JSON/],
    ['is empty', () => '', /no JSON/],
    ['is huge', () => `{"a":"${'x'.repeat(1_048_576)}"}`, /larger/],
  ] as const)('that %s is left alone', async ([, change, reason]) => {
    const file = await put('auth.json', samples.codex ?? '')
    const { wanted } = await moved('codex', file)
    const text = change(await readFile(file, 'utf8'))
    await writeFile(file, text)
    const error = await returnLogin(wanted).catch((fault: unknown) => fault)
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(invalid_request|not_found)$/),
      message: expect.stringMatching(reason),
    })
    expect(JSON.stringify(error)).not.toMatch(/codex-(access|refresh)/)
    expect(await readFile(file, 'utf8')).toBe(text)
    expect(await readdir(home)).toEqual(['auth.json'])
  })

  test('that is gone, a folder, of another provider, or of a program that nobody knows is refused', async () => {
    const file = await put('auth.json', samples.codex ?? '')
    const { wanted } = await moved('codex', file)
    await expect(returnLogin({ ...wanted, provider: 'anthropic' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(returnLogin({ ...wanted, program: 'nothing' })).rejects.toThrow(/knows no program/)
    await rm(file)
    await expect(returnLogin(wanted)).rejects.toMatchObject({ code: 'not_found' })
    expect(await readdir(home)).toEqual([])
    await mkdir(file)
    await expect(returnLogin(wanted)).rejects.toMatchObject({ code: 'invalid_request', message: /no regular file/ })
  })

  test('that a stopped move has left as it was gets the newest tokens', async () => {
    const file = await put('auth.json', samples.codex ?? '')
    const { text, wanted } = await moved('codex', file)
    await writeFile(file, text)
    await returnLogin({ ...wanted, tokens: renewed, isSame: (token) => token === 'codex-refresh' })
    expect(await readFile(file, 'utf8')).toContain('newer-refresh')
  })

  test('behind a link is written where the link leads', async () => {
    const target = await put('dotfiles/auth.json', samples.codex ?? '')
    const file = join(home, 'auth.json')
    await symlink(target, file)
    const { text, wanted } = await moved('codex', file)
    await returnLogin(wanted)
    expect(await readFile(target, 'utf8')).toBe(text)
    expect((await readdir(home, { withFileTypes: true })).find(({ name }) => name === 'auth.json')?.isSymbolicLink()).toBe(true)
  })

  test('whose program refreshes just now is waited for, and then left alone', async () => {
    const file = await put('.pi/agent/auth.json', samples.pi ?? '')
    const { wanted } = await moved('pi', file)
    const text = await readFile(file, 'utf8')
    await mkdir(`${file}.lock`)
    await expect(returnLogin(wanted)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect(await readFile(file, 'utf8')).toBe(text)
  })
})

test('the witness is told before each step, and a text that could not be placed is gone after its note', async () => {
  const file = await put('auth.json', samples.codex ?? '')
  const { wanted } = await moved('codex', file)
  const steps: string[] = []
  const tell = (step: string) => async () => void steps.push(`${step}: ${(await readdir(home)).length}`)
  const witness: Witness = { preparing: tell('preparing'), placing: tell('placing'), withdrawn: tell('withdrawn') }
  const meanwhile = { ...witness, placing: async () => writeFile(file, '{}') }
  await expect(returnLogin({ ...wanted, witness: meanwhile })).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  expect(steps).toEqual(['preparing: 1', 'withdrawn: 2'])
  expect(await readdir(home)).toEqual(['auth.json'])
})

test.for(ids)('whatever the file of %s says, nothing but its login is written', { timeout: propertyTimeout }, (id) => {
  fc.assert(
    fc.property(anyText(fc.constant(samples[id] ?? '')), (text) => {
      for (const login of loginsOf(id, text).filter(({ refreshPlace }) => refreshPlace !== undefined)) {
        let changed: string
        try {
          changed = withTokens(storeOf(id), text, login, renewed)
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_request' })
          continue
        }
        const rest = (from: string) => loginsOf(id, from).filter(({ name }) => name !== login.name)
        expect(rest(changed)).toEqual(rest(text))
      }
    }),
    { numRuns: propertyRuns / 4 },
  )
})
