// A login that stays with the program that owns it: the real command, the real daemon, and a `codex` that enforces its protocol.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type RunningDaemon, until, withHome } from '../daemon/running-daemon.ts'
import { CodexDouble, type CodexPlan, chatGptToken } from '../integrations/owners/codex-double.ts'

interface Scene {
  readonly daemon: RunningDaemon
  readonly codex: CodexDouble
}

/** A daemon with a vault on the disk, on whose PATH there is a Codex. */
async function withCodex(plan: CodexPlan, body: (scene: Scene) => Promise<void>): Promise<void> {
  await withHome({ TOKENTRAY_VAULT: 'passphrase' }, async (daemon) => {
    const passphrase = join(daemon.home, 'passphrase')
    await writeFile(passphrase, 'correct horse battery staple', { mode: 0o600 })
    const codex = new CodexDouble(join(daemon.home, 'bin'))
    await codex.install(plan)
    await daemon.start({ TOKENTRAY_PASSPHRASE_FILE: passphrase, PATH: `${codex.folder}:${process.env.PATH}` })
    await body({ daemon, codex })
    expect(codex.violations).toEqual([])
    for (const token of [plan.token, ...(plan.next ?? [])]) if (token !== undefined) expect(daemon.said).not.toContain(token)
  })
}

const delegate = (daemon: RunningDaemon) => daemon.cli(['delegate', 'codex', '--accept-provider-rules'])
const row = async (daemon: RunningDaemon) =>
  (await daemon.status()).accounts.find(({ provider, id }) => provider === 'openai-codex' && id !== provider)
const isAlive = (pid: number) => spawnSync('kill', ['-0', String(pid)]).status === 0

const [first, second, third] = [1, 2, 3].map((number) => chatGptToken(number))

