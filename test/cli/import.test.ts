// A login moves from another program to the broker: the real command, the real daemon, and a server that enforces rotation.
import { spawn } from 'node:child_process'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Grant } from '../../src/core/index.ts'
import { type RunningDaemon, withHome } from '../daemon/running-daemon.ts'
import { type ProviderDouble, startProviderDouble } from '../providers/double/index.ts'
import { clientOf, signInBy } from '../providers/signing-in.ts'

interface Scene {
  readonly daemon: RunningDaemon
  readonly double: ProviderDouble
}

/** A daemon under the double, and a login that another program made there. `paste` needs no port. */
async function withLogin(provider: string, body: (scene: Scene & { readonly grant: Grant }) => Promise<void>): Promise<void> {
  const double = await startProviderDouble()
  try {
    const grant = await signInBy(clientOf(provider, double), double, 'paste')
    await withHome({ TOKENTRAY_UPSTREAM: double.origin, TOKENTRAY_REFRESH: 'ondemand' }, async (daemon) => {
      await daemon.start()
      await body({ daemon, double, grant })
      for (const secret of double.secrets) expect(daemon.said).not.toContain(secret)
    })
    expect(double.faults).toEqual([])
    // A refresh token that was used twice would stand here.
    expect(double.refusals).toEqual([])
  } finally {
    await double.close()
  }
}

const codexText = ({ accessToken, refreshToken, idToken }: Grant) =>
  `${JSON.stringify(
    {
      auth_mode: 'chatgpt',
      OPENAI_API_KEY: null,
      tokens: { id_token: idToken?.expose(), access_token: accessToken.expose(), refresh_token: refreshToken?.expose() },
      last_refresh: '2026-11-22T05:56:00Z',
    },
    undefined,
    2,
  )}\n`

async function put({ home }: RunningDaemon, path: string, text: string): Promise<string> {
  const file = join(home, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { mode: 0o600 })
  return file
}

