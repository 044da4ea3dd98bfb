import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { BrokerError } from '../../src/protocol/index.ts'
import { settle } from '../support/manual-clock.ts'
import { deferred, emptyBroker, handOut, minute } from './doubles.ts'

/** A broker that has started, with the login of a program. */
async function delegatedBroker() {
  const bench = emptyBroker()
  await bench.broker.start()
  const { account } = await bench.broker.accounts.addForeignLogin({ mode: 'delegated', program: 'tool' })
  bench.owner.asked.length = 0
  const row = (broker = bench.broker) => broker.snapshot().accounts.find(({ id }) => id === account.id)
  return { ...bench, account: account.id, row }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const signedOut = () => new BrokerError('reauthorization_required', 'Nobody is signed in.', { fix: 'Run `tool login`.' })
const missing = () => new BrokerError('owner_unavailable', 'The tool is not installed.', { fix: 'Install it.' })

describe('the login of a program', () => {
  test('is in the status with its owner, and nothing of it is stored', async () => {
    const { vault, index, row, account, broker } = await delegatedBroker()
    expect(row()).toMatchObject({
      id: account,
      ownership: { mode: 'delegated', program: 'tool' },
      identity: { email: 'p@b.example' },
      state: { kind: 'active' },
    })
    expect((await handOut(broker, 'acme')).access_token).toBe('program-60')
    expect(vault.files.size).toBe(0)
    expect(JSON.stringify(index.list())).not.toContain('program-60')
  })

  test('is asked for once by many, and not again while its token is good', async () => {
    const { broker, owner, clock } = await delegatedBroker()
    const tokens = await Promise.all(Array.from({ length: 50 }, () => handOut(broker, 'acme')))
    expect(new Set(tokens.map(({ access_token }) => access_token))).toEqual(new Set(['program-60']))
    await clock.advance(50 * minute)
    await handOut(broker, 'acme')
    expect(owner.asked).toEqual(['read'])
  })

  test('is not refreshed here when the program has done so for itself', async () => {
    const { broker, owner, clock } = await delegatedBroker()
    await handOut(broker, 'acme')
    await clock.advance(59 * minute)
    owner.has = 'program-120'
    expect((await handOut(broker, 'acme')).access_token).toBe('program-120')
    expect(owner.asked).toEqual(['read', 'read'])
  })

  test('is refreshed by the program once for all when it has ended', async () => {
    const { broker, owner, clock } = await delegatedBroker()
    await handOut(broker, 'acme')
    await clock.advance(61 * minute)
    owner.asked.length = 0
    owner.brings = ['program-121', 'program-181']
    const tokens = await Promise.all(Array.from({ length: 8 }, () => handOut(broker, 'acme')))
    expect(new Set(tokens.map(({ access_token }) => access_token))).toEqual(new Set(['program-121']))
    expect(owner.asked).toEqual(['read', 'renew'])
  })

  test('is refreshed once for all who had the token refused, also beside those who had not', async () => {
    const { broker, owner } = await delegatedBroker()
    await handOut(broker, 'acme')
    owner.asked.length = 0
    owner.brings = ['program-90', 'program-95']
    const rejected = sha256('program-60').slice(0, 16)
    const answers = await Promise.all([
      handOut(broker, 'acme', { minValid: 100 * minute }).catch((error: unknown) => error),
      ...Array.from({ length: 8 }, () => handOut(broker, 'acme', { rejected })),
    ])
    expect(new Set(answers.slice(1).map((each) => (each as { access_token: string }).access_token))).toEqual(
      new Set(['program-90']),
    )
    expect(owner.asked.filter((each) => each === 'renew')).toHaveLength(1)
  })

  test('that was refused and cannot be refreshed is no token, and is asked again after a pause only', async () => {
    const { broker, owner, clock } = await delegatedBroker()
    await handOut(broker, 'acme')
    const rejected = sha256('program-60')
    owner.asked.length = 0
    for (let times = 0; times < 5; times += 1) {
      await expect(handOut(broker, 'acme', { rejected })).rejects.toMatchObject({
        code: 'temporarily_unavailable',
        message: 'The tool could not refresh its login.',
        fix: /tool login/,
      })
    }
    expect(owner.asked).toEqual(['read', 'renew'])
    await clock.advance(3_000)
    owner.brings = ['program-90']
    expect((await handOut(broker, 'acme', { rejected })).access_token).toBe('program-90')
  })

  test('is handed out while it is good, although the program is gone', async () => {
    const { broker, owner, clock } = await delegatedBroker()
    await handOut(broker, 'acme')
    owner.fault = missing()
    await clock.advance(58 * minute)
    expect((await handOut(broker, 'acme')).access_token).toBe('program-60')
    await clock.advance(3 * minute)
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'owner_unavailable', fix: 'Install it.' })
  })

  test.each([
    ['missing', missing, { kind: 'unavailable', error: { code: 'owner_unavailable', fix: 'Install it.' } }],
    ['signed out', signedOut, { kind: 'reauthorization_required', error: { fix: 'Run `tool login`.' } }],
    ['not understood', () => new TypeError('no such member'), { kind: 'unavailable' }],
  ])('whose program is %s needs the person, and works again by itself', async (_, fault, state) => {
    const { broker, owner, clock, row } = await delegatedBroker()
    owner.fault = fault()
    await expect(handOut(broker, 'acme')).rejects.toBeInstanceOf(BrokerError)
    await settle()
    expect(row()?.state).toMatchObject(state)
    // Whoever asks without pause does not start a program each time.
    owner.asked.length = 0
    await Promise.all(Array.from({ length: 20 }, () => handOut(broker, 'acme').catch(() => {})))
    expect(owner.asked).toEqual([])
    owner.fault = undefined
    await clock.advance(2_500)
    expect((await handOut(broker, 'acme')).access_token).toBe('program-60')
    expect(row()?.state).toMatchObject({ kind: 'active' })
  })

  test('of somebody who signed out there is not handed out any more', async () => {
    const { broker, owner, clock } = await delegatedBroker()
    await handOut(broker, 'acme')
    owner.fault = signedOut()
    await expect(handOut(broker, 'acme', { rejected: sha256('program-60') })).rejects.toMatchObject({ fix: 'Run `tool login`.' })
    await clock.advance(60_000)
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'reauthorization_required' })
  })

  test('follows the person who is signed in to the program', async () => {
    const { broker, owner, client, clock, index, row } = await delegatedBroker()
    await handOut(broker, 'acme')
    await clock.advance(61 * minute)
    client.programIdentity = { key: 'user-q', email: 'q@b.example' }
    owner.has = 'program-130'
    await handOut(broker, 'acme')
    await settle()
    expect(row()).toMatchObject({ identity: { email: 'q@b.example' } })
    client.programIdentity = { key: 'user-q', email: 'q@b.example', plan: 'pro' }
    owner.brings = ['program-190']
    await clock.advance(2 * minute)
    await broker.accounts.refresh('acme')
    expect(row()).toMatchObject({ identity: { plan: 'pro' } })
    expect(index.list()).toMatchObject([{ identity: { key: 'user-q' }, ownership: { program: 'tool' } }])
  })
})