describe('tokentray delegate', () => {
  test('takes each token from Codex, and leaves it its login', async () => {
    await withCodex({ token: first ?? '' }, async ({ daemon, codex }) => {
      expect(await daemon.cli(['delegate', 'codex'])).toMatchObject({
        code: 10,
        stderr: expect.stringContaining('--accept-provider-rules'),
      })
      const delegated = await delegate(daemon)
      expect(delegated, delegated.stderr).toMatchObject({
        code: 0,
        stdout: '',
        stderr: expect.stringMatching(/^Delegated: openai-codex-[0-9a-f]{8} \(user-1@example\.com\)\n {2}codex alone refreshes/),
      })
      expect(await daemon.cli(['token', 'codex'])).toMatchObject({ code: 0, stdout: `${first}\n`, stderr: '' })
      const answer = await daemon.ask('/v1/token/openai-codex')
      expect(answer.json).toMatchObject({ headers: { 'ChatGPT-Account-Id': 'workspace-1' } })
      expect((await daemon.cli(['status'])).stdout).toMatch(/openai-codex .*owned by codex, which is asked for each token/)
      expect((await daemon.cli(['why', 'codex'])).stdout).toMatch(
        /^openai-codex: openai-codex-\w+, owned by codex, valid 10 days/,
      )
      expect(codex.count('start')).toBe(1)
      // The token is nowhere in the folder of TokenTray.
      const found = spawnSync('grep', ['-rlF', '--exclude-dir=bin', first ?? '-', daemon.home])
      expect(found.stdout.toString()).toBe('')
    })
  })

  test('survives a restart, and the program ends with the daemon', async () => {
    await withCodex({ token: first ?? '' }, async ({ daemon, codex }) => {
      await delegate(daemon)
      const [{ pid = 0 } = {}] = codex.events
      expect(isAlive(pid)).toBe(true)
      expect((await daemon.stop()).code).toBe(0)
      expect(isAlive(pid)).toBe(false)
      await daemon.start()
      expect(await row(daemon)).toMatchObject({ ownership: { mode: 'delegated', program: 'codex' } })
      expect(codex.count('start')).toBe(1)
      expect(await daemon.cli(['token', 'codex'])).toMatchObject({ code: 0, stdout: `${first}\n` })
      // A daemon that is killed leaves none behind either.
      const { pid: later = 0 } = codex.events.findLast(({ event }) => event === 'start') ?? {}
      await daemon.kill()
      await until('the end of Codex', () => !isAlive(later))
    })
  })

  test('has an ended token refreshed once for eight who ask, and a refused one once more', async () => {
    const old = chatGptToken(0, { life: -60 })
    await withCodex({ token: old, next: [second ?? '', third ?? ''], delay: 200 }, async ({ daemon, codex }) => {
      await delegate(daemon)
      const ask = (query = '') => Promise.all(Array.from({ length: 8 }, () => daemon.ask(`/v1/token/openai-codex${query}`)))
      expect((await ask()).map(({ json }) => json?.access_token)).toEqual(Array(8).fill(second))
      expect(codex.count('renew')).toBe(1)
      const rejected = createHash('sha256')
        .update(second ?? '')
        .digest('hex')
        .slice(0, 16)
      expect((await ask(`?rejected=${rejected}`)).map(({ json }) => json?.access_token)).toEqual(Array(8).fill(third))
      expect(codex.count('renew')).toBe(2)
    })
  })

  test.each([
    ['a sign-in', { mode: 'signed_out' }, 4, /Nobody is signed in to Codex CLI[\s\S]*codex login/],
    ['the method', { mode: 'old' }, 5, /too old[\s\S]*Update Codex CLI/],
    ['sense', { mode: 'garbage' }, 5, /makes no sense/],
    [
      'a token of the server that is in effect',
      { token: chatGptToken(1, { issuer: 'https://elsewhere.example' }) },
      4,
      /elsewhere\.example/,
    ],
    ['a login of a plan', { method: 'apikey', token: 'sk-of-somebody' }, 4, /an API key/],
  ] as const)('adds nothing of a Codex without %s', async (_, plan, code, stderr) => {
    await withCodex(plan, async ({ daemon }) => {
      const refused = await delegate(daemon)
      expect(refused).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(stderr) })
      expect(refused.stderr.trimEnd().split('\n')).toHaveLength(2)
      expect(await row(daemon)).toBeUndefined()
    })
  })

  test('tells what to do when Codex is gone, and forgets nothing', async () => {
    await withCodex({ token: first ?? '' }, async ({ daemon, codex }) => {
      await delegate(daemon)
      await codex.uninstall()
      await daemon.stop()
      await daemon.start()
      expect(await daemon.cli(['token', 'codex'])).toMatchObject({
        code: 5,
        stdout: '',
        stderr: expect.stringMatching(/^tokentray: Codex CLI is not installed[^\n]*Install it[^\n]*\n$/),
      })
      expect(await row(daemon)).toMatchObject({ state: { kind: 'unavailable', error: { code: 'owner_unavailable' } } })
      await codex.install({ token: second ?? '' })
      const found = await until('a token', async () => {
        const answer = await daemon.ask('/v1/token/openai-codex')
        return answer.status === 200 && answer.json?.access_token
      })
      expect(found).toBe(second)
    })
  })

  test('knows the programs that it can ask', async () => {
    await withCodex({}, async ({ daemon }) => {
      expect(await daemon.cli(['delegate', 'claude-code'])).toMatchObject({
        code: 7,
        stderr: expect.stringMatching(/cannot ask "claude-code"[\s\S]*It can ask: codex/),
      })
      expect(await daemon.cli(['delegate', '../codex'])).toMatchObject({ code: 2 })
    })
  })

  test('is undone by a logout, which Codex does not notice', async () => {
    await withCodex({ token: first ?? '' }, async ({ daemon, codex }) => {
      await delegate(daemon)
      const plan = await readFile(join(codex.folder, 'plan.json'), 'utf8')
      expect(await daemon.cli(['logout', 'codex'])).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/^Forgotten here: openai-codex-\w+\. The login is still that of codex/),
      })
      expect(await readFile(join(codex.folder, 'plan.json'), 'utf8')).toBe(plan)
      expect(await daemon.cli(['token', 'codex'])).toMatchObject({ code: 4 })
      await daemon.stop()
      await daemon.start()
      expect(await row(daemon)).toBeUndefined()
    })
  })
})