describe('tokentray import', () => {
  test('moves the login of Codex, which is refreshed once and by the broker only', async () => {
    await withLogin('openai-codex', async ({ daemon, double, grant }) => {
      const text = codexText(grant)
      const file = await put(daemon, '.codex/auth.json', text)
      const refreshes = () => double.requests.filter(({ body }) => JSON.stringify(body ?? '').includes('"refresh_token"')).length
      const before = refreshes()

      const unread = await daemon.cli(['import'])
      expect(unread).toMatchObject({ code: 0, stdout: expect.stringContaining('not read without your yes'), stderr: '' })
      expect(await daemon.cli(['import', 'codex', '--move'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--read-stores'),
      })
      const dry = await daemon.cli(['import', 'codex', '--move', '--read-stores', '--dry-run'])
      expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing was changed') })
      expect(await readFile(file, 'utf8')).toBe(text)
      // The yes is remembered.
      expect((await daemon.cli(['import'])).stdout).toMatch(
        /^codex {2}~\/\.codex\/auth\.json\n {2}chatgpt: login of openai-codex, can move\n {2}It can stay .*`tokentray delegate codex`$/m,
      )

      const moved = await daemon.cli(['import', 'codex', '--move', '--accept-provider-rules'])
      expect(moved, moved.stderr).toMatchObject({ code: 0, stdout: '', stderr: expect.stringMatching(/^Moved: openai-codex-/) })
      expect(await readFile(file, 'utf8')).toBe(text.replace(grant.refreshToken?.expose() ?? '-', ''))
      expect(await daemon.cli(['token', 'codex'])).toMatchObject({ code: 0, stdout: `${grant.accessToken.expose()}\n` })
      // Nothing was refreshed to try it.
      expect(refreshes()).toBe(before)
      expect(await daemon.cli(['refresh', 'codex'])).toMatchObject({ code: 0 })
      expect(refreshes()).toBe(before + 1)
      expect((await daemon.cli(['token', 'codex'])).stdout).not.toBe(`${grant.accessToken.expose()}\n`)
      expect(
        (await daemon.status()).accounts.filter(({ provider, id }) => provider === 'openai-codex' && id !== provider),
      ).toHaveLength(1)
    })
  })

  test('that was stopped before the file was changed is ended by the same command, without the spent token', async () => {
    await withLogin('openai-codex', async ({ daemon, grant }) => {
      const text = codexText(grant)
      const file = await put(daemon, '.codex/auth.json', text)
      expect(await daemon.cli(['import', 'codex', '--move', '--read-stores', '--accept-provider-rules'])).toMatchObject({
        code: 0,
      })
      expect(await daemon.cli(['refresh', 'codex'])).toMatchObject({ code: 0 })
      const token = (await daemon.cli(['token', 'codex'])).stdout
      await writeFile(file, text)
      expect(await daemon.cli(['import', 'codex', '--move'])).toMatchObject({ code: 0 })
      expect(await readFile(file, 'utf8')).not.toContain(grant.refreshToken?.expose())
      expect((await daemon.cli(['token', 'codex'])).stdout).toBe(token)
      expect(await daemon.cli(['refresh', 'codex'])).toMatchObject({ code: 0 })
    })
  })

  test('of a login whose token is over refreshes it once, when a tool asks', async () => {
    await withLogin('anthropic', async ({ daemon, double, grant }) => {
      const [accessToken, refreshToken] = [grant.accessToken.expose(), grant.refreshToken?.expose()]
      const login = { accessToken, refreshToken, expiresAt: Date.now() - 60_000 }
      await put(daemon, '.claude/.credentials.json', JSON.stringify({ claudeAiOauth: login }))
      const before = double.count('/v1/oauth/token')
      const move = ['import', 'claude-code', '--move', '--read-stores', '--accept-provider-rules']
      expect(await daemon.cli(move)).toMatchObject({ code: 0 })
      expect(double.count('/v1/oauth/token')).toBe(before)
      const tokens = await Promise.all(Array.from({ length: 4 }, () => daemon.cli(['token', 'anthropic'])))
      expect(new Set(tokens.map(({ stdout }) => stdout)).size).toBe(1)
      expect(tokens[0]?.stdout.trim()).not.toBe(accessToken)
      expect(tokens[0]?.code).toBe(0)
      expect(double.count('/v1/oauth/token')).toBe(before + 1)
    })
  })

  test('without a broker changes nothing', async () => {
    await withLogin('openai-codex', async ({ daemon, grant }) => {
      const file = await put(daemon, '.codex/auth.json', codexText(grant))
      await daemon.stop()
      expect(await daemon.cli(['import', 'codex', '--move', '--read-stores'])).toMatchObject({ code: 3 })
      expect(await readFile(file, 'utf8')).toBe(codexText(grant))
    })
  })

  test('moves the login of Claude Code under the rules of its provider, and keeps the rest of the file', async () => {
    await withLogin('anthropic', async ({ daemon, grant }) => {
      const login = {
        accessToken: grant.accessToken.expose(),
        refreshToken: grant.refreshToken?.expose(),
        expiresAt: grant.expiresAt,
        scopes: ['user:inference'],
      }
      const file = await put(daemon, '.claude/.credentials.json', JSON.stringify({ claudeAiOauth: login, mcpOAuth: { a: 1 } }))
      const move = ['import', 'claude-code', '--move', '--read-stores']
      const refused = await daemon.cli(move)
      expect(refused).toMatchObject({ code: 10, stderr: expect.stringContaining('--accept-provider-rules') })
      expect(JSON.parse(await readFile(file, 'utf8')).claudeAiOauth).toEqual(login)
      const moved = await daemon.cli([...move, '--accept-provider-rules'])
      expect(moved, moved.stderr).toMatchObject({ code: 0 })
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
        claudeAiOauth: { ...login, refreshToken: null },
        mcpOAuth: { a: 1 },
      })
      expect(await daemon.cli(['refresh', 'anthropic'])).toMatchObject({ code: 0 })
    })
  })
})

