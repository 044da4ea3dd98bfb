import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  deleteKeyringItem,
  holdPrompts,
  listKeyringItems,
  lockKeyring,
  restartKeyring,
  secretToolSearch,
  unlockKeyring,
  withKeyring,
  withoutBus,
  withoutSecretService,
} from '../support/keyring.ts'
import { json } from './authorization-server.ts'
import { codexSignIn, codexState, inSession, type Session, untilVault, vaultState } from './keychain-session.ts'
import { signIn, tokenOf } from './practice-login.ts'
import { until } from './running-daemon.ts'

describe.concurrent('a keyring that is open', () => {
  test('holds one item of 32 bytes, with which the next daemon goes on after a kill, without a login', async () => {
    await inSession(withKeyring, async ({ session, daemon, server }) => {
      await daemon.start()
      await codexSignIn(daemon, server)
      await signIn(daemon, { approve: server.approve })
      const tokens = [await tokenOf(daemon, 'codex'), await tokenOf(daemon)]
      await daemon.kill()
      await daemon.start()
      expect(await daemon.cli(['token', 'codex'])).toMatchObject({ code: 0, stdout: `${tokens[0]}\n` })
      expect(await tokenOf(daemon)).toBe(tokens[1])
      expect(server.refreshes).toEqual([])

      const found = await secretToolSearch({ service: 'TokenTray' }, session)
      expect(found).toHaveLength(1)
      const key = Buffer.from(found[0]?.secret ?? '', 'base64')
      expect(key).toHaveLength(32)
      expect(key.toString('base64')).toBe(found[0]?.secret)
      expect(await listKeyringItems(session)).toHaveLength(1)
    })
  })

  test('keeps a rotated refresh token over a kill right behind the answer, even one that came with garbage (S3)', async () => {
    await inSession(withKeyring, async ({ daemon, server }) => {
      await daemon.start()
      await codexSignIn(daemon, server)
      const rejected = async (): Promise<string> => {
        const hash = createHash('sha256')
          .update(await tokenOf(daemon, 'codex'))
          .digest('hex')
        return tokenOf(daemon, 'codex', `?rejected=${hash}`)
      }
      server.answerRefreshes((response, issue) => json(response, 200, { ...issue(), id_token: '%%%' }))
      for (let round = 1; round <= 3; round += 1) {
        const token = await rejected()
        await daemon.kill()
        await daemon.start()
        expect(await tokenOf(daemon, 'codex')).toBe(token)
        expect(server.refreshes).toHaveLength(round)
      }
    })
  })

  test('forgets a login with logout, for the next daemon as well', async () => {
    await inSession(withKeyring, async ({ daemon, server }) => {
      await daemon.start()
      await codexSignIn(daemon, server)
      expect((await daemon.cli(['logout', 'codex'])).code).toBe(0)
      await daemon.kill()
      await daemon.start()
      expect(await codexState(daemon)).toEqual({ kind: 'signed_out' })
      expect((await readdir(join(daemon.home, 'vault', 'grants'))).filter((name) => name.includes('codex'))).toEqual([])
    })
  })

  test('whose item was deleted is named, and nothing is written over', async () => {
    await inSession(withKeyring, async ({ session, daemon, server }) => {
      await daemon.start()
      await codexSignIn(daemon, server)
      await daemon.kill()
      const [item] = await secretToolSearch({ service: 'TokenTray' }, session)
      await deleteKeyringItem({ service: 'TokenTray', account: item?.attributes.account ?? '' }, session)
      await daemon.start()
      expect(await untilVault(daemon, 'broken')).toMatchObject({ error: { code: 'data_key_missing' } })
      expect(await daemon.cli(['token', 'codex'])).toMatchObject({ code: 6, stdout: '' })
      expect(await daemon.cli(['login', 'codex', '--paste'])).toMatchObject({ code: 6, stdout: '' })
      expect(await listKeyringItems(session)).toEqual([])
    })
  })
})