describe('an account of a program', () => {
  test('is there after a restart, and the program is asked only when somebody wants a token', async () => {
    const { restart, owner, account, row } = await delegatedBroker()
    const restarted = restart()
    await restarted.start()
    expect(row(restarted)).toMatchObject({ ownership: { mode: 'delegated' }, state: { kind: 'active' } })
    expect(owner.asked).toEqual([])
    expect((await handOut(restarted, account)).access_token).toBe('program-60')
  })

  test('is one, however often the program is added', async () => {
    const { broker, account } = await delegatedBroker()
    const again = await broker.accounts.addForeignLogin({ mode: 'delegated', program: 'tool' })
    expect(again).toMatchObject({ already: true, account: { id: account } })
    expect(broker.snapshot().accounts).toHaveLength(1)
  })

  test('is not made of a program that has no login, or that nobody knows', async () => {
    const { broker, owner } = emptyBroker()
    await broker.start()
    owner.fault = signedOut()
    await expect(broker.accounts.addForeignLogin({ mode: 'delegated', program: 'tool' })).rejects.toMatchObject({
      code: 'reauthorization_required',
    })
    await expect(broker.accounts.addForeignLogin({ mode: 'delegated', program: 'other' })).rejects.toMatchObject({
      code: 'not_found',
      fix: 'It can ask: tool.',
    })
    expect(broker.snapshot().accounts).toMatchObject([{ id: 'acme', state: { kind: 'signed_out' } }])
  })

  test('has no refresh token that another program could have as well', async () => {
    const { broker } = await delegatedBroker()
    await handOut(broker, 'acme')
    expect(broker.accounts.fingerprints('00'.repeat(32))).toEqual({ accounts: [] })
  })

  test('is none that could be given to another owner', async () => {
    const { broker, account, row } = await delegatedBroker()
    const give = () => broker.accounts.giveAway(account, async () => 'taken')
    await expect(give()).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringContaining('tool owns') })
    expect(row()).toMatchObject({ state: { kind: 'active' } })
  })

  test('is only forgotten here by a sign-out', async () => {
    const { broker, client, owner, account, index, restart } = await delegatedBroker()
    await handOut(broker, 'acme')
    expect(await broker.accounts.signOut('acme')).toEqual({ id: account, provider: 'acme', revoked: false, kept_by: 'tool' })
    expect([client.revoked, index.list()]).toEqual([[], []])
    owner.asked.length = 0
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'login_required' })
    await restart().start()
    expect(owner.asked).toEqual([])
  })

  test('that is signed out while the program is asked hands out nothing', async () => {
    const { broker, owner } = await delegatedBroker()
    const answer = deferred<void>()
    owner.before = () => answer.promise
    const waiting = handOut(broker, 'acme')
    const refused = expect(waiting).rejects.toMatchObject({ code: 'reauthorization_required' })
    await settle()
    await broker.accounts.signOut('acme')
    answer.resolve()
    await refused
  })

  test('gives no token while everything is locked, and asks anew after that', async () => {
    const { broker, vault, owner, row } = await delegatedBroker()
    await handOut(broker, 'acme')
    await broker.lock()
    expect(row()?.state).toMatchObject({ kind: 'unavailable', error: { code: 'locked' } })
    await expect(handOut(broker, 'acme')).rejects.toBeInstanceOf(BrokerError)
    owner.asked.length = 0
    await vault.unlock()
    await settle()
    expect((await handOut(broker, 'acme')).access_token).toBe('program-60')
    expect(owner.asked).toEqual(['read'])
  })

  test('does not hold up a lock, although its program hangs', async () => {
    const { broker, owner, row } = await delegatedBroker()
    const answer = deferred<void>()
    owner.before = () => answer.promise
    const waiting = expect(handOut(broker, 'acme')).rejects.toBeInstanceOf(BrokerError)
    await settle()
    await broker.lock()
    answer.resolve()
    await waiting
    expect(row()?.state).toMatchObject({ kind: 'unavailable', error: { code: 'locked' } })
  })

  test('stays beside a login of the same person, whose sign-in does not touch it', async () => {
    const { broker, client, account } = await delegatedBroker()
    client.programIdentity = { key: 'user-1' }
    await expect(broker.startLogin({ provider: 'acme', account })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('tool owns'),
    })
    const { id } = await broker.startLogin({ provider: 'acme' })
    client.attempts[0]?.finish(client.grant(1, { identity: { key: 'user-p' } }))
    expect(await broker.loginStatus(id, 1_000)).toMatchObject({ status: 'completed' })
    const rows = broker.snapshot().accounts.map(({ ownership }) => ownership?.mode)
    expect(rows).toEqual(['owned', 'delegated'])
    // Without an order of the person, the one that needs no other program.
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    broker.accounts.changePreferences('acme', { order: [account] })
    expect((await handOut(broker, 'acme')).access_token).toBe('program-60')
  })

  test('steps aside for a key once its login has ended, and is tried again after a while', async () => {
    const { broker, owner, clock } = await delegatedBroker()
    await broker.accounts.addKey({ provider: 'acme', secret: 'key-of-acme' })
    owner.fault = signedOut()
    expect((await handOut(broker, 'acme')).access_token).toBe('key-of-acme')
    expect(broker.accounts.explain('acme', 'codex').chain).toMatchObject([
      { link: 'grant', verdict: 'passed_over', owned_by: 'tool' },
      { link: 'api_key', verdict: 'used' },
    ])
    owner.fault = undefined
    expect((await handOut(broker, 'acme')).access_token).toBe('key-of-acme')
    await clock.advance(31_000)
    expect((await handOut(broker, 'acme')).access_token).toBe('program-60')
  })

  test('is refreshed on demand once for everybody who wants that at about the same time', async () => {
    const { broker, owner, clock } = await delegatedBroker()
    owner.brings = ['program-100', 'program-110']
    await Promise.all(Array.from({ length: 10 }, () => broker.accounts.refresh('acme')))
    expect(owner.asked).toEqual(['renew'])
    await clock.advance(11_000)
    await broker.accounts.refresh('acme')
    expect(owner.asked).toEqual(['renew', 'renew'])
    await clock.advance(11_000)
    await expect(broker.accounts.refresh('acme')).rejects.toMatchObject({ message: 'The tool could not refresh its login.' })
  })

  test('belongs to the server it was made at (S7)', async () => {
    const { client, restart, account } = await delegatedBroker()
    client.issuer = 'http://127.0.0.1:9'
    const restarted = restart()
    await restarted.start()
    await expect(handOut(restarted, account)).rejects.toMatchObject({ code: 'issuer_mismatch' })
  })
})
