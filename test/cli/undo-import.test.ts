// A move is undone: the real command, the real daemon, and a server that sees every refresh token that is used twice.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Grant, Secret } from '../../src/core/index.ts'
import { newHome, type RunningDaemon, until } from '../daemon/running-daemon.ts'
import { type ProviderDouble, startProviderDouble } from '../providers/double/index.ts'
import { clientOf, signInBy } from '../providers/signing-in.ts'

let daemon: RunningDaemon
let double: ProviderDouble
let grant: Grant
let file: string
let text: string
beforeEach(async () => {
  double = await startProviderDouble()
  daemon = await newHome({ TOKENTRAY_UPSTREAM: double.origin, TOKENTRAY_VAULT: 'passphrase' })
  const passphrase = join(daemon.home, 'passphrase')
  await writeFile(passphrase, 'correct horse battery staple', { mode: 0o600 })
  await daemon.start({ TOKENTRAY_PASSPHRASE_FILE: passphrase, TOKENTRAY_REFRESH: 'ondemand' })
  grant = await signInBy(clientOf('openai-codex', double), double, 'paste')
  const { accessToken, refreshToken, idToken } = grant
  const tokens = { id_token: idToken?.expose(), access_token: accessToken.expose(), refresh_token: refreshToken?.expose() }
  text = `${JSON.stringify({ OPENAI_API_KEY: null, tokens, last_refresh: '2026-11-22T05:56:00Z' }, undefined, 4)}\n`
  file = join(daemon.home, '.codex', 'auth.json')
  await mkdir(dirname(file))
  await writeFile(file, text, { mode: 0o600 })
  const moved = await daemon.cli(['import', 'codex', '--move', '--read-stores', '--accept-provider-rules'])
  expect(moved, moved.stderr).toMatchObject({ code: 0, stderr: expect.stringContaining('tokentray import --undo codex') })
})
afterEach(async () => {
  const { said } = daemon
  await daemon.clear()
  await double.close()
  for (const secret of double.secrets) expect(said).not.toContain(secret)
  expect([double.faults, double.refusals]).toEqual([[], []])
})

const signedIn = async () => (await daemon.status()).accounts.filter(({ id, provider }) => id !== provider)
/** What the program does with its file when its token is over. */
const refreshAsProgram = async () => {
  const { tokens } = JSON.parse(await readFile(file, 'utf8'))
  const own = { ...grant, accessToken: new Secret(tokens.access_token), refreshToken: new Secret(tokens.refresh_token) }
  return clientOf('openai-codex', double).refresh(own)
}
const noSecret = (...said: string[]) => {
  for (const secret of double.secrets) for (const each of said) expect(each).not.toContain(secret)
}

