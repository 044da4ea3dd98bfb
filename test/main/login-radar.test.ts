// The radar of the app with a real host, real files, and a server that sees every refresh token that is used twice.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Grant } from '../../src/core/index.ts'
import { type HostHandle, startHost } from '../../src/host/index.ts'
import { LoginRadar } from '../../src/main/login-radar.ts'
import { giveBack } from '../../src/main/moved-here.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { type ProviderDouble, startProviderDouble } from '../providers/double/index.ts'
import { clientOf, signInBy } from '../providers/signing-in.ts'

let double: ProviderDouble
let home: string
let host: HostHandle
let grant: Grant
let now = 1_000_000
let hides = false

beforeEach(async () => {
  double = await startProviderDouble()
  home = await mkdtemp(join(tmpdir(), 'tt-radar-'))
  host = await startHost({ env: { ...place(), TOKENTRAY_VAULT: 'memory', TOKENTRAY_UPSTREAM: double.origin }, host: 'app' })
  grant = await signInBy(clientOf('openai-codex', double), double, 'paste')
  hides = false
})
afterEach(async () => {
  await host.stop()
  await rm(home, { recursive: true, force: true })
  await double.close()
  expect([double.faults, double.refusals]).toEqual([[], []])
})

const place = () => ({ HOME: home, TOKENTRAY_HOME: join(home, 'tokentray'), TOKENTRAY_REFRESH: 'ondemand' })

const newRadar = (ask: HostHandle['ask'] = (name, value) => host.ask(name, value)) =>
  new LoginRadar({ ask }, { env: place(), now: () => now, hidesPersonalData: () => hides })

async function put(path: string, value: unknown): Promise<string> {
  const file = join(home, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value, undefined, 2), { mode: 0o600 })
  return file
}

const [codexFile, piFile] = ['.codex/auth.json', '.pi/agent/auth.json']
const tokens = () => ({ access_token: grant.accessToken.expose(), refresh_token: grant.refreshToken?.expose() })
const putCodex = () => put(codexFile, { tokens: { ...tokens(), id_token: grant.idToken?.expose() } })
const putPi = () =>
  put(piFile, {
    'openai-codex': { type: 'oauth', access: tokens().access_token, refresh: tokens().refresh_token, expires: grant.expiresAt },
  })

async function allowBoth(radar: LoginRadar) {
  await radar.allow({ program: 'codex', allowed: true })
  return radar.allow({ program: 'pi', allowed: true })
}

const holdsRefresh = async (path: string) =>
  (await readFile(join(home, path), 'utf8')).includes(tokens().refresh_token ?? 'no such token')

function expectNoSecret(...told: readonly unknown[]) {
  for (const secret of double.secrets) expect(JSON.stringify(told)).not.toContain(secret)
}

