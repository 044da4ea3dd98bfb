import { describe, expect, test } from 'vitest'
import { BrokerError } from '../../src/protocol/index.ts'
import { settle } from '../support/manual-clock.ts'
import { deferred, handOut, minute, signedInBroker, type TestClient } from './doubles.ts'

const fingerprint = (client: TestClient, number: number) => client.grant(number).refreshToken?.fingerprint()
const state = (broker: { snapshot(): { accounts: readonly { state: unknown }[] } }) => broker.snapshot().accounts[0]?.state
const refused = { kind: 'terminal', error: { code: 'invalid_grant', description: 'used' }, cause: 'unknown' } as const

test('a caller whose network is back does not wait out the backoff, and one without it does not try without pause', async () => {
  const { broker, client, clock } = await signedInBroker()
  client.answer = () => ({ kind: 'transient', unused: true, error: { code: 'network', description: 'No route.' } })
  await clock.advance(90 * minute)
  const before = client.sent.length
  expect(before).toBeLessThan(30)
  client.answer = () => client.refreshed()
  clock.jump(2_000)
  expect((await handOut(broker, 'acme')).access_token).toBe(`access-${before + 2}`)
})

describe('the refresh journal', () => {
  test('is durable before the request leaves', async () => {
    const { broker, client, journal, clock, account } = await signedInBroker({ refreshAhead: false })
    const disk = deferred<void>()
    journal.beforeWrite = () => disk.promise
    clock.jump(61 * minute)
    const waiting = handOut(broker, 'acme')
    await settle()
    expect(client.sent).toEqual([])
    disk.resolve()
    await waiting
    expect(client.sent).toEqual(['refresh-1'])
    expect(journal.read(account)).toBeUndefined()
  })

  test('that cannot be written keeps the refresh token unused, and the old access token in use', async () => {
    const { broker, client, journal, clock } = await signedInBroker({ refreshAhead: false })
    journal.beforeWrite = () => {
      throw new BrokerError('vault_unavailable', 'The disk is full.')
    }
    clock.jump(56 * minute)
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    expect(state(broker)).toMatchObject({ kind: 'backing_off', error: { description: 'The disk is full.' } })
    // As often as it is tried, because the disk has taken none of it.
    clock.jump(2_000)
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    expect(state(broker)).toMatchObject({ kind: 'backing_off', attempt: 2 })
    expect(client.sent).toEqual([])
    journal.beforeWrite = () => {}
    clock.jump(5 * minute)
    expect((await handOut(broker, 'acme')).access_token).toBe('access-2')
  })

  test('names the answer that was lost while the process lived', async () => {
    const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
    client.answer = () => ({ kind: 'transient', error: { code: 'timeout', description: 'No answer.' } })
    clock.jump(61 * minute)
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    client.answer = () => refused
    clock.jump(minute)
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'reauthorization_required', message: /never arrived/ })
    expect(state(broker)).toMatchObject({ kind: 'reauthorization_required', cause: 'lost_answer' })
  })

  test('does not blame a request that the server certainly did not use', async () => {
    const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
    client.answer = () => ({ kind: 'transient', unused: true, error: { code: 'network', description: 'No route.' } })
    clock.jump(61 * minute)
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    client.answer = () => refused
    clock.jump(minute)
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'reauthorization_required' })
    expect(state(broker)).toMatchObject({ cause: 'unknown' })
  })

  test('keeps blaming a lost answer, although a later try did not leave', async () => {
    const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
    clock.jump(61 * minute)
    for (const lost of [{}, { unused: true as const }]) {
      client.answer = () => ({ kind: 'transient', error: { code: 'network', description: 'Gone.' }, ...lost })
      await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'temporarily_unavailable' })
      clock.jump(minute)
    }
    client.answer = () => refused
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'reauthorization_required' })
    expect(state(broker)).toMatchObject({ cause: 'lost_answer' })
  })

  test('a crash between request and answer: the refresh is tried at once after the start, and its end is explained', async () => {
    const bench = await signedInBroker()
    const { broker, client, clock, journal, account } = bench
    client.answer = () => new Promise(() => {})
    clock.jump(61 * minute)
    handOut(broker, 'acme').catch(() => {})
    await settle()
    expect(journal.read(account)).toMatchObject({ kind: 'sent', fingerprint: fingerprint(client, 1) })
    client.answer = () => refused
    const restarted = bench.restart()
    await restarted.start()
    await settle()
    expect(client.sent).toEqual(['refresh-1', 'refresh-1'])
    expect(state(restarted)).toMatchObject({ kind: 'reauthorization_required', cause: 'lost_answer' })
  })

  test('a crash after the clock was set back: the request is remembered, although it seems older than the login', async () => {
    const bench = await signedInBroker()
    const { broker, client, clock } = bench
    clock.jump(-5 * 60 * minute)
    client.answer = () => new Promise(() => {})
    broker.accounts.refresh('acme').catch(() => {})
    await settle()
    client.answer = () => ({ ...refused, cause: 'used_elsewhere' })
    const restarted = bench.restart()
    await restarted.start()
    await settle()
    expect(state(restarted)).toMatchObject({ kind: 'reauthorization_required', cause: 'lost_answer' })
  })

  test('an open note is settled at once after the start, although nothing is due', async () => {
    const bench = await signedInBroker()
    const { client, clock, journal, account } = bench
    await journal.write(account, { kind: 'sent', fingerprint: String(fingerprint(client, 1)), at: clock.now() + 1 })
    const restarted = bench.restart()
    await restarted.start()
    await settle()
    expect(client.sent).toEqual(['refresh-1'])
    expect(journal.read(account)).toBeUndefined()
    expect((await handOut(restarted, 'acme')).access_token).toBe('access-2')
  })

  test('a crash after the write: nothing is left to tell', async () => {
    const bench = await signedInBroker({ refreshAhead: false })
    const { client, clock, journal, account } = bench
    await journal.write(account, { kind: 'sent', fingerprint: String(fingerprint(client, 9)), at: clock.now() })
    const restarted = bench.restart()
    await restarted.start()
    expect(journal.read(account)).toBeUndefined()
    expect(state(restarted)).toMatchObject({ kind: 'active' })
  })

  test('a server that does not rotate: an answer that is newer than the note settles it', async () => {
    const bench = await signedInBroker({ refreshAhead: false })
    const { client, clock, journal, account } = bench
    await journal.write(account, { kind: 'sent', fingerprint: String(fingerprint(client, 1)), at: clock.now() - 1 })
    await bench.restart().start()
    expect(journal.read(account)).toBeUndefined()
  })

  test('an ended login is remembered over a restart, is not sent again, and a new login clears it', async () => {
    const bench = await signedInBroker({ refreshAhead: false })
    const { broker, client, clock } = bench
    client.answer = () => refused
    clock.jump(61 * minute)
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'reauthorization_required' })
    const restarted = bench.restart()
    await restarted.start()
    expect(state(restarted)).toMatchObject({ kind: 'reauthorization_required', cause: 'unknown' })
    await expect(handOut(restarted, 'acme')).rejects.toMatchObject({ code: 'reauthorization_required' })
    expect(client.sent).toHaveLength(1)
    const { id } = await restarted.startLogin({ provider: 'acme' })
    client.attempts[1]?.finish(client.grant(7))
    await restarted.loginStatus(id, 1_000)
    const again = bench.restart()
    await again.start()
    expect((await handOut(again, 'acme')).access_token).toBe('access-7')
  })

  test('an ended login still hands out the access token that it has', async () => {
    const bench = await signedInBroker({ refreshAhead: false })
    const { broker, client, clock } = bench
    client.answer = () => refused
    clock.jump(50 * minute)
    await expect(handOut(broker, 'acme', { minValid: 30 * minute })).rejects.toMatchObject({ code: 'reauthorization_required' })
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    const restarted = bench.restart()
    await restarted.start()
    expect((await handOut(restarted, 'acme')).access_token).toBe('access-1')
  })

  test('a sign-out while the note is written sends nothing', async () => {
    const { broker, client, journal, clock } = await signedInBroker({ refreshAhead: false })
    const disk = deferred<void>()
    journal.beforeWrite = () => disk.promise
    clock.jump(61 * minute)
    handOut(broker, 'acme').catch(() => {})
    await settle()
    await broker.accounts.signOut('acme')
    disk.resolve()
    await settle()
    expect(client.sent).toEqual([])
  })
})