describe('tokentray watch', () => {
  const end = Math.floor(Date.now() / 1000) + 10_800
  const claude = (change: object = {}) =>
    JSON.stringify({
      claudeAiOauth: {
        accessToken: 'claude-access-token',
        refreshToken: 'claude-refresh-token',
        expiresAt: end * 1000,
        accountUuid: 'person-1',
        organizationUuid: 'place-1',
        subscriptionType: 'max',
        ...change,
      },
    })

  /** A daemon with a vault on the disk, and what Claude Code keeps. */
  async function withClaude(text: string, body: (daemon: RunningDaemon, file: string) => Promise<void>): Promise<void> {
    await withHome({ TOKENTRAY_VAULT: 'passphrase' }, async (daemon) => {
      const passphrase = join(daemon.home, 'passphrase')
      await writeFile(passphrase, 'correct horse battery staple', { mode: 0o600 })
      const file = join(daemon.home, '.claude/.credentials.json')
      await mkdir(dirname(file))
      await writeFile(file, text, { mode: 0o600 })
      await daemon.start({ TOKENTRAY_PASSPHRASE_FILE: passphrase })
      await body(daemon, file)
      for (const secret of ['claude-access-token', 'claude-refresh-token']) {
        expect(daemon.said).not.toContain(secret)
        const found = spawnSync('grep', ['-rlF', '--exclude-dir=.claude', secret, daemon.home])
        expect(found.stdout.toString()).toBe('')
      }
    })
  }

  const claudeRow = async (daemon: RunningDaemon) =>
    (await daemon.status()).accounts.find(({ provider, id }) => provider === 'anthropic' && id !== provider)
  /** Nobody waits for the next minute: a daemon that starts looks at once. */
  const lookAnew = async (daemon: RunningDaemon) => {
    await daemon.stop()
    await daemon.start()
    await until('the first look', async () => {
      const { state } = (await claudeRow(daemon)) ?? {}
      return state !== undefined && !('error' in state && state.error.code === 'not_looked')
    })
  }

  test('shows what the file says after the yes of the person, and gives no token', async () => {
    await withClaude(claude(), async (daemon, file) => {
      expect(await daemon.cli(['watch', 'claude-code'])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/not read without your yes[\s\S]*tokentray watch claude-code --read-stores/),
      })
      const watched = await daemon.cli(['watch', 'claude-code', '--read-stores'])
      expect(watched, watched.stderr).toMatchObject({
        code: 0,
        stdout: '',
        stderr: expect.stringMatching(/^Watched: anthropic-/),
      })
      expect(await claudeRow(daemon)).toMatchObject({
        ownership: { mode: 'watched', program: 'claude-code', file, login: 'claude.ai' },
        identity: { plan: 'max' },
        state: { kind: 'active', expires_at: end },
      })
      expect((await daemon.cli(['status'])).stdout).toMatch(
        /signed in there, its token ends in 3 h, read-only: owned by claude-code/,
      )
      const refused = await daemon.cli(['token', 'anthropic'])
      expect(refused).toMatchObject({
        code: 10,
        stdout: '',
        stderr: expect.stringContaining('tokentray import claude-code --move'),
      })
      // What the person has put into the environment is the next link of the chain.
      const key = { ANTHROPIC_API_KEY: 'sk-ant-of-the-environment' }
      expect(await daemon.cli(['token', 'anthropic'], key)).toMatchObject({ code: 0, stdout: `${key.ANTHROPIC_API_KEY}\n` })
      // Only Codex can be asked.
      expect(refused.stderr).not.toContain('delegate')
      expect(await readFile(file, 'utf8')).toBe(claude())
      expect(await daemon.cli(['logout', 'anthropic'])).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('Forgotten here'),
      })
      expect(await readFile(file, 'utf8')).toBe(claude())
    })
  })

  test('follows the file and the consent, over restarts', async () => {
    await withClaude(claude(), async (daemon, file) => {
      await daemon.cli(['watch', 'claude-code', '--read-stores'])
      await writeFile(file, claude({ expiresAt: (end - 7_000) * 1000, subscriptionType: 'pro' }))
      await lookAnew(daemon)
      expect(await claudeRow(daemon)).toMatchObject({ identity: { plan: 'pro' }, state: { expires_at: end - 7_000 } })
      await writeFile(file, '{"claudeAiOauth": {"accessToken": "claude-access-token"')
      await lookAnew(daemon)
      expect(await claudeRow(daemon)).toMatchObject({
        state: { kind: 'unavailable', error: { code: 'file_unreadable', description: expect.stringContaining('it is no JSON') } },
      })
      await rm(file)
      await lookAnew(daemon)
      expect(await claudeRow(daemon)).toMatchObject({ state: { kind: 'signed_out' } })
      await writeFile(file, claude())
      expect(await daemon.cli(['import', 'claude-code', '--no-read-stores'])).toMatchObject({ code: 0 })
      await lookAnew(daemon)
      expect(await claudeRow(daemon)).toMatchObject({ state: { kind: 'unavailable', error: { code: 'consent_required' } } })
    })
  })

  test('is asked which one of several logins is meant, and knows its programs', async () => {
    await withHome({}, async (daemon) => {
      const file = join(daemon.home, '.pi/agent/auth.json')
      await mkdir(dirname(file), { recursive: true })
      const entry = (name: string) => ({
        type: 'oauth',
        access: `${name}-access`,
        refresh: `${name}-refresh`,
        expires: end * 1000,
      })
      await writeFile(file, JSON.stringify({ anthropic: entry('a'), xai: entry('x'), google: entry('g') }))
      await daemon.start()
      expect(await daemon.cli(['watch', 'pi', '--read-stores'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('Name one with --login: anthropic, xai.'),
      })
      expect(await daemon.cli(['watch', 'pi', '--login', 'xai', '--label', 'of-pi'])).toMatchObject({ code: 0 })
      const { accounts } = await daemon.status()
      expect(accounts.find(({ label }) => label === 'of-pi')).toMatchObject({ provider: 'xai', ownership: { login: 'xai' } })
      expect(await daemon.cli(['watch', 'pi', '--login', 'google'])).toMatchObject({ code: 7 })
      expect(await daemon.cli(['watch', 'nothing'])).toMatchObject({ code: 7, stderr: expect.stringContaining('Known: codex') })
    })
  })
})
