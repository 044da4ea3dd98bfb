// The real Codex as the owner of its login: TokenTray asks it for tokens, and Codex refreshes by its own rules.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { authFile, codexLogin, planProvider, tokenPath } from './codex-files.ts'
import { type Person, withPerson } from './person.ts'
import { programFolder } from './programs.ts'
import { writeSettings } from './settings.ts'

interface AuthFile {
  readonly tokens: Readonly<Record<'access_token' | 'refresh_token', string>>
}

const readAuth = async ({ home }: Person) => JSON.parse(await readFile(join(home, '.codex/auth.json'), 'utf8')) as AuthFile

/** A person whose Codex is signed in and delegated, and a broker that knows the account again after a restart. */
async function withDelegatedCodex(body: (person: Person) => Promise<void>): Promise<void> {
  await withPerson(
    async (person) => {
      const { daemon, double, env, home } = person
      await writeSettings(person, '.codex/config.toml', planProvider(double, 'requires_openai_auth = true'))
      await writeSettings(person, '.codex/auth.json', authFile(double, await codexLogin(double), false))
      for (const path of ['accounts/check', 'settings/user']) double.answerAlways(`/backend-api/wham/${path}`, { status: 404 })
      // Codex sends its reason for a refresh besides, which the double takes from nobody else.
      double.answerAlways(tokenPath, (request, proper) => {
        if (typeof request.body === 'object') delete (request.body as Record<string, unknown>).refresh_reason
        return proper()
      })
      await daemon.stop()
      const passphrase = join(daemon.home, 'passphrase')
      await writeFile(passphrase, 'correct horse battery staple', { mode: 0o600 })
      await daemon.start({
        HOME: home,
        TMPDIR: env.TMPDIR,
        PATH: [join(programFolder, '.bin'), process.env.PATH].join(delimiter),
        CODEX_REFRESH_TOKEN_URL_OVERRIDE: double.origin + tokenPath,
        TOKENTRAY_VAULT: 'passphrase',
        TOKENTRAY_PASSPHRASE_FILE: passphrase,
      })
      const delegated = await person.tokentray('delegate', 'codex', '--accept-provider-rules')
      expect(delegated, delegated.stderr).toMatchObject({ code: 0, stdout: '' })
      await body(person)
      // A refresh token that was used twice would stand here.
      expect(double.refusals).toEqual([])
      // With the provider of its own that it is asked with, Codex looks for its models when it starts, as it does for anybody.
    },
    ['chatgpt.com'],
  )
}

const refreshes = ({ double }: Person) =>
  double.requests.filter(
    ({ path, body }) => path === tokenPath && typeof body === 'object' && body.grant_type === 'refresh_token',
  ).length

/** Eight ask at once; answers the one token that all of them got. */
async function askedByEight({ daemon }: Person, query = ''): Promise<unknown> {
  const answers = await Promise.all(Array.from({ length: 8 }, () => daemon.ask(`/v1/token/openai-codex${query}`)))
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  const tokens = new Set(answers.map(({ json }) => json?.access_token))
  expect(tokens.size).toBe(1)
  return [...tokens][0]
}

test('a token of Codex is handed out, and its file stays as it was', () =>
  withDelegatedCodex(async (person) => {
    const file = join(person.home, '.codex/auth.json')
    const before = await readFile(file, 'utf8')
    const { access_token: token } = (await readAuth(person)).tokens
    expect(await person.tokentray('token', 'openai-codex')).toMatchObject({ code: 0, stdout: `${token}\n`, stderr: '' })
    expect(await person.tokentray('logout', 'openai-codex')).toMatchObject({ code: 0 })
    expect(await readFile(file, 'utf8')).toBe(before)
    expect(refreshes(person)).toBe(0)
  }))

test('Codex refreshes a token that was refused once for eight who say so', () =>
  withDelegatedCodex(async (person) => {
    const refused = String(await askedByEight(person))
    const fresh = await askedByEight(person, `?rejected=${createHash('sha256').update(refused).digest('hex')}`)
    expect(fresh).not.toBe(refused)
    expect((await readAuth(person)).tokens.access_token).toBe(fresh)
    expect(refreshes(person)).toBe(1)
  }))

test('Codex refreshes an expired login once for eight who ask, and keeps the refresh token to itself', () =>
  withDelegatedCodex(async (person) => {
    const { daemon, double } = person
    await daemon.stop()
    await writeSettings(person, '.codex/auth.json', authFile(double, await codexLogin(double), true))
    const { tokens: old } = await readAuth(person)
    await daemon.start()
    const fresh = await askedByEight(person)
    const { tokens } = await readAuth(person)
    expect(tokens.access_token).toBe(fresh)
    expect(refreshes(person)).toBe(1)
    // It is nowhere in the folder of TokenTray, sealed or not; the login of another program has no file there at all.
    for (const token of [old.refresh_token, tokens.refresh_token]) {
      expect(spawnSync('grep', ['-rlF', '--exclude-dir=person', token, daemon.home]).stdout.toString()).toBe('')
    }
  }))

test('what another Codex has refreshed meanwhile is handed out, and not refreshed again', () =>
  withDelegatedCodex(async (person) => {
    const refused = String(await askedByEight(person))
    // As a Codex in a terminal leaves it, while the one that TokenTray asks still has the old login in its memory.
    await writeSettings(person, '.codex/auth.json', authFile(person.double, await codexLogin(person.double), false))
    const { access_token: refreshed } = (await readAuth(person)).tokens
    const fresh = await askedByEight(person, `?rejected=${createHash('sha256').update(refused).digest('hex')}`)
    expect((await readAuth(person)).tokens.access_token).toBe(fresh)
    expect([fresh === refreshed, refreshes(person)]).toEqual([true, 0])
  }))

test.each([
  ['for ever', { status: 401, body: { error: { code: 'refresh_token_reused', message: 'Used before.' } } }, 4, /codex login/],
  ['for now', { status: 503, body: {} }, 5, /could not refresh its login/],
])('a login that Codex cannot refresh %s is told so', (_, answer, code, said) =>
  withDelegatedCodex(async (person) => {
    const { daemon, double, tokentray } = person
    await daemon.stop()
    await writeSettings(person, '.codex/auth.json', authFile(double, await codexLogin(double), true))
    double.answerAlways(tokenPath, answer)
    await daemon.start()
    const refused = await tokentray('token', 'openai-codex')
    expect(refused).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(said) })
  }),
)
