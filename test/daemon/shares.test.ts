// The sockets that are made to be forwarded, as whoever is at the far end of one meets them.
import { readdir, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { holdShare } from '../../src/client/share-hold.ts'
import { approveAuthorization } from '../../src/practice/index.ts'
import type { Share } from '../../src/protocol/index.ts'
import { signIn, withPracticeServer } from './practice-login.ts'
import { type RunningDaemon, until, withDaemon } from './running-daemon.ts'
import { type Answer, ask } from './socket-request.ts'

/** A broker with two accounts of one provider, `practice:home` and `practice:work`. */
function withAccounts<T>(body: (daemon: RunningDaemon, ids: { home: string; work: string }) => Promise<T>): Promise<T> {
  return withPracticeServer({}, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.issuer }, async (daemon) => {
      const as = (person: string) => (url: string) => approveAuthorization(url, { person })
      const home = await signIn(daemon, { label: 'home', approve: as('robin') })
      const work = await signIn(daemon, { label: 'work', approve: as('mika') })
      return body(daemon, { home, work })
    }),
  )
}

async function share(daemon: RunningDaemon, accounts: string[], seconds = 600, name = 'ssh-far'): Promise<Share> {
  const answer = await daemon.ask('/v1/shares', { method: 'POST', body: { accounts, name, for: seconds } })
  expect(answer.status, answer.text).toBe(200)
  return answer.json as unknown as Share
}

const isGone = (socket: string) =>
  until(`the end of ${socket}`, () =>
    ask(socket, '/v1/health').then(
      () => false,
      () => true,
    ),
  )

const tokenOn = ({ socket }: Share, selector: string, headers = {}): Promise<Answer> =>
  ask(socket, `/v1/token/${selector}`, { headers })

describe.concurrent('a share', () => {
  test('gives tokens of the accounts it names, on a private socket, as one client', async () => {
    await withAccounts(async (daemon, { work }) => {
      const made = await share(daemon, ['practice:work'], 600, 'SSH-Far')
      expect(made).toMatchObject({ name: 'ssh-far', accounts: [work] })
      expect((await stat(made.socket)).mode & 0o777).toBe(0o600)
      expect((await stat(dirname(made.socket))).mode & 0o777).toBe(0o700)
      for (const selector of [work, 'practice:work', 'practice', 'practice?account=work', 'practice?link=grant']) {
        const answer = await tokenOn(made, selector, { 'tokentray-client': 'codex' })
        expect(answer.json, answer.text).toMatchObject({ account: work, access_token: expect.any(String) })
      }
      const { entries } = (await daemon.ask('/v1/ledger')).json as { entries: { caller: object; account: string }[] }
      expect(new Set(entries.map(({ caller }) => JSON.stringify(caller)))).toEqual(
        new Set([JSON.stringify({ name: 'ssh-far', proof: 'claimed' })]),
      )
      expect((await daemon.ask('/v1/shares')).json).toEqual({ shares: [made] })
    })
  })

  test('refuses every other account in the same words, whether it exists or not', async () => {
    await withAccounts(async (daemon, { home }) => {
      const made = await share(daemon, ['practice:work'])
      const others = [
        home,
        'practice:home',
        'practice?account=home',
        'practice:nobody',
        'practice?link=api_key',
        'anthropic',
        'zz',
      ]
      for (const selector of others) {
        const answer = await tokenOn(made, selector)
        expect(answer.status, selector).toBe(403)
        expect(answer.json).toMatchObject({ error: 'client_denied' })
        expect(answer.text).not.toMatch(/access_token|Name one of|signed in/)
      }
      expect((await tokenOn(made, 'practice:a:b')).status).toBe(400)
    })
  })

  test('answers nothing but tokens, and tells nothing about the machine', async () => {
    await withAccounts(async (daemon) => {
      const made = await share(daemon, ['practice:work'])
      const calls = [
        ['GET', '/v1/status'],
        ['GET', '/v1/events'],
        ['GET', '/v1/ledger'],
        ['GET', '/v1/shares'],
        ['POST', '/v1/shares'],
        ['POST', '/v1/logins'],
        ['POST', '/v1/proof'],
        ['POST', '/v1/lock'],
        ['DELETE', '/v1/accounts/practice:work'],
        ['POST', '/v1/token/practice'],
        ['GET', '/v1/token/../status'],
        ['GET', '//v1/status'],
      ] as const
      for (const [method, path] of calls) {
        const answer = await ask(made.socket, path, { method, ...(method === 'POST' ? { body: {} } : {}) })
        expect([path, answer.status, answer.json?.error]).toEqual([path, 403, 'client_denied'])
      }
      const origin = await ask(made.socket, '/v1/token/practice', { headers: { origin: 'https://example.com' } })
      expect(origin.json?.error).toBe('request_refused')
      const health = await ask(made.socket, '/v1/health')
      expect(Object.keys(health.json ?? {}).sort()).toEqual(['api', 'expires_at', 'name', 'share', 'version'])
    })
  })

  test('asks the person as any client does, and obeys the answer', async () => {
    await withAccounts(async (daemon, { work }) => {
      const made = await share(daemon, ['practice:work'])
      await daemon.ask('/v1/policy/ssh-far', { method: 'PUT', body: { decision: 'deny' } })
      expect((await tokenOn(made, 'practice')).json?.error).toBe('client_denied')
      expect((await daemon.cli(['clients', 'forget', 'ssh-far'])).code).toBe(0)
      expect((await daemon.cli(['clients', 'ask', 'on'])).code).toBe(0)
      const waiting = tokenOn(made, 'practice')
      const [approval] = await until('the question', async () => {
        const { approvals } = await daemon.status()
        return approvals.length > 0 && approvals
      })
      expect(approval).toMatchObject({ account: work, caller: { name: 'ssh-far', proof: 'claimed' } })
      await daemon.ask(`/v1/approvals/${approval?.id}`, { method: 'POST', body: { decision: 'once' } })
      expect((await waiting).status).toBe(200)
    })
  })

  test('is made of accounts that can be meant only', async () => {
    await withAccounts(async (daemon) => {
      const bodies = [
        { accounts: ['practice'], name: 'a', for: 9 },
        { accounts: ['practice:nobody'], name: 'a', for: 9 },
        { accounts: [], name: 'a', for: 9 },
        { accounts: ['practice:work'], name: '-oProxyCommand=x', for: 9 },
        { accounts: ['practice:work'], name: 'a', for: 0 },
        { accounts: ['practice:work'], name: 'a', for: 604_801 },
        { accounts: ['practice:work'], name: 'a', for: 9, more: true },
      ]
      for (const body of bodies) {
        const answer = await daemon.ask('/v1/shares', { method: 'POST', body })
        expect([400, 404], answer.text).toContain(answer.status)
      }
      expect((await daemon.ask('/v1/shares')).json).toEqual({ shares: [] })
    })
  })
})

