import { expect, test } from 'vitest'
import { minute, signedInBroker } from './doubles.ts'

const week = { name: 'week', used_percent: 40, resets_at: 1_800_000_000 }

test('nobody is asked before somebody looks, and then at most every five minutes', async () => {
  const { broker, client, clock } = await signedInBroker()
  client.used = { kind: 'good', value: { windows: [week], credits: { remaining: 3, unit: 'credits' } } }
  await clock.advance(30 * minute)
  expect(client.usageAsked).toEqual([])
  const [first] = await Promise.all([broker.accounts.look(), broker.accounts.look(), broker.accounts.look('acme')])
  expect(first).toMatchObject([{ windows: [week], credits: { remaining: 3 }, stale: false, fetched_at: expect.any(Number) }])
  await clock.advance(4 * minute)
  await broker.accounts.look()
  expect(client.usageAsked).toHaveLength(1)
  await clock.advance(2 * minute)
  await broker.accounts.look()
  expect(client.usageAsked).toHaveLength(2)
})

test('figures that cannot be renewed are shown as old, and none is made up', async () => {
  const { broker, client, clock } = await signedInBroker()
  client.used = { kind: 'failed', error: { code: 'server_error', description: 'trouble' }, detail: '500: x' }
  expect(await broker.accounts.look()).toMatchObject([{ windows: [], stale: false, error: { code: 'server_error' } }])
  await clock.advance(6 * minute)
  client.used = { kind: 'good', value: { windows: [week] } }
  const fetchedAt = Math.floor(clock.now() / 1000)
  await broker.accounts.look()
  await clock.advance(6 * minute)
  client.used = { kind: 'failed', error: { code: 'rate_limited', description: 'wait' }, retryAfter: 0 }
  expect(await broker.accounts.look()).toMatchObject([{ windows: [week], stale: true, fetched_at: fetchedAt }])
})

test('a provider that asks to wait is left alone that long, and never less than five minutes', async () => {
  const { broker, client, clock } = await signedInBroker()
  client.used = { kind: 'failed', error: { code: 'rate_limited', description: 'wait' }, retryAfter: 1_200 }
  await broker.accounts.look()
  await clock.advance(19 * minute)
  await broker.accounts.look()
  expect(client.usageAsked).toHaveLength(1)
  await clock.advance(2 * minute)
  await broker.accounts.look()
  expect(client.usageAsked).toHaveLength(2)
})

test('a clock that was set back does not keep the figures for days', async () => {
  const { broker, client, clock } = await signedInBroker()
  client.used = { kind: 'good', value: { windows: [week] } }
  await broker.accounts.look()
  clock.jump(-48 * 60 * minute)
  await broker.accounts.look()
  expect(client.usageAsked).toHaveLength(2)
})

test('an account whose provider does not tell is not in the answer', async () => {
  const { broker, client } = await signedInBroker()
  client.used = { kind: 'none' }
  expect(await broker.accounts.look()).toEqual([])
})

test('a figure that cannot be meant is left out, and a limit of one model does not use up the account', async () => {
  const { broker, client } = await signedInBroker()
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300].map((used) => ({ name: 'odd', used_percent: used, resets_at: 1 }))
  const far = { name: 'week', used_percent: 100, resets_at: 1e18 }
  const model = { name: 'week, opus', used_percent: 100, resets_at: 1_800_000_900, partial: true as const }
  client.used = { kind: 'good', value: { windows: [...odd, far, model] } }
  const [usage] = await broker.accounts.look()
  expect(usage?.windows).toEqual([{ name: 'week', used_percent: 100 }, model])
  broker.accounts.changePreferences('acme', { failover: true })
  expect(broker.accounts.explain('acme', 'unnamed').chain).toMatchObject([{ verdict: 'used' }])
})