describe('the radar of the app', () => {
  test('reads nothing without a yes, and asks once for each program', async () => {
    await putCodex()
    await putPi()
    const radar = newRadar()
    expect(await radar.current()).toEqual({
      findings: [],
      unread: [
        { program: 'codex', files: ['~/.codex/auth.json'] },
        { program: 'pi', files: ['~/.pi/agent/auth.json'] },
      ],
    })
    // Not even a memory of findings is begun.
    await expect(readFile(join(home, 'tokentray', 'radar.json'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect((await radar.allow({ program: 'codex', allowed: true })).findings).toEqual([])
    expect(await radar.allow({ program: 'pi', allowed: false })).toEqual({ findings: [], unread: [] })
    const kept = JSON.parse(await readFile(join(home, 'tokentray', 'stores.json'), 'utf8'))
    expect(kept.stores).toEqual({ codex: 'allowed', pi: 'refused' })
    await expect(radar.allow({ program: '../../etc', allowed: true })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('names the programs that hold one login, and nothing that it is made of', async () => {
    await putCodex()
    await putPi()
    const told = await allowBoth(newRadar())
    expect(told).toEqual({
      findings: [
        {
          finding: expect.stringMatching(/^[0-9a-f]{64}$/),
          provider: 'openai-codex',
          holders: [
            { program: 'codex', file: '~/.codex/auth.json', canMove: true, signIn: 'codex login' },
            { program: 'pi', file: '~/.pi/agent/auth.json', canMove: true, signIn: expect.any(String) },
          ],
        },
      ],
      unread: [],
    })
    expectNoSecret(told)
  })

  test('makes TokenTray the one owner: no program can refresh the login any more, and it was not refreshed', async () => {
    const text = await readFile(await putCodex(), 'utf8')
    await putPi()
    const radar = newRadar()
    const [finding] = (await allowBoth(radar)).findings
    const before = double.requests.length
    const moving = { finding: finding?.finding ?? '' }
    // Nothing is changed before the rule card was read.
    await expect(radar.move(moving)).rejects.toMatchObject({ code: 'rules_not_accepted' })
    expect([await holdsRefresh(codexFile), await holdsRefresh(piFile)]).toEqual([true, true])
    const moved = await radar.move({ ...moving, accept: true })
    expect(moved.radar.findings).toEqual([])
    expect([await holdsRefresh(codexFile), await holdsRefresh(piFile)]).toEqual([false, false])
    expectNoSecret(moved)
    expect(double.requests.length).toBe(before)
    const rows = host.snapshot().accounts.filter(({ id, provider }) => id !== provider)
    expect(rows).toMatchObject([{ provider: 'openai-codex', ownership: { mode: 'owned' } }])
    const back = await host.ask('moved_logins', undefined)
    expect(back.map(({ program, account }) => [program, account]).sort()).toEqual([
      ['codex', rows[0]?.id],
      ['pi', rows[0]?.id],
    ])
    // One of them gets it back byte for byte.
    const account = rows[0]?.id ?? ''
    const given = await giveBack(host, { account, program: 'codex' }, { env: place(), hidesPersonalData: () => false })
    expect(given).toEqual({ exact: true, left: [] })
    expect(await readFile(join(home, codexFile), 'utf8')).toBe(text)
    expect(host.snapshot().accounts.some(({ id }) => id === account)).toBe(false)
  })

  test('says that TokenTray holds a login, too, and leaves it to it', async () => {
    await putCodex()
    const radar = newRadar()
    await allowBoth(radar)
    const login = { provider: 'openai-codex', access_token: tokens().access_token, refresh_token: tokens().refresh_token ?? '' }
    const { account } = await host.ask('import_login', { ...login, accept_provider_rules: true })
    now += 200_000
    const [finding] = (await radar.current()).findings
    expect(finding).toMatchObject({ account: account.id, holders: [{ program: 'codex' }] })
    await radar.move({ finding: finding?.finding ?? '' })
    expect(await holdsRefresh(codexFile)).toBe(false)
    expect((await radar.current()).findings).toEqual([])
  })

  test('does not show again what is ignored, also after a restart, until another login is concerned', async () => {
    await putCodex()
    await putPi()
    const radar = newRadar()
    const [finding] = (await allowBoth(radar)).findings
    expect((await radar.ignore(finding?.finding ?? '')).findings).toEqual([])
    expect((await newRadar().current()).findings).toEqual([])
    grant = await signInBy(clientOf('openai-codex', double), double, 'paste')
    await putCodex()
    await putPi()
    expect((await newRadar().current()).findings).toHaveLength(1)
  })

  test('looks at most every few minutes, and at once when it was asked to change something', async () => {
    await putCodex()
    let asked = 0
    const radar = newRadar((name, value) => {
      if (name === 'fingerprints') asked += 1
      return host.ask(name, value)
    })
    await radar.allow({ program: 'codex', allowed: true })
    await Promise.all([radar.current(), radar.current()])
    expect(asked).toBe(1)
    now += 179_000
    await radar.current()
    expect(asked).toBe(1)
    now += 2_000
    await radar.current()
    expect(asked).toBe(2)
    // A clock that was set back puts nothing off.
    now -= 10_000_000
    await radar.current()
    expect(asked).toBe(3)
  })

  test('does not move what was not shown: another login has taken its place', async () => {
    await putCodex()
    await putPi()
    const radar = newRadar()
    const [finding] = (await allowBoth(radar)).findings
    const text = await readFile(join(home, piFile), 'utf8')
    await put(codexFile, { tokens: { access_token: 'another', refresh_token: 'another' } })
    const moving = { finding: finding?.finding ?? '', accept: true }
    await expect(radar.move(moving)).rejects.toMatchObject({ code: 'not_found' })
    await expect(radar.ignore(moving.finding)).rejects.toMatchObject({ code: 'not_found' })
    expect(await readFile(join(home, piFile), 'utf8')).toBe(text)
  })

  test('does not take over a login that a program has got while another one gave its own away', async () => {
    await putCodex()
    await putPi()
    const other = { 'openai-codex': { type: 'oauth', access: 'another-access', refresh: 'another-refresh', expires: 1 } }
    const radar = newRadar(async (name, value) => {
      const answer = await host.ask(name, value)
      if (name === 'import_login') await put(piFile, other)
      return answer
    })
    const [finding] = (await allowBoth(radar)).findings
    const moving = { finding: finding?.finding ?? '', accept: true }
    await expect(radar.move(moving)).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      message: expect.stringContaining('pi'),
    })
    expect(await holdsRefresh(codexFile)).toBe(false)
    expect(JSON.parse(await readFile(join(home, piFile), 'utf8'))).toEqual(other)
    expect((await radar.current()).findings).toEqual([])
  })

  test('says nothing of findings while the broker does not answer, as it may be one of the holders', async () => {
    await putCodex()
    await putPi()
    await allowBoth(newRadar())
    const alone = newRadar(() => Promise.reject(new BrokerError('broker_not_running', 'It is starting.')))
    expect(await alone.current()).toEqual({ findings: [], unread: [] })
  })

  test('refuses what cannot be taken out of any of its programs', async () => {
    const login = { access_token: 'a', refresh_token: 'kimi-refresh', expires_at: 1 }
    for (const folder of ['.kimi', '.kimi-code']) await put(`${folder}/credentials/kimi-code.json`, login)
    const radar = newRadar()
    await radar.allow({ program: 'kimi-cli', allowed: true })
    const [finding] = (await radar.allow({ program: 'kimi-code', allowed: true })).findings
    expect(finding?.holders.map(({ canMove }) => canMove)).toEqual([false, false])
    await expect(radar.move({ finding: finding?.finding ?? '' })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('is not stopped by files that are broken', async () => {
    await put(codexFile, '{"tokens": "\u0000')
    await put(piFile, '[]')
    expect(await allowBoth(newRadar())).toEqual({ findings: [], unread: [] })
  })

  test('hides the address of the person that a program has put into the name of a file', async () => {
    await put('.cli-proxy-api/codex-ana@example.com.json', { type: 'codex', access_token: 'a', refresh_token: 'b' })
    const radar = newRadar()
    expect((await radar.current()).unread).toEqual([
      { program: 'cli-proxy-api', files: ['~/.cli-proxy-api/codex-ana@example.com.json'] },
    ])
    hides = true
    expect((await radar.current()).unread).toEqual([{ program: 'cli-proxy-api', files: ['~/.cli-proxy-api/•••'] }])
  })
})
