// What happens to the vault behind the back of a daemon: in the keychain, on the disk, in a file. Each is a state that says what to
// do, leaves the other account alone, and goes away with its cause.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  deleteKeyringItem,
  holdPrompts,
  lockKeyring,
  type SessionEnvironment,
  secretToolSearch,
  storeKeyringItem,
  unlockKeyring,
  withKeyring,
} from '../support/keyring.ts'
import { type Disk, tinyDisk } from '../vault/disks.ts'
import { codexSignIn, codexState, inSession, type Scene, untilVault } from './keychain-session.ts'
import { signIn, tokenOf } from './practice-login.ts'
import { type Environment, type RunningDaemon, until } from './running-daemon.ts'

const advice = { code: expect.any(String), description: expect.any(String), fix: expect.any(String) }

/** Two accounts; answers their tokens. */
async function signInTwice({ daemon, server }: Scene): Promise<{ codex: string; practice: string }> {
  await codexSignIn(daemon, server)
  await signIn(daemon, { approve: server.approve })
  return { codex: await tokenOf(daemon, 'codex'), practice: await tokenOf(daemon) }
}

/** A refresh, asked for as a program does whose token was refused. */
const rejecting = (token: string) => `?rejected=${createHash('sha256').update(token).digest('hex')}`

describe.concurrent('the key in the keychain', () => {
  async function itemOf(session: SessionEnvironment) {
    const [item] = await secretToolSearch({ service: 'TokenTray' }, session)
    return { name: { service: 'TokenTray', account: item?.attributes.account ?? '' }, secret: item?.secret ?? '' }
  }

  test.for<
    [name: string, code: string, harm: (item: Awaited<ReturnType<typeof itemOf>>, env: SessionEnvironment) => Promise<void>]
  >([
    ['deleted by hand', 'data_key_missing', ({ name }, env) => deleteKeyringItem(name, env)],
    [
      'replaced by another one',
      'data_key_replaced',
      ({ name }, env) => storeKeyringItem(name, Buffer.alloc(32, 7).toString('base64'), env),
    ],
    ['replaced by something that is no key', 'data_key_malformed', ({ name }, env) => storeKeyringItem(name, 'no key', env)],
  ])('that was %s is named, and the vault opens by itself once it is back', async ([, code, harm]) => {
    await inSession(withKeyring, async (scene) => {
      const { session, daemon } = scene
      await daemon.start()
      const tokens = await signInTwice(scene)
      await daemon.kill()
      const item = await itemOf(session)
      await harm(item, session)
      await daemon.start()
      const state = await untilVault(daemon, 'broken')
      expect(state).toMatchObject({ error: { ...advice, code } })
      expect(await daemon.cli(['token', 'codex'])).toMatchObject({ code: 6, stdout: '' })
      await storeKeyringItem(item.name, item.secret, session)
      await untilVault(daemon, 'ready')
      await until('the account', async () => (await codexState(daemon))?.kind === 'active')
      expect([await tokenOf(daemon, 'codex'), await tokenOf(daemon)]).toEqual([tokens.codex, tokens.practice])
    })
  })

  test('that was deleted while the daemon runs is put back before a lock and before the end', async () => {
    await inSession(withKeyring, async (scene) => {
      const { session, daemon } = scene
      await daemon.start()
      const tokens = await signInTwice(scene)
      const { name, secret } = await itemOf(session)
      await deleteKeyringItem(name, session)
      expect(await daemon.cli(['lock'])).toMatchObject({ code: 0 })
      expect(await daemon.cli(['unlock'])).toMatchObject({ code: 0 })
      expect(await tokenOf(daemon, 'codex')).toBe(tokens.codex)
      await deleteKeyringItem(name, session)
      await daemon.stop()
      expect((await itemOf(session)).secret).toBe(secret)
      await daemon.start()
      expect([await tokenOf(daemon, 'codex'), await tokenOf(daemon)]).toEqual([tokens.codex, tokens.practice])
    })
  })

  test('behind a prompt that is dismissed after a while waits for the unlocking, without another prompt', async () => {
    await inSession(withKeyring, async (scene) => {
      const { session, daemon } = scene
      await daemon.start()
      const tokens = await signInTwice(scene)
      await daemon.kill()
      await lockKeyring(session)
      const release = await holdPrompts(session)
      await daemon.start()
      expect(await untilVault(daemon, 'locked')).toMatchObject({ error: { ...advice, code: 'keychain_waiting' } })
      release()
      await until('the dismissal', async () => {
        const { state } = (await daemon.status()).vault
        return state.kind === 'locked' && state.error.code === 'keychain_locked'
      })
      await unlockKeyring(undefined, session)
      await untilVault(daemon, 'ready')
      expect(await tokenOf(daemon, 'codex')).toBe(tokens.codex)
    })
  })
})

