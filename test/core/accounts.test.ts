import { describe, expect, test } from 'vitest'
import { BrokerError } from '../../src/protocol/index.ts'
import { settle } from '../support/manual-clock.ts'
import { deferred, handOut, minute, signedInBroker } from './doubles.ts'

describe('an account that is switched off', () => {
  test('hands out nothing, stays fresh, and is the same after a restart', async () => {
    const bench = await signedInBroker()
    const { broker, client, clock, account } = bench
    expect(broker.accounts.change('acme', { disabled: true })).toMatchObject({
      id: account,
      disabled: true,
      state: { kind: 'active' },
    })
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'account_disabled', fix: /tokentray enable/ })
    await clock.advance(59 * minute)
    expect(client.sent).toEqual(['refresh-1'])
    const restarted = bench.restart()
    await restarted.start()
    expect(restarted.snapshot().accounts).toMatchObject([{ disabled: true }])
    expect(restarted.accounts.change('acme', { disabled: false })).not.toHaveProperty('disabled')
    expect((await handOut(restarted, 'acme')).access_token).toBe('access-2')
  })

  test('hands out nothing to those who wait for its refresh already', async () => {
    const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
    const answer = deferred<ReturnType<typeof client.refreshed>>()
    client.answer = () => answer.promise
    clock.jump(61 * minute)
    const waiting = handOut(broker, 'acme')
    await settle()
    broker.accounts.change('acme', { disabled: true })
    answer.resolve(client.refreshed())
    await expect(waiting).rejects.toMatchObject({ code: 'account_disabled' })
  })

  test('stays switched off when the person signs in to it again', async () => {
    const { broker, client } = await signedInBroker()
    broker.accounts.change('acme', { disabled: true })
    const { id } = await broker.startLogin({ provider: 'acme' })
    client.attempts[1]?.finish(client.grant(7))
    await broker.loginStatus(id, 1_000)
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'account_disabled' })
  })
})

describe('a sign-out', () => {
  test('that waits for the server forgets nothing of a login that was made meanwhile', async () => {
    const bench = await signedInBroker()
    const { broker, client, account } = bench
    const confirmed = deferred<boolean>()
    client.revoke = () => confirmed.promise
    const signingOut = broker.accounts.signOut('acme')
    const { id } = await broker.startLogin({ provider: 'acme' })
    client.attempts[1]?.finish(client.grant(7))
    expect(await broker.loginStatus(id, 1_000)).toMatchObject({ status: 'completed', account })
    confirmed.resolve(true)
    expect(await signingOut).toMatchObject({ id: account, revoked: true })
    expect((await handOut(broker, 'acme')).access_token).toBe('access-7')
    const restarted = bench.restart()
    await restarted.start()
    expect((await handOut(restarted, 'acme')).access_token).toBe('access-7')
  })
})

describe('a refresh on demand', () => {
  test('is one for everybody who asks within ten seconds', async () => {
    const { broker, client, clock } = await signedInBroker()
    clock.jump(20 * minute)
    await Promise.all(Array.from({ length: 100 }, () => broker.accounts.refresh('acme')))
    clock.jump(9_000)
    expect(await broker.accounts.refresh('acme')).toMatchObject({ state: { kind: 'active' } })
    expect(client.sent).toHaveLength(1)
    clock.jump(2_000)
    await broker.accounts.refresh('acme')
    expect(client.sent).toHaveLength(2)
  })

  test('is made although the clock was set back since the last one', async () => {
    const { broker, client, clock } = await signedInBroker()
    clock.jump(-5 * 60 * minute)
    await broker.accounts.refresh('acme')
    expect(client.sent).toEqual(['refresh-1'])
    expect((await handOut(broker, 'acme')).access_token).toBe('access-2')
  })

  test('says why it did not succeed, and keeps the wish of the server to be left alone', async () => {
    const { broker, client, clock } = await signedInBroker()
    clock.jump(20 * minute)
    client.answer = () => ({ kind: 'transient', error: { code: 'rate_limited', description: 'Wait.' }, retryAfter: 60 })
    await expect(broker.accounts.refresh('acme')).rejects.toMatchObject({ code: 'temporarily_unavailable', retryAfter: 60 })
    await expect(broker.accounts.refresh('acme')).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect(client.sent).toHaveLength(1)
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
  })

  test('ends no token that cannot be refreshed and is still good', async () => {
    const { broker, client } = await signedInBroker()
    const { refreshToken: _, ...key } = client.grant(5, { identity: { key: 'user-2' } })
    const { id } = await broker.startLogin({ provider: 'acme', label: 'key' })
    client.attempts[1]?.finish(key)
    await broker.loginStatus(id, 1_000)
    const rejected = key.accessToken.fingerprint().slice(0, 16)
    await expect(handOut(broker, 'acme:key', { rejected })).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect((await handOut(broker, 'acme:key')).access_token).toBe('access-5')
  })
})