describe('tokentray import --file', () => {
  test('moves a login out of a copy of the file, and out of the usual one that has it as well', async () => {
    await withLogin('openai-codex', async ({ daemon, grant }) => {
      const usual = await put(daemon, '.codex/auth.json', codexText(grant))
      const copy = await put(daemon, 'old home/codex.json', codexText(grant))
      expect(await daemon.cli(['import', '--file', copy])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('which program'),
      })
      const missing = await daemon.cli(['import', 'codex', '--file', `${copy}x`])
      expect(missing).toMatchObject({ code: 7, stderr: expect.stringContaining('There is no file') })
      const list = await daemon.cli(['import', 'codex', '--file', copy, '--read-stores'])
      expect(list.stdout).toBe('codex  ~/old home/codex.json\n  chatgpt: login of openai-codex, can move\n')
      expect(await daemon.cli(['import', 'codex', '--file', copy, '--move', '--accept-provider-rules'])).toMatchObject({
        code: 0,
      })
      for (const file of [usual, copy]) expect(await readFile(file, 'utf8')).not.toContain(grant.refreshToken?.expose())
      const undone = await daemon.cli(['import', '--undo', 'codex'])
      expect(undone, undone.stderr).toMatchObject({ code: 0 })
      for (const file of [usual, copy]) expect(await readFile(file, 'utf8')).toBe(codexText(grant))
    })
  })

  test('tells two logins of one name apart, which are in two files', async () => {
    await withLogin('anthropic', async ({ daemon, grant }) => {
      const entry = (refresh: string) => ({ type: 'oauth', provider: 'anthropic', access: grant.accessToken.expose(), refresh })
      const text = (refresh: string) => JSON.stringify({ profiles: { 'anthropic:default': entry(refresh) } })
      const one = await put(daemon, '.openclaw/agents/one/agent/auth-profiles.json', text(grant.refreshToken?.expose() ?? ''))
      const two = await put(daemon, '.openclaw/agents/two/agent/auth-profiles.json', text('another'))
      const move = ['import', 'openclaw', '--move', '--read-stores', '--accept-provider-rules']
      expect(await daemon.cli(move)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`--file, and with --login if need be: ${one}, ${two}`),
      })
      expect(await daemon.cli([...move, '--file', one])).toMatchObject({ code: 0 })
      expect(await readFile(two, 'utf8')).toBe(text('another'))
    })
  })

  test.runIf(process.platform === 'linux')('names the processes of Codex that go on with what they have read', async () => {
    await withLogin('openai-codex', async ({ daemon, grant }) => {
      await put(daemon, '.codex/auth.json', codexText(grant))
      const codex = join(daemon.home, 'codex')
      await symlink('/bin/sleep', codex)
      const running = spawn(codex, ['600'])
      try {
        const moved = await daemon.cli(['import', 'codex', '--move', '--read-stores', '--accept-provider-rules'])
        expect(moved).toMatchObject({ code: 0, stderr: expect.stringMatching(new RegExp(`\\(pid .*\\b${running.pid}\\b`)) })
      } finally {
        running.kill()
      }
    })
  })
})