describe('the disk', () => {
  const faults: [name: string, says: RegExp, harm: (disk: Disk) => void, mend: (disk: Disk) => void][] = [
    ['full', /^The disk is full: /, fillUp, emptyOut],
    ['read-only', /^TokenTray may not write .*EROFS/, (disk) => disk.makeReadOnly(), (disk) => disk.makeWritable()],
  ]
  test.for(faults)(
    'that is %s loses no login, says so, and is written to when it can be',
    async ([, says, harm, mend], context) => {
      const disk = tinyDisk('512k')
      if (disk === undefined) return context.skip('mounting is not permitted here')
      onTestFinished(() => disk.remove())
      await inSession(withKeyring, async (scene) => {
        const { daemon, server } = scene
        const place: Environment = { TOKENTRAY_HOME: disk.path, TOKENTRAY_SOCKET: join(daemon.home, 'agent.sock') }
        await daemon.start(place)
        const old = await signInTwice(scene)
        harm(disk)
        const refused = await daemon.ask(`/v1/token/codex${rejecting(old.codex)}`)
        expect(refused.json).toMatchObject({ error: expect.stringMatching(/_unavailable$/), fix: expect.any(String) })
        // Where the refresh cannot even be noted, it is not sent; where it was noted, its result is kept in memory (S5).
        const state = await codexState(daemon)
        expect(state).toMatchObject({ error: { ...advice, description: expect.stringMatching(says) } })
        expect(server.refreshes).toHaveLength(state?.kind === 'backing_off' ? 0 : 1)
        // The other account needs no disk.
        expect(await tokenOf(daemon)).toBe(old.practice)

        mend(disk)
        const ask = () => daemon.ask(`/v1/token/codex${rejecting(old.codex)}`)
        await until('a newer token', async () => (await ask()).status === 200)
        expect(await codexState(daemon)).toMatchObject({ kind: 'active' })
        const fresh = await tokenOf(daemon, 'codex')
        expect(fresh).not.toBe(old.codex)
        expect(server.refreshes).toHaveLength(1)
        await daemon.kill()
        await daemon.start()
        await untilVault(daemon, 'ready')
        expect([await tokenOf(daemon, 'codex'), await tokenOf(daemon)]).toEqual([fresh, old.practice])
        await daemon.kill()
      })
    },
  )

  test.for(faults)('that is %s at the start keeps nobody from the logins on it', async ([, , harm, mend], context) => {
    const disk = tinyDisk('512k')
    if (disk === undefined) return context.skip('mounting is not permitted here')
    onTestFinished(() => disk.remove())
    await inSession(withKeyring, async (scene) => {
      const { daemon } = scene
      await daemon.start({ TOKENTRAY_HOME: disk.path, TOKENTRAY_SOCKET: join(daemon.home, 'agent.sock') })
      const tokens = await signInTwice(scene)
      await daemon.kill()
      harm(disk)
      await daemon.start()
      await untilVault(daemon, 'ready')
      expect([await tokenOf(daemon, 'codex'), await tokenOf(daemon)]).toEqual([tokens.codex, tokens.practice])
      await daemon.kill()
      mend(disk)
    })
  })
})