describe('a lock', () => {
  test('forgets the tokens until the vault opens again', async () => {
    const { broker, client, vault, clock } = await signedInBroker()
    expect(await broker.lock()).toMatchObject({ state: { kind: 'locked', error: { code: 'locked' } } })
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'vault_locked' })
    await clock.advance(120 * minute)
    expect(client.sent).toEqual([])
    await vault.unlock()
    await settle()
    expect((await handOut(broker, 'acme')).access_token).toBe('access-2')
  })

  test('that was opened again, and now waits for the keychain, is not what the accounts speak of any more', async () => {
    const { broker, vault } = await signedInBroker()
    await broker.start()
    await broker.lock()
    const error = { code: 'keychain_locked', description: 'The keychain is locked.' }
    vault.setState({ kind: 'locked', error })
    await settle()
    expect(broker.snapshot().accounts).toMatchObject([
      { state: { kind: 'unavailable', error: { description: error.description } } },
    ])
  })

  test('waits for a refresh under way, and its rotation is stored', async () => {
    const { broker, client, vault, clock, account } = await signedInBroker({ refreshAhead: false })
    const answer = deferred<ReturnType<typeof client.refreshed>>()
    client.answer = () => answer.promise
    clock.jump(61 * minute)
    handOut(broker, 'acme').catch(() => {})
    await settle()
    const locking = broker.lock()
    await settle()
    expect(vault.calls).not.toContain('lock')
    answer.resolve(client.refreshed())
    await locking
    expect(vault.files.get(account)?.refreshToken?.expose()).toBe('refresh-2')
  })

  test('does not close over a login that is in memory only (S5)', async () => {
    const { broker, vault, clock } = await signedInBroker({ refreshAhead: false })
    vault.beforeSave = () => {
      throw new BrokerError('vault_unavailable', 'The disk is full.')
    }
    clock.jump(61 * minute)
    await handOut(broker, 'acme').catch(() => {})
    await expect(broker.lock()).rejects.toMatchObject({ code: 'vault_unavailable', message: /would lose it/ })
    vault.beforeSave = () => {}
    await clock.advance(5 * minute)
    expect((await handOut(broker, 'acme')).access_token).toBe('access-2')
    await broker.lock()
  })

  test('that the vault refuses forgets nothing', async () => {
    const { broker, vault } = await signedInBroker()
    vault.refusesLock = true
    await expect(broker.lock()).rejects.toMatchObject({ code: 'invalid_request' })
    expect(broker.snapshot().accounts).toMatchObject([{ state: { kind: 'active' } }])
    expect(vault.calls).not.toContain('lock')
  })
})

describe('ten thousand accounts', () => {
  test('each is found by its label and its id, and a change of one keeps the rows of the others', async () => {
    const bench = await signedInBroker()
    const { client, index, vault } = bench
    for (let number = 0; number < 10_000; number += 1) {
      const grant = client.grant(number, { identity: { key: `user-${number}` } })
      const { provider, issuer, identity } = grant
      index.put({ id: `acme-${number}`, provider, issuer, identity, label: `n${number}`, createdAt: 0 })
      vault.files.set(`acme-${number}`, grant)
    }
    const broker = bench.restart()
    await broker.start()
    expect((await handOut(broker, 'acme:n9999')).access_token).toBe('access-9999')
    expect((await handOut(broker, 'acme-4321')).access_token).toBe('access-4321')
    const before = broker.snapshot().accounts
    broker.accounts.change('acme:n5000', { disabled: true })
    const after = broker.snapshot().accounts
    expect(after.filter((row, place) => row !== before[place])).toMatchObject([{ id: 'acme-5000', disabled: true }])
    expect(after).toHaveLength(10_001)
    await broker.startLogin({ provider: 'acme', label: 'new' })
    const { accounts, logins } = broker.snapshot()
    expect(logins).toHaveLength(1)
    expect(accounts.filter((row, place) => row !== after[place])).toEqual([])
  })
})

test('the end of a refresh token is foretold, and renewed before it comes', async () => {
  const { broker, client, clock } = await signedInBroker({ lifetime: 600 * minute })
  client.answer = () => ({
    kind: 'refreshed',
    grant: client.grant(client.sent.length + 1, { refreshExpiresAt: clock.now() + 100 * minute }),
  })
  await clock.advance(1)
  clock.jump(20_000)
  await broker.accounts.refresh('acme')
  const until = Math.floor(clock.now() / 1000) + 6_000
  expect(broker.snapshot().accounts).toMatchObject([{ signed_in_until: until }])
  await clock.advance(81 * minute)
  expect(client.sent).toEqual(['refresh-1', 'refresh-2'])
})

test('switching an account off makes one snapshot, which is there at once and is not made again', async () => {
  const { broker } = await signedInBroker()
  await settle()
  const before = broker.snapshot().sequence
  broker.accounts.change('acme', { disabled: true })
  expect(broker.snapshot().sequence).toBe(before + 1)
  await settle()
  expect(broker.snapshot().sequence).toBe(before + 1)
})
