import { describe, expect, test } from 'vitest'
import { settle } from '../support/manual-clock.ts'
import { emptyBroker, handOut, minute } from './doubles.ts'

/** A broker that has started, and watches the login of a program. */
async function watchingBroker(program = 'tool') {
  const bench = emptyBroker()
  await bench.broker.start()
  const { account } = await bench.broker.accounts.addForeignLogin({ mode: 'watched', program })
  const row = (broker = bench.broker) => broker.snapshot().accounts.find(({ id }) => id === account.id)
  return { ...bench, account: account.id, row }
}

describe('a login that is watched', () => {
  test('shows whose it is and when its token ends, as the file of the program does', async () => {
    const { watched, clock, row } = await watchingBroker()
    expect(row()).toMatchObject({
      ownership: { mode: 'watched', program: 'tool', file: '/home/a/.tool', login: 'main' },
      identity: { email: 'w@b.example', plan: 'plus' },
      state: { kind: 'active' },
    })
    watched.reading = {
      kind: 'signed_in',
      identity: { key: 'user-w', email: 'w@b.example', plan: 'pro' },
      expiresAt: clock.now() + minute,
    }
    await clock.advance(2 * minute)
    expect(row()).toMatchObject({ identity: { plan: 'pro' }, state: { kind: 'active', expires_at: clock.now() / 1000 - 60 } })
    watched.reading = { kind: 'unreadable', error: { code: 'consent_required', description: 'No yes.', fix: 'Say yes.' } }
    await clock.advance(2 * minute)
    expect(row()?.state).toMatchObject({ kind: 'unavailable', error: { fix: 'Say yes.' } })
    watched.reading = { kind: 'signed_out' }
    await clock.advance(2 * minute)
    expect(row()?.state).toEqual({ kind: 'signed_out' })
    watched.reading = { kind: 'signed_in', identity: {} }
    await clock.advance(2 * minute)
    expect(row()?.state).toEqual({ kind: 'active' })
  })

  test('is looked at once a minute, and a look without news changes no row', async () => {
    const { watched, clock, row, broker } = await watchingBroker()
    await settle()
    const [before, looks, { sequence }] = [row(), watched.looks, broker.snapshot()]
    await clock.advance(10 * minute)
    expect(watched.looks - looks).toBeGreaterThanOrEqual(8)
    expect(watched.looks - looks).toBeLessThanOrEqual(10)
    expect(row()).toBe(before)
    expect(broker.snapshot().sequence).toBe(sequence)
  })

  test('is looked at at once after a suspend, and when the clock was set back', async () => {
    const { watched, clock, broker } = await watchingBroker()
    clock.jump(-86_400_000)
    const looks = watched.looks
    broker.wake()
    await settle()
    expect(watched.looks).toBe(looks + 1)
  })

  test.each([
    ['tool', 'Move the login here with `tokentray import tool --move`, or let tool be asked with `tokentray delegate tool`.'],
    ['other', 'Move the login here with `tokentray import other --move`.'],
  ])('of %s gives no token, and the ways to one', async (program, fix) => {
    const { broker, account, records, watched } = await watchingBroker(program)
    for (const selector of ['acme', account]) {
      await expect(handOut(broker, selector)).rejects.toMatchObject({ code: 'login_not_owned', fix })
    }
    await expect(broker.accounts.copyToken(account)).rejects.toMatchObject({ code: 'login_not_owned' })
    await expect(broker.accounts.refresh(account)).rejects.toMatchObject({ code: 'login_not_owned' })
    expect(await broker.accounts.check(account, 1_000)).toMatchObject({ status: 'unchecked' })
    expect(await broker.accounts.look()).toEqual([])
    expect(broker.accounts.fingerprints('00'.repeat(32))).toEqual({ accounts: [] })
    expect(records.entries.filter(({ outcome }) => outcome === 'handed_out')).toEqual([])
    expect(watched.looks).toBeGreaterThan(0)
  })

  test('comes after every account that has tokens, wherever it was put', async () => {
    const { broker, client, account } = await watchingBroker()
    const { id } = await broker.startLogin({ provider: 'acme' })
    client.attempts[0]?.finish(client.grant(1))
    await broker.loginStatus(id, 1_000)
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    broker.accounts.changePreferences('acme', { order: [account], failover: true })
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    expect(broker.snapshot().accounts.map(({ ownership }) => ownership?.mode)).toEqual(['owned', 'watched'])
  })

  test('lets a key give the token', async () => {
    const { broker } = await watchingBroker()
    await broker.accounts.addKey({ provider: 'acme', secret: 'key-of-acme' })
    expect((await handOut(broker, 'acme')).access_token).toBe('key-of-acme')
    expect(broker.accounts.explain('acme', 'codex').chain).toMatchObject([
      { verdict: 'passed_over', reason: 'it is read-only: tool owns it', owned_by: 'tool' },
      { verdict: 'used' },
    ])
  })

  test('is there after a restart, and is only forgotten by a sign-out', async () => {
    const { broker, restart, row, account, index, client } = await watchingBroker()
    const restarted = restart()
    await restarted.start()
    expect(row(restarted)).toMatchObject({ ownership: { mode: 'watched' }, state: { kind: 'active' } })
    expect(await broker.accounts.signOut(account)).toEqual({ id: account, provider: 'acme', revoked: false, kept_by: 'tool' })
    expect([client.revoked, index.list()]).toEqual([[], []])
  })

  test('stays to be seen while everything is locked, because there is nothing to lock away', async () => {
    const { broker, row } = await watchingBroker()
    await broker.lock()
    expect(row()?.state).toEqual({ kind: 'active' })
  })

  test('is one account, and gives way when the program is asked for tokens', async () => {
    const { broker, account, row } = await watchingBroker()
    expect(await broker.accounts.addForeignLogin({ mode: 'watched', program: 'tool' })).toMatchObject({
      already: true,
      account: { id: account },
    })
    const other = await broker.accounts.addForeignLogin({ mode: 'watched', program: 'other' })
    const delegated = await broker.accounts.addForeignLogin({ mode: 'delegated', program: 'tool' })
    expect(row()).toBeUndefined()
    expect(
      broker
        .snapshot()
        .accounts.map(({ id }) => id)
        .sort(),
    ).toEqual([delegated.account.id, other.account.id].sort())
    expect(await broker.accounts.addForeignLogin({ mode: 'watched', program: 'tool' })).toMatchObject({
      already: true,
      account: { id: delegated.account.id },
    })
  })

  test('is none that a login of the same person takes the place of', async () => {
    const { broker, row } = await watchingBroker()
    const tokens = { refresh_token: 'refresh-of-tool', access_token: 'access-of-tool' }
    await broker.accounts.importLogin({ provider: 'acme', ...tokens, person: { account: 'user-w' } })
    expect(row()).toMatchObject({ ownership: { mode: 'watched' } })
    expect((await handOut(broker, 'acme')).access_token).toBe('access-of-tool')
  })
})