describe('tokentray import --undo', () => {
  test('lists what can go back, and gives it back byte for byte, still good and refreshed by its program alone', async () => {
    const [account] = await signedIn()
    const list = await daemon.cli(['import', '--undo'])
    expect(list).toMatchObject({ code: 0, stderr: '' })
    expect(list.stdout).toMatch(
      /^codex {2}chatgpt {2}~\/\.codex\/auth\.json {2}openai-codex-\w+ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n$/,
    )
    const json = await daemon.cli(['import', '--undo', '--json'])
    expect(JSON.parse(json.stdout).moved_logins).toMatchObject([
      { program: 'codex', login: 'chatgpt', path: file, account: account?.id },
    ])
    const dry = await daemon.cli(['import', 'codex', '--undo', '--dry-run'])
    expect(dry).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('Nothing was changed') })
    expect(await signedIn()).toHaveLength(1)
    noSecret(list.stdout, json.stdout, dry.stderr, await readFile(join(daemon.home, 'moved-logins.json'), 'utf8'))

    const before = double.requests.length
    const undone = await daemon.cli(['import', '--undo', 'codex'])
    expect(undone).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('as before, byte for byte') })
    noSecret(undone.stderr)
    expect(await readFile(file, 'utf8')).toBe(text)
    expect(await readdir(dirname(file))).toEqual(['auth.json'])
    expect([await signedIn(), double.requests.length]).toEqual([[], before])
    expect(await daemon.cli(['token', 'codex'])).toMatchObject({ code: 4 })
    expect((await daemon.cli(['import', '--undo'])).stdout).toContain('No login moved here')
    expect((await daemon.cli(['radar'])).stdout).toContain('No two programs')
    expect(await refreshAsProgram()).toMatchObject({ kind: 'refreshed' })
  })

  test('after refreshes gives the newest tokens back, and not the spent ones', async () => {
    expect(await daemon.cli(['refresh', 'codex'])).toMatchObject({ code: 0 })
    const token = (await daemon.cli(['token', 'codex'])).stdout.trim()
    expect(await daemon.cli(['import', '--undo', 'codex'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('has its newest tokens'),
    })
    const now = JSON.parse(await readFile(file, 'utf8'))
    expect(now).toMatchObject({ OPENAI_API_KEY: null, tokens: { access_token: token } })
    expect(now.tokens.refresh_token).not.toBe(grant.refreshToken?.expose())
    expect(now.last_refresh).not.toBe('2026-11-22T05:56:00Z')
    expect(await refreshAsProgram()).toMatchObject({ kind: 'refreshed' })
    // And it may move once more.
    expect(await daemon.cli(['import', 'codex', '--move', '--accept-provider-rules'])).toMatchObject({ code: 0 })
  })

  test('answers over the socket without a token', async () => {
    const [account] = await signedIn()
    const path = `/v1/moved-logins/${account?.id}/return`
    expect(await daemon.ask(path, { method: 'POST', body: { program: 'pi' } })).toMatchObject({ status: 404 })
    expect(await daemon.ask(path, { method: 'POST', body: { program: 'codex', path: '/tmp/elsewhere' } })).toMatchObject({
      status: 400,
    })
    const answer = await daemon.ask(path, { method: 'POST', body: { program: 'codex' } })
    expect(answer).toMatchObject({ status: 200, json: { written: [{ path: file, exact: true }], left: [] } })
    noSecret(answer.text)
  })

  test('leaves everything as it is when the program has another login by now, or none, or the person said no', async () => {
    const other = text.replace(grant.refreshToken?.expose() ?? '-', 'rt_of-somebody-else')
    await writeFile(file, other)
    expect(await daemon.cli(['import', '--undo', 'codex'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('of its own'),
    })
    expect(await readFile(file, 'utf8')).toBe(other)
    await rm(file)
    expect(await daemon.cli(['import', '--undo', 'codex'])).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('codex login'),
    })
    expect(await readdir(dirname(file))).toEqual([])
    await daemon.cli(['import', 'codex', '--no-read-stores'])
    expect(await daemon.cli(['import', '--undo', 'codex'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--read-stores'),
    })
    expect(await daemon.cli(['import', '--undo', 'nothing'])).toMatchObject({ code: 7 })
    expect(await daemon.cli(['import', '--undo', '--move', 'codex'])).toMatchObject({ code: 2 })
    expect(await daemon.cli(['refresh', 'codex'])).toMatchObject({ code: 0 })
  })

  test('gives Claude Code its login back in the file in which a token was kept for it, and leaves it there', async () => {
    const claude = await signInBy(clientOf('anthropic', double), double, 'paste')
    const [accessToken, refreshToken] = [claude.accessToken.expose(), claude.refreshToken?.expose()]
    const credentials = join(daemon.home, '.claude', '.credentials.json')
    await mkdir(dirname(credentials))
    const login = { accessToken, refreshToken, expiresAt: claude.expiresAt, scopes: ['user:inference'] }
    await writeFile(credentials, JSON.stringify({ claudeAiOauth: login, mcpOAuth: { a: 1 } }), { mode: 0o600 })
    const move = ['import', 'claude-code', '--move', '--read-stores', '--accept-provider-rules']
    expect(await daemon.cli(move)).toMatchObject({ code: 0 })
    const kept = await daemon.ask('/v1/token-files/claude-code', { method: 'PUT', body: { account: 'anthropic' } })
    expect(kept).toMatchObject({ status: 200, json: { state: 'fresh' } })
    expect(await daemon.cli(['refresh', 'anthropic'])).toMatchObject({ code: 0 })
    const token = (await daemon.cli(['token', 'anthropic'])).stdout.trim()
    expect(await daemon.cli(['import', '--undo', 'claude-code'])).toMatchObject({ code: 0 })
    // The token file of an account that is gone is emptied; this one is the login of the program by now.
    await until('the broker to look at the file', async () => {
      const { token_files: files } = (await daemon.ask('/v1/token-files')).json as { token_files: { state: string }[] }
      return files.every(({ state }) => state !== 'fresh')
    })
    const now = JSON.parse(await readFile(credentials, 'utf8'))
    expect(now).toMatchObject({ claudeAiOauth: { accessToken: token, refreshToken: expect.any(String) }, mcpOAuth: { a: 1 } })
    expect(
      await clientOf('anthropic', double).refresh({ ...claude, refreshToken: new Secret(now.claudeAiOauth.refreshToken) }),
    ).toMatchObject({ kind: 'refreshed' })
  })

  test('that was stopped after the login was in the file is ended by the next start, before anything is refreshed', async () => {
    const list = join(daemon.home, 'moved-logins.json')
    const noted = JSON.parse(await readFile(list, 'utf8'))
    await daemon.kill()
    // As a crash between the file and the vault leaves it.
    await writeFile(file, text)
    const returning = { step: 'placing', unfinished: join(dirname(file), '.auth.json.0123456789ab.tmp') }
    await writeFile(list, JSON.stringify({ ...noted, moved_logins: [{ ...noted.moved_logins[0], returning }] }))
    const before = double.requests.length
    await daemon.start({ TOKENTRAY_REFRESH: undefined })
    expect(await daemon.cli(['token', 'codex'])).toMatchObject({ code: 4 })
    expect([await signedIn(), double.requests.length]).toEqual([[], before])
    expect(await refreshAsProgram()).toMatchObject({ kind: 'refreshed' })
  })

  test('that was stopped before that leaves the login here, and no token behind', async () => {
    const list = join(daemon.home, 'moved-logins.json')
    const noted = JSON.parse(await readFile(list, 'utf8'))
    await daemon.kill()
    const unfinished = join(dirname(file), '.auth.json.0123456789ab.tmp')
    await writeFile(unfinished, text)
    const moved_logins = [{ ...noted.moved_logins[0], returning: { step: 'placing', unfinished } }]
    await writeFile(list, JSON.stringify({ ...noted, moved_logins }))
    await daemon.start()
    expect(await readdir(dirname(file))).toEqual(['auth.json'])
    expect(await daemon.cli(['refresh', 'codex'])).toMatchObject({ code: 0 })
    expect(await daemon.cli(['import', '--undo', 'codex'])).toMatchObject({ code: 0 })
    expect(await refreshAsProgram()).toMatchObject({ kind: 'refreshed' })
  })
})
