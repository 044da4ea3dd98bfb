// A login that the provider ended, told by its cause. The logins are in a real keychain, because they have to outlive a kill.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { withKeyring } from '../support/keyring.ts'
import { json, type MisbehavingServer, withMisbehavingServer } from './authorization-server.ts'
import { signIn, tokenOf } from './practice-login.ts'
import { type RunningDaemon, until, withDaemon } from './running-daemon.ts'

type Body = (daemon: RunningDaemon, server: MisbehavingServer) => Promise<void>

/** A daemon with one login of Codex, whose server a test can make misbehave. */
const withLogin = (body: Body) =>
  withKeyring((session) =>
    withMisbehavingServer(3600, (server) =>
      withDaemon({ ...session, TOKENTRAY_UPSTREAM: server.origin, TOKENTRAY_VAULT: 'keychain' }, async (daemon) => {
        await signIn(daemon, { provider: 'openai-codex', approve: server.approve })
        await body(daemon, server)
        // A refresh token that was spent is what these tests are about; everything else that was refused is a fault of ours.
        expect(server.faults.filter((fault) => !fault.includes('spent refresh token'))).toEqual([])
      }),
    ),
  )

const rejected = (token: string) => `?rejected=${createHash('sha256').update(token).digest('hex').slice(0, 16)}`
const stateOf = async (daemon: RunningDaemon) =>
  (await daemon.status()).accounts.find((account) => account.provider === 'openai-codex')?.state

/** Asks for a refresh, and kills the daemon when the server has got it. */
async function killWhileRefreshing(daemon: RunningDaemon, server: MisbehavingServer, answered: 'answered' | 'not answered') {
  const token = await tokenOf(daemon, 'codex')
  const before = server.refreshes.length
  server.answerRefreshes(async (_response, issue) => {
    if (answered === 'answered') issue()
    await sleep(60_000, undefined, { ref: false })
  })
  daemon.ask(`/v1/token/codex${rejected(token)}`).catch(() => {})
  await until('the refresh', () => server.refreshes.length > before)
  await daemon.kill()
  server.answerRefreshes()
  return token
}

describe('a daemon that is killed while a refresh is under way', () => {
  test('tries again when it starts, and goes on when the server had not acted', () =>
    withLogin(async (daemon, server) => {
      const token = await killWhileRefreshing(daemon, server, 'not answered')
      await daemon.start()
      await until('the second try', () => server.refreshes.length === 2)
      await until('a fresh token', async () => (await tokenOf(daemon, 'codex')) !== token)
    }))

  test('names the answer that was lost when the server had rotated, and one sign-in puts it right', () =>
    withLogin(async (daemon, server) => {
      await killWhileRefreshing(daemon, server, 'answered')
      await daemon.start()
      await until('the end of the login', async () => (await stateOf(daemon))?.kind === 'reauthorization_required')
      expect(await stateOf(daemon)).toMatchObject({ cause: 'lost_answer', error: { description: /never arrived here/ } })
      expect(server.refreshes).toHaveLength(2)
      // The same after another start, without asking the server again.
      await daemon.kill()
      await daemon.start()
      await until('the end of the login', async () => (await stateOf(daemon))?.kind === 'reauthorization_required')
      expect(await stateOf(daemon)).toMatchObject({ cause: 'lost_answer' })
      expect(server.refreshes).toHaveLength(2)
      const account = (await daemon.status()).accounts.find((row) => row.provider === 'openai-codex')?.id
      expect(await signIn(daemon, { provider: 'openai-codex', approve: server.approve })).toBe(account)
      expect(await stateOf(daemon)).toMatchObject({ kind: 'active' })
      await daemon.kill()
      await daemon.start()
      await tokenOf(daemon, 'codex')
    }))
})

test.for<[code: string, cause: string, sentence: RegExp]>([
  ['refresh_token_reused', 'used_elsewhere', /used by another program/],
  ['refresh_token_invalidated', 'revoked', /was revoked/],
  ['refresh_token_expired', 'end_of_life', /end of its life/],
  ['invalid_grant', 'unknown', /revoked, it expired, or another program used it/],
])('%s is told as %s', ([code, cause, description]) =>
  withLogin(async (daemon, server) => {
    const token = await tokenOf(daemon, 'codex')
    server.answerRefreshes((response) => json(response, 401, { error: { code, message: 'no' } }))
    const answer = await daemon.ask(`/v1/token/codex${rejected(token)}`)
    expect(answer).toMatchObject({ status: 401, json: { error: 'reauthorization_required', fix: /^Sign in again|^Run/ } })
    expect(await stateOf(daemon)).toMatchObject({ kind: 'reauthorization_required', cause, error: { code, description } })
  }),
)