test.concurrent('a locked vault gives no token to a share, and the share goes on after the unlock', async () => {
  await withPracticeServer({}, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.issuer, TOKENTRAY_VAULT: 'passphrase' }, async (daemon) => {
      const unlock = () => daemon.ask('/v1/unlock', { method: 'POST', body: { passphrase: 'a passphrase of the test' } })
      expect((await unlock()).status).toBe(200)
      const made = await share(daemon, [await signIn(daemon)])
      const hold = await holdShare(daemon.socket, made.id)
      expect((await daemon.ask('/v1/lock', { method: 'POST' })).status).toBe(200)
      expect(await tokenOn(made, 'practice')).toMatchObject({ status: 503, json: { error: 'vault_locked' } })
      expect((await unlock()).status).toBe(200)
      await until('a token', async () => (await tokenOn(made, 'practice')).status === 200)
      hold.release()
      await isGone(made.socket)
    }),
  )
})

describe.concurrent('a share ends', () => {
  test('when it is revoked, with every connection to it and with its hold', async () => {
    await withAccounts(async (daemon) => {
      const made = await share(daemon, ['practice:work'])
      const hold = await holdShare(daemon.socket, made.id)
      const connection = connect(made.socket)
      const cut = new Promise((resolve) => connection.once('close', resolve))
      await new Promise((resolve) => connection.once('connect', resolve))
      expect((await daemon.cli(['clients', 'ask', 'on'])).code).toBe(0)
      const waiting = tokenOn(made, 'practice').catch(() => 'cut')
      await until('the question', async () => (await daemon.status()).approvals.length > 0)
      const other = await share(daemon, ['practice:home'])
      expect((await daemon.ask(`/v1/shares/${made.id}`, { method: 'DELETE' })).status).toBe(200)
      await cut
      expect(await waiting).toBe('cut')
      expect(await hold.ended).toBe('revoked')
      await isGone(made.socket)
      await until('the withdrawal of the question', async () => (await daemon.status()).approvals.length === 0)
      expect((await daemon.ask('/v1/shares')).json).toEqual({ shares: [other] })
      expect((await daemon.ask(`/v1/shares/${made.id}`, { method: 'DELETE' })).json?.error).toBe('unknown_share')
      expect(await readdir(dirname(made.socket))).toEqual([`${other.id}.sock`])
    })
  })

  test('when its holder goes away, and when nobody ever holds it', async () => {
    await withAccounts(async (daemon) => {
      const [held, unheld] = [await share(daemon, ['practice:work']), await share(daemon, ['practice:work'])]
      const hold = await holdShare(daemon.socket, held.id)
      await expect(holdShare(daemon.socket, held.id)).rejects.toMatchObject({ code: 'invalid_request' })
      await expect(holdShare(daemon.socket, 'ffff')).rejects.toMatchObject({ code: 'unknown_share' })
      expect((await tokenOn(held, 'practice')).status).toBe(200)
      hold.release()
      await isGone(held.socket)
      await isGone(unheld.socket)
    })
  })

  test('with its time, its account and its broker, and says which', async () => {
    await withAccounts(async (daemon, { work, home }) => {
      const short = await share(daemon, [work], 2)
      const shortHold = await holdShare(daemon.socket, short.id)
      const both = await share(daemon, [work, home])
      const bothHold = await holdShare(daemon.socket, both.id)
      const signed = await share(daemon, [work])
      const signedHold = await holdShare(daemon.socket, signed.id)
      expect(await shortHold.ended).toBe('time_over')
      await isGone(short.socket)
      expect((await daemon.ask(`/v1/accounts/${work}`, { method: 'DELETE' })).status).toBe(200)
      expect(await signedHold.ended).toBe('signed_out')
      expect((await tokenOn(both, work)).status).toBe(403)
      expect((await tokenOn(both, 'practice')).json).toMatchObject({ account: home })
      const stopped = daemon.stop()
      expect(await bothHold.ended).toBe('broker_stopped')
      expect((await stopped).code).toBe(0)
      await isGone(both.socket)
      await daemon.start()
      expect((await daemon.ask('/v1/shares')).json).toEqual({ shares: [] })
    })
  })
})
