import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { PracticeServer } from '../../src/practice/index.ts'
import { type SessionEnvironment, secretToolSearch, withKeyring, withoutBus } from '../support/keyring.ts'
import { signIn, tokenOf, whoami, withPracticeServer } from './practice-login.ts'
import { type Environment, type RunningDaemon, until, withHome } from './running-daemon.ts'

const passphrase = 'correct horse battery staple'

/** A home with a real authorization server that plays every provider. Nothing is started. */
function withScene(env: Environment, body: (daemon: RunningDaemon, server: PracticeServer) => Promise<void>): Promise<void> {
  return withPracticeServer({}, (server) =>
    withHome({ TOKENTRAY_VAULT: undefined, TOKENTRAY_UPSTREAM: server.issuer, ...env }, (daemon) => body(daemon, server)),
  )
}

const vaultOf = async (daemon: RunningDaemon) => (await daemon.status()).vault
const untilVault = (daemon: RunningDaemon, kind: string) =>
  until(`the vault to be ${kind}`, async () => {
    const vault = await vaultOf(daemon)
    return vault.state.kind === kind ? vault : undefined
  })
const unlock = (daemon: RunningDaemon, body: object) => daemon.ask('/v1/unlock', { method: 'POST', body })
const move = (daemon: RunningDaemon, body: object) => daemon.ask('/v1/vault/move', { method: 'POST', body })

/** The token that was handed out, once it was shown to be good. */
async function goodToken(daemon: RunningDaemon, server: PracticeServer): Promise<string> {
  const token = await tokenOf(daemon)
  expect((await whoami(server, token)).status).toBe(200)
  return token
}

describe.concurrent('a headless daemon', () => {
  test('that starts with a passphrase file keeps its logins over a kill, without a keychain and without a person', async () => {
    await withoutBus((session) =>
      withScene(session, async (daemon, server) => {
        const file = join(daemon.home, 'passphrase')
        await writeFile(file, `${passphrase}\n`, { mode: 0o600 })
        await daemon.start({ TOKENTRAY_VAULT: 'passphrase', TOKENTRAY_PASSPHRASE_FILE: file })
        await signIn(daemon)
        const token = await goodToken(daemon, server)
        await daemon.kill()
        // The vault knows its store by now.
        await daemon.start({ TOKENTRAY_VAULT: undefined })
        expect(await tokenOf(daemon)).toBe(token)
        expect(await daemon.cli(['token', 'practice'])).toMatchObject({ code: 0, stdout: `${token}\n` })
        expect(await vaultOf(daemon)).toEqual({ store: 'passphrase', state: { kind: 'ready' } })
        expect(server.statistics.tokenRequests.refresh_token.succeeded).toBe(0)
        await expectNowhere(daemon, [file])
      }),
    )
  })

  test('without one waits for `tokentray unlock`, and says so to everybody', async () => {
    await withScene({ TOKENTRAY_VAULT: 'passphrase' }, async (daemon, server) => {
      await daemon.start()
      expect(await untilVault(daemon, 'locked')).toMatchObject({
        store: 'passphrase',
        state: { error: { code: 'passphrase_unset' } },
      })
      expect((await unlock(daemon, { passphrase: 'short' })).json).toMatchObject({ error: 'invalid_request' })
      expect((await unlock(daemon, { passphrase })).json).toEqual({ store: 'passphrase', state: { kind: 'ready' } })
      await signIn(daemon)
      const token = await goodToken(daemon, server)
      await daemon.kill()

      await daemon.start()
      expect(await untilVault(daemon, 'locked')).toMatchObject({ state: { error: { code: 'passphrase_needed' } } })
      expect(await daemon.cli(['token', 'practice'])).toMatchObject({
        code: 6,
        stdout: '',
        stderr: expect.stringContaining('tokentray unlock'),
      })
      expect(await daemon.cli(['status'])).toMatchObject({
        stdout: expect.stringMatching(/^vault: locked: .*Run `tokentray unlock`/),
      })
      const wrong = await unlock(daemon, { passphrase: 'incorrect horse' })
      expect(wrong).toMatchObject({ status: 403, json: { error: 'wrong_passphrase', retry_after: 1 } })
      expect((await unlock(daemon, { passphrase })).json).toMatchObject({ error: 'wrong_passphrase' })
      await sleep(1_050)
      expect((await unlock(daemon, { passphrase })).status).toBe(200)
      expect(await tokenOf(daemon)).toBe(token)
      await expectNowhere(daemon)
    })
  })

  test('whose passphrase file is missing, open to others or wrong says which, and takes the passphrase from a person', async () => {
    await withScene({ TOKENTRAY_VAULT: 'passphrase' }, async (daemon) => {
      await daemon.start()
      await unlock(daemon, { passphrase })
      await signIn(daemon)
      await daemon.kill()
      const file = join(daemon.home, 'passphrase')
      const cases: [RegExp, () => Promise<unknown>][] = [
        [/passphrase of TOKENTRAY_PASSPHRASE_FILE was not used: it is not there/, async () => {}],
        [/others may read it; `chmod 600`/, () => writeFile(file, passphrase, { mode: 0o644 })],
        [
          /The passphrase of TOKENTRAY_PASSPHRASE_FILE is wrong/,
          async () => {
            const other = join(daemon.home, 'other')
            await writeFile(other, 'incorrect horse', { mode: 0o600 })
            daemon.env = { ...daemon.env, TOKENTRAY_PASSPHRASE_FILE: other }
          },
        ],
      ]
      daemon.env = { ...daemon.env, TOKENTRAY_PASSPHRASE_FILE: file }
      for (const [says, prepare] of cases) {
        await prepare()
        await daemon.start()
        expect(await untilVault(daemon, 'locked')).toMatchObject({
          state: { error: { code: 'passphrase_needed', description: expect.stringMatching(says) } },
        })
        await sleep(1_050)
        expect((await unlock(daemon, { passphrase })).status).toBe(200)
        await daemon.kill()
      }
    })
  })
})

