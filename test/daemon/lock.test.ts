import { expect, test } from 'vitest'
import { approveAuthorization } from '../../src/practice/index.ts'
import { lockKeyring, unlockKeyring, withKeyring } from '../support/keyring.ts'
import { paste, signIn, startLogin, tokenOf, whoami, withPracticeServer } from './practice-login.ts'
import { type RunningDaemon, until, withHome } from './running-daemon.ts'
import { readEvents } from './socket-request.ts'

const post = (daemon: RunningDaemon, path: string, body?: object) =>
  daemon.ask(path, { method: 'POST', ...(body === undefined ? {} : { body }) })

/** A daemon with a login on a real keychain. */
function withLogin(body: (daemon: RunningDaemon, token: string, scene: Scene) => Promise<void>): Promise<void> {
  return withKeyring((session) =>
    withPracticeServer({}, (server) =>
      withHome({ ...session, TOKENTRAY_VAULT: undefined, TOKENTRAY_UPSTREAM: server.issuer }, async (daemon) => {
        await daemon.start()
        await signIn(daemon)
        await body(daemon, await tokenOf(daemon), {
          lockKeyring: () => lockKeyring(session),
          unlockKeyring: () => unlockKeyring(undefined, session),
          isGood: async (token) => (await whoami(server, token)).status === 200,
          refreshes: () => server.statistics.tokenRequests.refresh_token.succeeded,
        })
      }),
    ),
  )
}

interface Scene {
  lockKeyring(): Promise<void>
  unlockKeyring(): Promise<void>
  isGood(token: string): Promise<boolean>
  refreshes(): number
}

test.concurrent('a lock drops every token, and an unlock brings them back without a login or a refresh', async () => {
  await withLogin(async (daemon, token, { isGood, refreshes }) => {
    const reader = await readEvents(daemon.socket)
    expect((await post(daemon, '/v1/lock')).json).toMatchObject({
      store: 'keychain',
      state: { kind: 'locked', error: { code: 'locked' } },
    })
    await reader.untilState('practice', 'unavailable')
    reader.close()
    for (let asked = 0; asked < 3; asked += 1) {
      expect(await daemon.ask('/v1/token/practice')).toMatchObject({
        status: 503,
        json: { error: 'vault_locked', fix: expect.stringContaining('tokentray unlock') },
      })
    }
    expect((await post(daemon, '/v1/logins', { provider: 'practice', flow: 'paste' })).json).toMatchObject({
      error: 'vault_locked',
    })
    expect((await daemon.cli(['status'])).stdout).toMatch(
      /^vault: locked: TokenTray is locked\. Run `tokentray unlock`.*\n(?:.*\n)*practice +not available/m,
    )
    expect((await post(daemon, '/v1/unlock', {})).json).toEqual({ store: 'keychain', state: { kind: 'ready' } })
    expect(await tokenOf(daemon)).toBe(token)
    expect(await isGood(token)).toBe(true)
    expect(refreshes()).toBe(0)
  })
})

test.concurrent('a locked daemon is not opened by its keychain, and an unlock on a locked keychain waits for it', async () => {
  await withLogin(async (daemon, token, { lockKeyring: lock, unlockKeyring: unlock }) => {
    await post(daemon, '/v1/lock')
    await lock()
    await unlock()
    expect(await daemon.ask('/v1/token/practice')).toMatchObject({ status: 503, json: { error: 'vault_locked' } })
    await lock()
    expect((await post(daemon, '/v1/unlock', {})).json).toMatchObject({
      state: { kind: 'locked', error: { code: 'keychain_locked' } },
    })
    await unlock()
    await until('the vault', async () => (await daemon.status()).vault.state.kind === 'ready')
    expect(await tokenOf(daemon)).toBe(token)
  })
})

test.concurrent('a sign-in that ends while the vault is locked is kept, and stored by the unlock', async () => {
  await withLogin(async (daemon, token, { isGood }) => {
    const login = await startLogin(daemon, { provider: 'practice', flow: 'paste' })
    await post(daemon, '/v1/lock')
    const answer = await paste(daemon, login.id, await approveAuthorization(login.authorization_url))
    expect(answer.json).toMatchObject({ status: 'failed', error: { code: 'vault_locked' } })
    expect(await daemon.ask('/v1/token/practice')).toMatchObject({ json: { error: 'vault_locked' } })
    await post(daemon, '/v1/unlock', {})
    const newer = await until('the new login', async () => {
      const { json } = await daemon.ask('/v1/token/practice')
      return typeof json?.access_token === 'string' && json.access_token
    })
    expect(newer).not.toBe(token)
    expect(await isGood(newer)).toBe(true)
    await daemon.kill()
    await daemon.start()
    expect(await tokenOf(daemon)).toBe(newer)
  })
})

test.concurrent('a daemon that is killed while it is locked loses nothing', async () => {
  await withLogin(async (daemon, token) => {
    await post(daemon, '/v1/lock')
    await daemon.kill()
    await daemon.start()
    expect(await tokenOf(daemon)).toBe(token)
  })
})

test.concurrent('a vault in memory is not locked, and its accounts go on', async () => {
  await withPracticeServer({}, (server) =>
    withHome({ TOKENTRAY_UPSTREAM: server.issuer }, async (daemon) => {
      await daemon.start()
      await signIn(daemon)
      expect(await daemon.cli(['lock'])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/in memory.*\n.*without TOKENTRAY_VAULT/),
      })
      expect((await daemon.status()).accounts).toContainEqual(
        expect.objectContaining({ provider: 'practice', state: expect.objectContaining({ kind: 'active' }) }),
      )
    }),
  )
})
