// Several vaults on one real keyring.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  holdPrompts,
  lockKeyring,
  secretToolSearch,
  unlockKeyring,
  withKeyring,
  withoutSecretService,
} from '../support/keyring.ts'
import { inSession } from './keychain-session.ts'
import { type Answering, signIn, tokenOf } from './practice-login.ts'
import { type RunningDaemon, until } from './running-daemon.ts'
import { ask } from './socket-request.ts'

const vault = ({ home }: RunningDaemon, name: string): Answering => ({
  ask: (path, question) => ask(join(home, `vault-${name}.sock`), path, question),
})
const stateOf = async (where: Answering) => {
  const { vault: status } = (await where.ask('/v1/status')).json as {
    vault: { state: { kind: string; error?: { code: string } } }
  }
  return status.state
}
const untilState = (where: Answering, kind: string) =>
  until(`the vault to be ${kind}`, async () => {
    const state = await stateOf(where)
    return state.kind === kind && state
  })

test.concurrent('each has an item of its own, which goes with it and leaves the others alone', async () => {
  await inSession(withKeyring, async ({ session, daemon, server }) => {
    const items = async () => (await secretToolSearch({ service: 'TokenTray' }, session)).map(({ secret }) => secret)
    await daemon.start()
    await signIn(daemon, { approve: server.approve })
    const [own] = await items()
    expect((await daemon.cli(['vault', 'create', 'work'])).code).toBe(0)
    const work = vault(daemon, 'work')
    await signIn(work, { approve: server.approve })
    const tokens = [await tokenOf(daemon), await tokenOf(work)]
    const both = await items()
    expect(both).toHaveLength(2)
    expect(both).toContain(own)
    for (const key of both) expect(Buffer.from(key, 'base64')).toHaveLength(32)
    expect(new Set([...both, ...tokens]).size).toBe(4)

    await daemon.kill()
    await daemon.start()
    expect([await tokenOf(daemon), await tokenOf(work)]).toEqual(tokens)
    expect(await daemon.cli(['vault', 'remove', 'work', '--sign-out'])).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/\nRemoved: work\n$/),
    })
    expect(await items()).toEqual([own])
    expect(await readdir(join(daemon.home, 'vaults'))).toEqual([])
    expect(await tokenOf(daemon)).toBe(tokens[0])
  })
})

test.concurrent('each is moved by itself, and the key of the other stays where it is', async () => {
  await inSession(withKeyring, async ({ session, daemon, server }) => {
    await daemon.start()
    expect((await daemon.cli(['vault', 'create', 'work'])).code).toBe(0)
    const work = vault(daemon, 'work')
    await signIn(daemon, { approve: server.approve })
    await signIn(work, { approve: server.approve })
    const move = daemon.startCli(['vault', 'move', '--to', 'passphrase', '--stdin', '--vault', 'work'])
    move.type('correct horse battery staple\n')
    move.hangUp()
    expect(await move.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('The key of 1 login was moved') })
    expect(await secretToolSearch({ service: 'TokenTray' }, session)).toHaveLength(1)
    await daemon.kill()
    await daemon.start()
    await tokenOf(daemon)
    expect(await untilState(work, 'locked')).toMatchObject({ error: { code: 'passphrase_needed' } })
    expect((await daemon.cli(['vault', 'status'])).stdout).toContain('in the keychain')
    expect((await daemon.cli(['vault', 'status', '--vault', 'work'])).stdout).toMatch(
      /a file that[\s\S]*`tokentray --vault work unlock`/,
    )
  })
})

test.concurrent('all open by themselves after one unlocking', async () => {
  await inSession(withKeyring, async ({ session, daemon, server }) => {
    await daemon.start()
    const names = ['one', 'two']
    for (const name of names) expect((await daemon.cli(['vault', 'create', name])).code).toBe(0)
    const all = [daemon, ...names.map((name) => vault(daemon, name))]
    for (const each of all) await signIn(each, { approve: server.approve })
    const tokens = await Promise.all(all.map((each) => tokenOf(each)))
    await daemon.kill()
    await lockKeyring(session)
    await daemon.start()
    for (const each of all) expect(await untilState(each, 'locked')).toMatchObject({ error: { code: 'keychain_locked' } })
    await unlockKeyring(undefined, session)
    for (const each of all) await untilState(each, 'ready')
    expect(await Promise.all(all.map((each) => tokenOf(each)))).toEqual(tokens)
    expect(server.refreshes).toEqual([])
  })
})

test.concurrent('with a prompt that nobody answers all of them say so, and the daemon ends', { timeout: 120_000 }, async () => {
  await inSession(withKeyring, async ({ session, daemon, server }) => {
    await daemon.start()
    const names = ['one', 'two', 'three', 'four', 'five']
    for (const name of names) await daemon.ask('/v1/vaults', { method: 'POST', body: { name } })
    const all = [daemon, ...names.map((name) => vault(daemon, name))]
    await signIn(daemon, { approve: server.approve })
    await daemon.kill()
    await lockKeyring(session)
    const release = await holdPrompts(session)
    try {
      await daemon.start()
      for (const each of all) expect(await untilState(each, 'locked')).toMatchObject({ error: { code: 'keychain_waiting' } })
      // Four held calls would take every thread that files are read and written with.
      expect((await daemon.cli(['clients', 'deny', 'x', '--vault', 'five'])).code).toBe(0)
      const { process } = daemon
      process.signal('SIGTERM')
      await until('the end of the daemon', () => process.hasEnded, 10_000)
      expect((await readdir(daemon.home)).filter((name) => name.endsWith('.sock'))).toEqual([])
    } finally {
      release()
    }
  })
})

test.concurrent('one that never had a key can be removed without a keychain', async () => {
  await inSession(withoutSecretService, async ({ daemon }) => {
    await daemon.start()
    expect((await daemon.cli(['vault', 'create', 'work'])).code).toBe(0)
    await untilState(vault(daemon, 'work'), 'absent')
    expect(await daemon.cli(['vault', 'remove', 'work'])).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Removed: work\nThe key of the vault may still be in the keychain/),
    })
    expect(await readdir(join(daemon.home, 'vaults'))).toEqual([])
  })
})