describe.concurrent('the key of a vault', () => {
  const keyring = (session: SessionEnvironment) => secretToolSearch({ service: 'TokenTray' }, session)

  test('moves from a real keychain behind a passphrase and back, and no login is needed', async () => {
    await withKeyring((session) =>
      withScene(session, async (daemon, server) => {
        await daemon.start()
        await signIn(daemon)
        const token = await goodToken(daemon, server)
        const [item] = await keyring(session)
        expect((await move(daemon, { to: 'passphrase', passphrase, dry_run: true })).json).toMatchObject({
          moved: false,
          accounts: 1,
        })
        expect(await keyring(session)).toEqual([item])

        expect((await move(daemon, { to: 'passphrase', passphrase })).json).toEqual({
          from: 'keychain',
          to: 'passphrase',
          accounts: 1,
          moved: true,
        })
        expect(await keyring(session)).toEqual([])
        expect(await tokenOf(daemon)).toBe(token)
        expect((await vaultOf(daemon)).store).toBe('passphrase')
        await daemon.kill()
        await daemon.start()
        await untilVault(daemon, 'locked')
        await unlock(daemon, { passphrase })
        expect(await tokenOf(daemon)).toBe(token)

        expect((await move(daemon, { to: 'keychain' })).json).toMatchObject({ moved: true, accounts: 1 })
        expect((await keyring(session)).map(({ secret }) => secret)).toEqual([item?.secret])
        expect(await readdir(join(daemon.home, 'vault'))).not.toContain('key.json')
        await daemon.kill()
        await daemon.start()
        expect(await tokenOf(daemon)).toBe(token)
        expect(server.statistics.tokenRequests.refresh_token.succeeded).toBe(0)
        await expectNowhere(daemon)
      }),
    )
  })

  test('is never lost by a kill in the middle of a move, and is in one place after the next start', {
    timeout: 120_000,
  }, async () => {
    await withKeyring((session) =>
      withScene(session, async (daemon, server) => {
        await daemon.start()
        await signIn(daemon)
        const token = await goodToken(daemon, server)
        const places = async () => [(await keyring(session)).length, Number(existsSync(join(daemon.home, 'vault', 'key.json')))]
        for (const delay of [5, 30, 60, 100, 160, 240, 330, 450, 600, 900]) {
          const to = (await vaultOf(daemon)).store === 'keychain' ? 'passphrase' : 'keychain'
          const moving = move(daemon, to === 'passphrase' ? { to, passphrase } : { to }).catch(() => undefined)
          await sleep(delay)
          await daemon.kill()
          await moving
          await daemon.start()
          if ((await until('the vault', async () => settled(await vaultOf(daemon)))) === 'locked')
            await unlock(daemon, { passphrase })
          expect(await tokenOf(daemon), `killed after ${delay} ms`).toBe(token)
          await until('one place', async () => (await places()).join() === '1,0' || (await places()).join() === '0,1')
        }
        await expectNowhere(daemon)
      }),
    )
  })
})

const settled = ({ state }: { readonly state: { readonly kind: string } }) => (state.kind === 'opening' ? undefined : state.kind)

/** The passphrase is in no file but those that the test wrote, in no output, and not in what other programs see of the process. */
async function expectNowhere(daemon: RunningDaemon, own: readonly string[] = []): Promise<void> {
  const entries = await readdir(daemon.home, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.filter((each) => !own.includes(each))) {
    expect((await readFile(file, 'latin1')).includes(passphrase), file).toBe(false)
  }
  expect(daemon.said).not.toContain(passphrase)
  if (process.platform !== 'linux') return
  for (const part of ['environ', 'cmdline']) {
    expect(await readFile(`/proc/${daemon.pid}/${part}`, 'latin1')).not.toContain(passphrase)
  }
}
