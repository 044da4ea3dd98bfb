import { expect, test } from 'vitest'
import { deferred, handOut, minute, signedInBroker } from './doubles.ts'

const wrong = { kind: 'wrong', error: { code: 'id_token_invalid', description: 'It cannot be believed.' } } as const

test('an identity is verified only after the rotated pair is durable', async () => {
  const { broker, client, vault, account, clock } = await signedInBroker()
  await clock.advance(11_000)
  client.signs = true
  const order: string[] = []
  vault.beforeSave = () => void order.push('saved')
  client.verify = async () => {
    order.push('verified')
    return { kind: 'good' }
  }
  await broker.accounts.refresh(account)
  // That it was verified is kept, so that the next start need not do it again.
  expect(order).toEqual(['saved', 'verified', 'saved'])
})

test('a check that fails loses nothing: the new pair is stored, kept back, and refreshed again', async () => {
  const { broker, client, vault, account, clock } = await signedInBroker()
  await clock.advance(11_000)
  client.signs = true
  client.verified = wrong
  await expect(broker.accounts.refresh(account)).resolves.toMatchObject({ state: { kind: 'backing_off', error: wrong.error } })
  expect(vault.files.get(account)?.refreshToken?.expose()).toBe('refresh-2')
  await expect(handOut(broker, 'acme')).rejects.toMatchObject({
    code: 'temporarily_unavailable',
    message: wrong.error.description,
  })
  client.verified = { kind: 'good' }
  await clock.advance(2 * minute)
  expect((await handOut(broker, 'acme')).access_token).toBe('access-3')
  expect(client.sent).toEqual(['refresh-1', 'refresh-2'])
})

test('keys of the server that cannot be had are no reason to keep a token back', async () => {
  const { broker, client, account, clock } = await signedInBroker()
  await clock.advance(11_000)
  client.signs = true
  client.verified = { kind: 'unclear' }
  await broker.accounts.refresh(account)
  expect((await handOut(broker, 'acme')).access_token).toBe('access-2')
})

test('a sign-out while an identity is looked at changes nothing afterwards', async () => {
  const { broker, client, account, clock } = await signedInBroker()
  await clock.advance(11_000)
  client.signs = true
  const gate = deferred<typeof wrong>()
  client.verify = () => gate.promise
  const refreshing = broker.accounts.refresh(account).catch(() => {})
  await new Promise((resolve) => setImmediate(resolve))
  await broker.accounts.signOut(account)
  gate.resolve(wrong)
  await refreshing
  expect(broker.snapshot().accounts).toMatchObject([{ id: 'acme', state: { kind: 'signed_out' } }])
})

test('a server that names the earliest time of a refresh is not asked before, unless the API refused the token or it ends', async () => {
  const { broker, client, clock } = await signedInBroker()
  const { id } = await broker.startLogin({ provider: 'acme' })
  const earliest = clock.now() + 55 * minute
  client.attempts[1]?.finish(client.grant(5, { earliestRefreshAt: earliest }))
  await broker.loginStatus(id, 1_000)
  await clock.advance(50 * minute)
  expect(client.sent).toEqual([])
  // A wish for more time than is left is answered with what there is.
  await expect(handOut(broker, 'acme', { minValid: 20 * minute })).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  expect(client.sent).toEqual([])
  await clock.advance(5 * minute + 1_000)
  expect(client.sent).toEqual(['refresh-5'])
})

test('a restart, and a first write that failed, change nothing about an identity that is wrong', async () => {
  const { broker, client, vault, account, clock, restart } = await signedInBroker()
  await clock.advance(11_000)
  client.signs = true
  client.verified = wrong
  vault.beforeSave = () => {
    throw new Error('disk')
  }
  await broker.accounts.refresh(account).catch(() => {})
  vault.beforeSave = () => {}
  await clock.advance(2_000)
  expect(vault.files.get(account)?.refreshToken?.expose()).not.toBe('refresh-1')
  await expect(handOut(broker, 'acme')).rejects.toMatchObject({ message: wrong.error.description })
  await broker.stop()
  const again = restart()
  await again.start()
  await expect(handOut(again, 'acme')).rejects.toMatchObject({ message: wrong.error.description })
  client.verified = { kind: 'good' }
  await clock.advance(2 * minute)
  expect((await handOut(again, 'acme')).access_token).toMatch(/^access-/)
})

test('nobody is handed a token whose identity is being looked at', async () => {
  const { broker, client, account, clock } = await signedInBroker()
  await clock.advance(11_000)
  client.signs = true
  const gate = deferred<{ readonly kind: 'good' }>()
  client.verify = () => gate.promise
  const refreshing = broker.accounts.refresh(account)
  await new Promise((resolve) => setImmediate(resolve))
  const asking = handOut(broker, 'acme', { minValid: 1 })
  let answered = false
  void asking.then(() => {
    answered = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(answered).toBe(false)
  gate.resolve({ kind: 'good' })
  await refreshing
  expect((await asking).access_token).toBe('access-2')
})