describe.concurrent('a keyring that is locked', () => {
  test('at the start is a visible state, and the next request after the unlocking is served', async () => {
    await inSession(withKeyring, async ({ session, daemon, server }) => {
      await daemon.start()
      await codexSignIn(daemon, server)
      const token = await tokenOf(daemon, 'codex')
      await daemon.kill()
      await lockKeyring(session)

      await daemon.start()
      expect(await untilVault(daemon, 'locked')).toMatchObject({ error: { code: 'keychain_locked' } })
      expect(await codexState(daemon)).toMatchObject({ kind: 'unavailable', error: { code: 'vault_locked' } })
      const status = await daemon.cli(['status'])
      expect(status).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^vault: locked: .*\n[\s\S]*^openai-codex +not available/m),
      })
      for (const args of [
        ['token', 'codex'],
        ['login', 'codex', '--paste'],
      ]) {
        expect(await daemon.cli(args)).toMatchObject({
          code: 6,
          stdout: '',
          stderr: expect.stringMatching(/locked[\s\S]*Unlock/),
        })
      }
      expect((await daemon.ask('/v1/token/codex')).json).toMatchObject({ error: 'vault_locked', fix: expect.any(String) })

      await unlockKeyring(undefined, session)
      expect(await tokenOf(daemon, 'codex')).toBe(token)
      expect(await vaultState(daemon)).toEqual({ kind: 'ready' })
      expect(server.refreshes).toEqual([])
    })
  })

  test('at the start is noticed when it opens, without any request', async () => {
    await inSession(withKeyring, async ({ session, daemon, server }) => {
      await daemon.start()
      await codexSignIn(daemon, server)
      await daemon.kill()
      await lockKeyring(session)
      await daemon.start()
      await untilVault(daemon, 'locked')
      await unlockKeyring(undefined, session)
      await until('the account', async () => (await codexState(daemon))?.kind === 'active')
      expect(await vaultState(daemon)).toEqual({ kind: 'ready' })
    })
  })

  test('while the daemon runs stops nobody: not the tokens, not a refresh, not a login', async () => {
    await inSession(withKeyring, async ({ session, daemon, server }) => {
      await daemon.start()
      await codexSignIn(daemon, server)
      await lockKeyring(session)
      const token = await tokenOf(daemon, 'codex')
      await signIn(daemon, { approve: server.approve })
      expect(server.secrets).toContain(token)
      expect(await vaultState(daemon)).toEqual({ kind: 'ready' })
      await daemon.kill()
      await daemon.start()
      await untilVault(daemon, 'locked')
      await unlockKeyring(undefined, session)
      expect(await tokenOf(daemon, 'codex')).toBe(token)
      expect(server.secrets).toContain(await tokenOf(daemon))
    })
  })

  test('with a prompt that nobody answers is named, holds up nobody, and does not keep the daemon from ending', async () => {
    await inSession(withKeyring, async ({ session, daemon, server }) => {
      await daemon.start()
      await codexSignIn(daemon, server)
      await daemon.kill()
      await lockKeyring(session)
      const release = await holdPrompts(session)
      try {
        await daemon.start()
        expect((await daemon.ask('/v1/health')).status).toBe(200)
        expect(await untilVault(daemon, 'locked')).toMatchObject({ error: { code: 'keychain_waiting' } })
        expect(await daemon.cli(['token', 'codex'])).toMatchObject({ code: 6, stdout: '' })
        const { process } = daemon
        process.signal('SIGTERM')
        await until('the end of the daemon', () => process.hasEnded, 10_000)
        expect(await readdir(daemon.home)).not.toContain('agent.sock')
      } finally {
        release()
      }
    })
  })
})

test.concurrent('a keyring whose service was started again is reached without a new start of the daemon', async () => {
  await inSession(withKeyring, async ({ session, daemon, server }) => {
    await daemon.start()
    await codexSignIn(daemon, server)
    const token = await tokenOf(daemon, 'codex')
    await daemon.cli(['lock'])
    const end = await restartKeyring(session)
    try {
      expect(await daemon.cli(['unlock'])).toMatchObject({ code: 0 })
      expect(await tokenOf(daemon, 'codex')).toBe(token)
      const [item] = await secretToolSearch({ service: 'TokenTray' }, session)
      expect(daemon.said).not.toContain(item?.secret)
    } finally {
      end()
    }
  })
})

describe.concurrent('a session without a keyring', () => {
  test.for<[name: string, session: Session, code: string]>([
    ['has no secret service', withoutSecretService, 'keychain_absent'],
    ['has no bus', withoutBus, 'session_bus_absent'],
  ])('that %s is named, and the daemon goes on', async ([, session, code]) => {
    await inSession(session, async ({ daemon, server }) => {
      await daemon.start()
      expect(await untilVault(daemon, 'absent')).toMatchObject({ error: { code } })
      expect((await daemon.cli(['status'])).stdout).toMatch(/^vault: absent: .*TOKENTRAY_VAULT=memory/m)
      for (const args of [
        ['login', 'codex'],
        ['login', 'practice', '--paste'],
      ]) {
        const ended = await daemon.cli(args)
        expect(ended).toMatchObject({ code: 6, stdout: '', stderr: expect.stringContaining('TOKENTRAY_VAULT=memory') })
      }
      expect(server.paths).toEqual([])
      const { pid } = daemon
      expect((await daemon.ask('/v1/health')).json).toMatchObject({ pid })
      expect((await daemon.stop()).code).toBe(0)
      // Said in so many words, a memory of this process only is all it takes.
      await daemon.start({ TOKENTRAY_VAULT: 'memory' })
      await codexSignIn(daemon, server)
      expect(server.secrets).toContain(await tokenOf(daemon, 'codex'))
    })
  })
})
