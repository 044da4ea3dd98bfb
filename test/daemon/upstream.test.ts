// S7: a login is used with the authorization server that issued it, and with no other, whatever TOKENTRAY_UPSTREAM says.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { withKeyring } from '../support/keyring.ts'
import { type MisbehavingServer, withMisbehavingServer } from './authorization-server.ts'
import { signIn, tokenOf } from './practice-login.ts'
import { type RunningDaemon, until, withHome } from './running-daemon.ts'

interface Scene {
  readonly daemon: RunningDaemon
  readonly first: MisbehavingServer
  readonly second: MisbehavingServer
}

/** A daemon that has a login of the first server, and is configured for the second one now. */
function withMovedLogin(body: (scene: Scene & { readonly token: string }) => Promise<void>): Promise<void> {
  return withKeyring((session) =>
    withMisbehavingServer(3600, (first) =>
      withMisbehavingServer(3600, (second) =>
        withHome({ ...session, TOKENTRAY_VAULT: 'keychain', TOKENTRAY_REFRESH: undefined }, async (daemon) => {
          await daemon.start({ TOKENTRAY_UPSTREAM: first.origin })
          await signIn(daemon, { provider: 'openai-codex', approve: first.approve })
          const token = await tokenOf(daemon, 'codex')
          await move({ daemon, to: second })
          await body({ daemon, first, second, token })
          for (const server of [first, second]) expect(server.faults).toEqual([])
          // No secret of one server was ever at the other one.
          for (const secret of first.secrets) expect(second.secrets).not.toContain(secret)
        }),
      ),
    ),
  )
}

async function move({ daemon, to }: { readonly daemon: RunningDaemon; readonly to: MisbehavingServer }): Promise<void> {
  await daemon.stop()
  await daemon.start({ TOKENTRAY_UPSTREAM: to.origin })
  await until('the vault', async () => (await daemon.status()).vault.state.kind === 'ready')
  await until('the account', async () => (await codexRows(daemon)).every(({ state }) => !isNotLoaded(state)))
}

const isNotLoaded = (state: object) => 'error' in state && (state.error as { code: string }).code === 'vault_locked'
const codexRows = async (daemon: RunningDaemon) =>
  (await daemon.status()).accounts.filter(({ provider }) => provider === 'openai-codex')
const rejecting = (token: string) => `?rejected=${createHash('sha256').update(token).digest('hex')}`

describe.concurrent('a login under another upstream', () => {
  test('is kept, named and never sent there, and works again when its own server is back', async () => {
    await withMovedLogin(async ({ daemon, first, second, token }) => {
      expect(await codexRows(daemon)).toMatchObject([{ state: { kind: 'unavailable', error: { code: 'issuer_mismatch' } } }])
      const refused = await daemon.cli(['token', 'codex'])
      expect(refused).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining(first.origin) })
      expect(refused.stderr).toContain('TOKENTRAY_UPSTREAM')
      for (const query of ['', '?min_valid=3000', rejecting(token)]) {
        expect(await daemon.ask(`/v1/token/codex${query}`)).toMatchObject({ status: 409, json: { error: 'issuer_mismatch' } })
      }
      expect((await daemon.cli(['status'])).stdout).toContain(first.origin)
      expect(second.paths).toEqual([])

      await move({ daemon, to: first })
      expect(await tokenOf(daemon, 'codex')).toBe(token)
      expect(await tokenOf(daemon, 'codex', rejecting(token))).not.toBe(token)
      expect(first.refreshes).toHaveLength(1)
    })
  })

  test('stands beside a new login there, and each is used with its own server', async () => {
    await withMovedLogin(async ({ daemon, first, second, token }) => {
      await signIn(daemon, { provider: 'openai-codex', approve: second.approve })
      expect(await codexRows(daemon)).toHaveLength(2)
      const other = await tokenOf(daemon, 'codex')
      expect(second.secrets).toContain(other)
      const renewed = await tokenOf(daemon, 'codex', rejecting(other))
      expect(second.secrets).toContain(renewed)

      await move({ daemon, to: first })
      expect(await tokenOf(daemon, 'codex')).toBe(token)
      await move({ daemon, to: second })
      expect(await tokenOf(daemon, 'codex')).toBe(renewed)
    })
  })

  test('can be forgotten, and nobody hears of it', async () => {
    await withMovedLogin(async ({ daemon, first, second }) => {
      const before = first.paths.length
      const ended = await daemon.cli(['logout', 'codex'])
      expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('Signed out') })
      expect(ended.stderr).not.toContain('confirmed')
      expect(second.paths).toEqual([])
      expect(first.paths).toHaveLength(before)
      await move({ daemon, to: first })
      expect(await codexRows(daemon)).toMatchObject([{ state: { kind: 'signed_out' } }])
    })
  })
})