function fillUp({ path }: Disk): void {
  for (let number = 0; number < 2_000; number += 1) {
    try {
      writeFileSync(join(path, `filler-${number}`), Buffer.alloc(4_096))
    } catch {
      return
    }
  }
}

function emptyOut({ path }: Disk): void {
  for (const name of readdirSync(path)) if (name.startsWith('filler-')) rmSync(join(path, name))
}

describe.concurrent('the file of an account', () => {
  const grants = ({ home }: RunningDaemon) => join(home, 'vault', 'grants')
  const fileOf = (daemon: RunningDaemon, provider: string) => {
    const name = readdirSync(grants(daemon)).find((each) => each.startsWith(provider) && each.endsWith('.sealed'))
    return join(grants(daemon), name ?? 'missing')
  }
  /** Only one copy, so that nothing takes the place of a file that is harmed. */
  function forgetCopies(daemon: RunningDaemon): void {
    for (const name of readdirSync(grants(daemon))) if (name.endsWith('.previous')) rmSync(join(grants(daemon), name))
  }

  test.for<[name: string, code: string, harm: (text: string) => string]>([
    ['that is cut short', 'grant_damaged', (text) => text.slice(0, text.length / 2)],
    ['that is empty', 'grant_damaged', () => ''],
    ['of a future version', 'sealed_by_newer_version', () => '{"tokentray_sealed":99}'],
  ])('%s is named, the other account goes on, and the harm can be mended', async ([, code, harm]) => {
    await inSession(withKeyring, async (scene) => {
      const { daemon, server } = scene
      await daemon.start()
      const old = await signInTwice(scene)
      await daemon.kill()
      forgetCopies(daemon)
      const file = fileOf(daemon, 'openai-codex')
      const good = readFileSync(file, 'utf8')
      writeFileSync(file, harm(good))
      await daemon.start()
      await untilVault(daemon, 'ready')
      expect(await tokenOf(daemon)).toBe(old.practice)
      // A caller waits until its account has been read, which a vault that is open does not mean yet.
      expect((await daemon.ask('/v1/token/codex')).json).toMatchObject({
        error: 'reauthorization_required',
        fix: expect.any(String),
      })
      expect(await codexState(daemon)).toMatchObject({
        kind: 'reauthorization_required',
        error: { code, description: expect.any(String) },
      })

      if (code === 'grant_damaged') {
        await codexSignIn(daemon, server)
        expect(await tokenOf(daemon, 'codex')).not.toBe(old.codex)
        return
      }
      // The file of a newer program is left alone, and serves again when the newer program has made it readable.
      expect(readFileSync(file, 'utf8')).toBe(harm(good))
      await daemon.kill()
      writeFileSync(file, good)
      await daemon.start()
      expect(await tokenOf(daemon, 'codex')).toBe(old.codex)
    })
  })

  test('that was swapped with the one of another account hands nobody the other one', async () => {
    await inSession(withKeyring, async (scene) => {
      const { daemon, server } = scene
      await daemon.start()
      const old = await signInTwice(scene)
      await daemon.kill()
      forgetCopies(daemon)
      const [one, other] = [fileOf(daemon, 'openai-codex'), fileOf(daemon, 'practice')]
      renameSync(one, `${one}.x`)
      renameSync(other, one)
      renameSync(`${one}.x`, other)
      await daemon.start()
      await untilVault(daemon, 'ready')
      for (const selector of ['codex', 'practice']) {
        const answer = await daemon.ask(`/v1/token/${selector}`)
        expect(answer.json).toMatchObject({ error: 'reauthorization_required', fix: expect.any(String) })
        for (const token of Object.values(old)) expect(answer.text).not.toContain(token)
      }
      const fresh = await signInTwice(scene)
      expect(server.refreshes).toEqual([])
      expect(Object.values(fresh)).not.toContain(old.codex)
    })
  })
})
