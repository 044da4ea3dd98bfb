// What happened to the logins of a real broker, as the command tells it: over a kill, an orderly end, a lock, and a history that
// cannot be written.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { json, type MisbehavingServer, withMisbehavingServer } from '../daemon/authorization-server.ts'
import { signIn, tokenOf } from '../daemon/practice-login.ts'
import { type Ended, type RunningDaemon, until, withHome } from '../daemon/running-daemon.ts'

const passphrase = 'correct horse battery staple'
const rejected = (token: string) => `?rejected=${createHash('sha256').update(token).digest('hex').slice(0, 16)}`

/** A broker whose logins outlive it, and the server that plays every provider. */
const withScene = (body: (daemon: RunningDaemon, server: MisbehavingServer) => Promise<void>) =>
  withMisbehavingServer(3_600, (server) =>
    withHome({ TOKENTRAY_UPSTREAM: server.origin, TOKENTRAY_VAULT: 'passphrase', TZ: 'UTC' }, async (daemon) => {
      const file = join(daemon.home, 'passphrase')
      await writeFile(file, `${passphrase}\n`, { mode: 0o600 })
      await daemon.start({ TOKENTRAY_PASSPHRASE_FILE: file })
      await until('the vault', async () => (await daemon.status()).vault.state.kind === 'ready')
      await body(daemon, server)
    }),
  )

/** The lines without their times, cells apart. */
const told = ({ code, stdout, stderr }: Ended) => {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S/)
  return lines.map((line) => line.slice(21).split(/ {2,}/))
}

test('a login, its refreshes and its end are told after a kill and a restart, and never a token', () =>
  withScene(async (daemon, server) => {
    const account = await signIn(daemon, { label: 'work', approve: server.approve })
    const token = await tokenOf(daemon)
    await tokenOf(daemon, 'practice', rejected(token))
    await daemon.kill()
    await daemon.start()
    await until('the vault', async () => (await daemon.status()).vault.state.kind === 'ready')
    expect((await daemon.cli(['lock'])).code).toBe(0)
    expect((await daemon.ask('/v1/unlock', { method: 'POST', body: { passphrase } })).status).toBe(200)
    server.answerRefreshes((response) => json(response, 400, { error: 'invalid_grant', error_description: 'gone' }))
    const second = await tokenOf(daemon)
    await daemon.ask(`/v1/token/practice${rejected(second)}`)
    await daemon.stop()
    await daemon.start()
    const lines = told(await daemon.cli(['history']))
    expect(lines).toEqual([
      ['all logins', 'TokenTray started'],
      ['practice:work', 'signed in'],
      ['practice:work', 'refreshed early, because the provider had refused the token (says unnamed)'],
      ['all logins', 'TokenTray started'],
      ['all logins', 'locked by you'],
      ['all logins', 'unlocked'],
      ['practice:work', expect.stringMatching(/^needs a new sign-in: .*\(invalid_grant: gone\)\.$/)],
      ['all logins', 'TokenTray ended'],
      ['all logins', 'TokenTray started'],
    ])
    const text = await readFile(join(daemon.home, 'history', 'history.jsonl'), 'utf8')
    for (const secret of server.secrets) expect(text).not.toContain(secret)
    expect((await daemon.cli(['logout', 'practice:work'])).code).toBe(0)
    // By the label that it had, by its id, and by its provider; of another one only what befell all of them.
    for (const selector of ['practice:work', account, 'practice']) {
      const last = told(await daemon.cli(['history', selector])).at(-1)
      expect(last, selector).toEqual(['practice:work', expect.stringMatching(/^signed out/)])
    }
    const other = await daemon.cli(['history', 'openai-codex', '--format', 'json'])
    expect(other.stderr).toBe('Nothing has happened to openai-codex in this time.\n')
    const events = other.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).event)
    expect(new Set(events)).toEqual(new Set(['started', 'locked', 'unlocked', 'stopped']))
    expect((await daemon.cli(['history', '--json', '--limit', '1'])).stdout).toMatch(/^\{.*"event":"signed_out".*\}\n$/)
  }))

test('a history that cannot be written neither fails a refresh nor a hand-out, and begins when it can', () =>
  withScene(async (daemon, server) => {
    await daemon.stop()
    await rm(join(daemon.home, 'history'), { recursive: true })
    await writeFile(join(daemon.home, 'history'), 'in the way')
    await daemon.start()
    await until('the vault', async () => (await daemon.status()).vault.state.kind === 'ready')
    await signIn(daemon, { approve: server.approve })
    const token = await tokenOf(daemon)
    expect(await tokenOf(daemon, 'practice', rejected(token))).not.toBe(token)
    expect(daemon.said).toContain('history not written')
    await rm(join(daemon.home, 'history'))
    await until('the history', () => existsSync(join(daemon.home, 'history', 'history.jsonl')))
    expect(told(await daemon.cli(['history'])).map(([, what]) => what)).toEqual([
      'TokenTray started',
      'signed in',
      'refreshed early, because the provider had refused the token (says unnamed)',
    ])
  }))

test('what cannot be meant is refused with what to do', () =>
  withScene(async (daemon) => {
    for (const [args, said] of [
      [['--since', 'tuesday'], /"tuesday" is neither a length of time nor a date\.\n {2}Write /],
      [['--limit', '0'], /"0" is no number of lines\.\n {2}Write a number from 1 to 1000\.\n/],
      [['--limit', '1e9'], /"1e9" is no number of lines\./],
      [['--format', 'xml'], /xml/],
      [[':'], /\n {2}/],
    ] as const) {
      const { code, stdout, stderr } = await daemon.cli(['history', ...args])
      expect({ code, stdout }, args.join(' ')).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(said)
    }
    expect((await daemon.ask('/v1/history?limit=1001')).status).toBe(400)
    expect((await daemon.ask('/v1/history?since=-1')).status).toBe(400)
    expect((await daemon.ask('/v1/history?who=me')).status).toBe(400)
    const later = await daemon.cli(['history', '--since', '2999-01-01'])
    expect(later).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing has happened to any login in this time.\n' })
  }))
