import { expect, test } from 'vitest'
import { type Scheduled, Scheduler } from '../../src/core/scheduler.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { ManualClock, settle } from '../support/manual-clock.ts'
import { emptyBroker, handOut, minute, signedInBroker } from './doubles.ts'

test('it never sleeps longer than 37 seconds, so a suspend is noticed', async () => {
  const clock = new ManualClock()
  const item: Scheduled & { dueAt: number | undefined; ticks: number } = {
    dueAt: clock.now() + 10 * minute,
    ticks: 0,
    tick: () => {
      item.ticks += 1
      item.dueAt = undefined
    },
  }
  const scheduler = new Scheduler(clock, () => [item])
  scheduler.wake()
  expect(clock.next).toBe(37_000)
  clock.jump(60 * minute)
  expect(item.ticks).toBe(0)
  await clock.advance(37_000)
  expect(item.ticks).toBe(1)
})

test('it sets its timer for the nearest deadline, and leaves none behind after a stop', async () => {
  const clock = new ManualClock()
  const later = { dueAt: clock.now() + 30_000, tick: () => {} }
  const sooner = { dueAt: clock.now() + 4_000, tick: () => {} }
  const scheduler = new Scheduler(clock, () => [later, sooner, { dueAt: undefined, tick: () => {} }])
  scheduler.wake()
  expect(clock.next).toBe(4_000)
  scheduler.stop()
  expect(clock.next).toBeUndefined()
})

test('a token is refreshed ahead of its end, before any caller has to wait', async () => {
  const { client, clock, broker } = await signedInBroker()
  await clock.advance(47 * minute)
  expect(client.sent).toEqual([])
  await clock.advance(2 * minute)
  expect(client.sent).toEqual(['refresh-1'])
  expect((await handOut(broker, 'acme')).access_token).toBe('access-2')
})

test('a laptop opened after days refreshes once, at the latest 37 seconds after the wake', async () => {
  const { client, clock } = await signedInBroker()
  clock.jump(3 * 24 * 60 * minute)
  expect(client.sent).toEqual([])
  await clock.advance(37_000)
  expect(client.sent).toEqual(['refresh-1'])
})

test.each(['network', 'timeout', 'not_oauth'])(
  'wake() looks at once, and tries again what waited for the network (%s)',
  async (code) => {
    const { client, clock, broker } = await signedInBroker()
    client.answer = () => ({ kind: 'transient', error: { code, description: 'no network' } })
    clock.jump(60 * minute)
    for (let turn = 0; turn < 8; turn += 1) await clock.advance(37_000)
    const before = client.sent.length
    client.answer = () => client.refreshed()
    broker.wake()
    await settle()
    expect(client.sent).toHaveLength(before + 1)
    expect(broker.snapshot().accounts[0]?.state.kind).toBe('active')
  },
)

test('wake() reads an account again whose file could not be read before', async () => {
  const { broker, vault } = await signedInBroker()
  const { load } = vault
  await broker.start()
  await broker.lock()
  vault.load = () => Promise.reject(new BrokerError('vault_unavailable', 'A bad sector.'))
  await vault.unlock()
  await settle()
  expect(broker.snapshot().accounts).toMatchObject([{ state: { kind: 'unavailable', error: { code: 'vault_unavailable' } } }])
  vault.load = load
  broker.wake()
  await settle()
  expect(broker.snapshot().accounts).toMatchObject([{ state: { kind: 'active' } }])
})

test('a wake keeps what a server asked for with Retry-After', async () => {
  const { client, clock, broker } = await signedInBroker()
  client.answer = () => ({ kind: 'transient', error: { code: 'rate_limited', description: 'wait' }, retryAfter: 120 })
  await clock.advance(49 * minute)
  const before = client.sent.length
  broker.wake()
  await settle()
  expect(client.sent).toHaveLength(before)
})

test('TOKENTRAY_REFRESH=ondemand refreshes only when a caller asks', async () => {
  const { client, clock } = await signedInBroker({ refreshAhead: false })
  await clock.advance(5 * 60 * minute)
  expect(client.sent).toEqual([])
})

test('a broker without accounts keeps looking without harm', async () => {
  const { broker, clock } = emptyBroker()
  await broker.start()
  await clock.advance(10 * minute)
  expect(broker.snapshot().accounts).toMatchObject([{ id: 'acme', state: { kind: 'signed_out' } }])
})

test('a deadline that comes nearer is met, without waiting for the next look at all accounts', async () => {
  const { client, clock } = await signedInBroker({ lifetime: 20_000 })
  await clock.advance(11_000)
  expect(client.sent).toEqual(['refresh-1'])
})