describe('tokentray radar', () => {
  test('names who holds one login, without a token, and forgets a yes that is taken back', async () => {
    await withLogin('openai-codex', async ({ daemon, grant }) => {
      await put(daemon, '.codex/auth.json', codexText(grant))
      const [access, refresh] = [grant.accessToken.expose(), grant.refreshToken?.expose()]
      await put(daemon, '.pi/agent/auth.json', JSON.stringify({ 'openai-codex': { type: 'oauth', access, refresh, expires: 1 } }))
      const found = await daemon.cli(['radar', '--read-stores'])
      expect(found).toMatchObject({ code: 0, stderr: '' })
      expect(found.stdout).toContain(
        '2 programs hold one rotating login: Codex CLI (~/.codex/auth.json) and pi (~/.pi/agent/auth.json)',
      )
      expect(found.stdout).toMatch(/^ {2}or leave it to Codex CLI, .*: tokentray delegate codex$/m)
      const json = await daemon.cli(['radar', '--json'])
      expect(JSON.parse(json.stdout).shared).toMatchObject([{ programs: [{ program: 'codex' }, { program: 'pi' }] }])
      for (const said of [found.stdout, json.stdout]) expect(said).not.toContain(refresh)
      expect(await daemon.cli(['import', 'pi', '--no-read-stores'])).toMatchObject({
        stdout: expect.stringContaining('as you said'),
      })
      expect((await daemon.cli(['radar', '--read-stores'])).stdout).toContain('No two programs')
    })
  })

  test('does not show what is ignored, until another program or another login is concerned', async () => {
    await withLogin('openai-codex', async ({ daemon, grant }) => {
      const [access, refresh] = [grant.accessToken.expose(), grant.refreshToken?.expose()]
      const piText = JSON.stringify({ 'openai-codex': { type: 'oauth', access, refresh, expires: 1 } })
      await put(daemon, '.codex/auth.json', codexText(grant))
      const pi = await put(daemon, '.pi/agent/auth.json', piText)
      const asked = await daemon.cli(['radar'])
      expect(asked.stderr).toMatch(
        /Not looked at without your yes: codex, pi\.\n {2}Allow it with --read-stores, .*import codex --read-stores/,
      )
      const found = await daemon.cli(['radar', '--read-stores'])
      const finding = /--ignore ([0-9a-f]{8})$/m.exec(found.stdout)?.[1] ?? ''
      expect(finding).not.toBe('')
      expect(await daemon.cli(['radar', '--ignore', 'ffff'])).toMatchObject({ code: 7, stderr: expect.stringContaining(finding) })
      expect(await daemon.cli(['radar', '--ignore', '../'])).toMatchObject({ code: 7 })
      const line = `Ignored: ${finding} (Codex CLI and pi). To see it again: tokentray radar --unignore ${finding}\n`
      for (const args of [['radar', '--ignore', finding], ['radar']]) {
        const said = await daemon.cli(args)
        expect(said).toMatchObject({ code: 0, stdout: `No other two programs that were looked at hold one login.\n${line}` })
      }
      const memory = await readFile(join(daemon.home, 'radar.json'), 'utf8')
      for (const secret of [refresh, grant.refreshToken?.fingerprint()]) expect(memory).not.toContain(secret)
      expect(JSON.parse((await daemon.cli(['radar', '--json'])).stdout).shared).toMatchObject([{ ignored: true }])

      await put(daemon, '.openclaw/credentials/oauth.json', piText)
      const third = await daemon.cli(['radar', '--read-stores'])
      expect(third.stdout).toContain('3 programs hold one rotating login')
      expect(third.stdout).not.toContain('Ignored')
      await rm(join(daemon.home, '.openclaw'), { recursive: true })
      const back = await daemon.cli(['radar', '--unignore', finding])
      expect(back.stdout).toContain('2 programs hold one rotating login')

      await daemon.cli(['radar', '--ignore', finding])
      for (const file of [pi, join(daemon.home, '.codex/auth.json')]) {
        await writeFile(file, (await readFile(file, 'utf8')).replace(refresh ?? '', 'another-one'))
      }
      expect((await daemon.cli(['radar'])).stdout).toContain('2 programs hold one rotating login')
      await writeFile(join(daemon.home, 'radar.json'), '{')
      expect(await daemon.cli(['radar'])).toMatchObject({ code: 0, stdout: expect.stringContaining('2 programs') })
    })
  })

  test('says how to take back a no', async () => {
    await withHome({}, async (daemon) => {
      await put(daemon, '.pi/agent/auth.json', '{}')
      await daemon.cli(['import', 'pi', '--no-read-stores'])
      expect((await daemon.cli(['radar', '--read-stores'])).stderr).toBe(
        'Not looked at, as you said: pi.\n  Allow it with `tokentray import pi --read-stores`\n',
      )
    })
  })

  test('names a program that has again what was taken over, spent or not', async () => {
    await withLogin('openai-codex', async ({ daemon, grant }) => {
      const file = await put(daemon, '.codex/auth.json', codexText(grant))
      expect(await daemon.cli(['import', 'codex', '--move', '--read-stores', '--accept-provider-rules'])).toMatchObject({
        code: 0,
      })
      expect((await daemon.cli(['radar'])).stdout).toContain('No two programs')
      await daemon.cli(['refresh', 'codex'])
      await writeFile(file, codexText(grant))
      const { stdout } = await daemon.cli(['radar'])
      expect(stdout).toMatch(/^2 programs hold one rotating login: Codex CLI \(.*\) and TokenTray \(openai-codex-\w+\)$/m)
      expect(stdout).toContain('leave it to TokenTray: tokentray import codex --move')
      // A second one that refreshes it is no way out.
      expect(stdout).not.toContain('delegate')
      const key = 'ab'.repeat(32)
      const told = await daemon.ask('/v1/fingerprints', { method: 'POST', body: { key } })
      for (const secret of [grant.refreshToken, grant.accessToken]) {
        expect(told.text).not.toContain(secret?.expose())
        expect(told.text).not.toContain(secret?.fingerprint())
      }
      expect(await daemon.ask('/v1/fingerprints', { method: 'POST', body: { key: '' } })).toMatchObject({ status: 400 })
    })
  })
})
