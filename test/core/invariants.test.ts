import { describe, expect, test } from 'vitest'
import type { RefreshOutcome } from '../../src/core/index.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { settle } from '../support/manual-clock.ts'
import { deferred, handOut, minute, signedInBroker } from './doubles.ts'

const state = (broker: { snapshot(): { accounts: readonly { state: { kind: string } }[] } }) =>
  broker.snapshot().accounts[0]?.state

describe('S1: one refresh in flight, until its result is durable', () => {
  test('a thousand callers around an expiry make one request', async () => {
    const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
    clock.jump(61 * minute)
    const tokens = await Promise.all(Array.from({ length: 1_000 }, () => handOut(broker, 'acme')))
    expect(client.sent).toEqual(['refresh-1'])
    expect(new Set(tokens.map((token) => token.access_token))).toEqual(new Set(['access-2']))
  })

  test('a caller that comes while the new grant is being written does not send the old refresh token again', async () => {
    const { broker, client, clock, vault } = await signedInBroker({ refreshAhead: false })
    const written = deferred<void>()
    vault.beforeSave = () => written.promise
    clock.jump(61 * minute)
    const first = handOut(broker, 'acme')
    await settle()
    const second = handOut(broker, 'acme')
    await settle()
    expect(client.sent).toEqual(['refresh-1'])
    written.resolve()
    expect((await first).access_token).toBe('access-2')
    expect((await second).access_token).toBe('access-2')
    expect(client.sent).toEqual(['refresh-1'])
  })

  test('after a refresh, the next one sends the rotated token', async () => {
    const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
    clock.jump(61 * minute)
    await handOut(broker, 'acme')
    clock.jump(61 * minute)
    await handOut(broker, 'acme')
    expect(client.sent).toEqual(['refresh-1', 'refresh-2'])
  })
})

describe('S2: a completion of an old generation changes nothing', () => {
  test('a refresh that ends after a sign-out neither revives the account nor leaves a file', async () => {
    const { broker, client, clock, vault, account } = await signedInBroker({ refreshAhead: false })
    const answer = deferred<RefreshOutcome>()
    client.answer = () => answer.promise
    clock.jump(61 * minute)
    const waiting = handOut(broker, 'acme').catch((error: BrokerError) => error.code)
    await settle()
    await broker.accounts.signOut('acme')
    answer.resolve(client.refreshed())
    expect(await waiting).toBe('reauthorization_required')
    await settle()
    expect(state(broker)).toEqual({ kind: 'signed_out' })
    expect(vault.files.has(account)).toBe(false)
    expect(client.revoked).toEqual(['refresh-1', 'refresh-2'])
  })

  test('a terminal answer to the old grant does not end the login that replaced it', async () => {
    const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
    const answer = deferred<RefreshOutcome>()
    client.answer = () => answer.promise
    clock.jump(61 * minute)
    handOut(broker, 'acme').catch(() => {})
    await settle()
    const { id } = await broker.startLogin({ provider: 'acme' })
    client.attempts[1]?.finish(client.grant(7))
    await broker.loginStatus(id, 1_000)
    answer.resolve({ kind: 'terminal', error: { code: 'invalid_grant', description: 'used' }, cause: 'unknown' })
    await settle()
    expect(state(broker)?.kind).toBe('active')
    expect((await handOut(broker, 'acme')).access_token).toBe('access-7')
  })

  test('a write under way when the account signs out is followed by its removal', async () => {
    const { broker, clock, vault, account } = await signedInBroker({ refreshAhead: false })
    const written = deferred<void>()
    vault.beforeSave = () => written.promise
    clock.jump(61 * minute)
    const waiting = handOut(broker, 'acme').catch((error: BrokerError) => error.code)
    await settle()
    const signOut = broker.accounts.signOut('acme')
    written.resolve()
    await signOut
    expect(await waiting).toBe('reauthorization_required')
    expect(vault.files.has(account)).toBe(false)
  })
})

test('S3: nobody sees the new access token before the rotated refresh token is durable', async () => {
  const { broker, clock, vault } = await signedInBroker({ refreshAhead: false })
  const written = deferred<void>()
  vault.beforeSave = () => written.promise
  clock.jump(61 * minute)
  const seen: string[] = []
  const ask = () => handOut(broker, 'acme').then((token) => seen.push(token.access_token))
  const first = ask()
  await settle()
  const second = ask()
  await settle()
  expect(seen).toEqual([])
  written.resolve()
  await Promise.all([first, second])
  expect(seen).toEqual(['access-2', 'access-2'])
})

describe('S4: only a terminal outcome ends a grant', () => {
  test.each(['network', 'timeout', 'server_error', 'blocked', 'not_oauth', 'rate_limited', 'invalid_client'])(
    '%s keeps the grant and is tried again',
    async (code) => {
      const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
      client.answer = () => ({ kind: 'transient', error: { code, description: 'x' } })
      clock.jump(61 * minute)
      await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'temporarily_unavailable', retryAfter: 1 })
      await settle()
      expect(state(broker)).toMatchObject({ kind: 'backing_off', attempt: 1, error: { code } })
      client.answer = () => client.refreshed()
      await clock.advance(2_000)
      expect((await handOut(broker, 'acme')).access_token).toBe('access-3')
      expect(client.sent).toEqual(['refresh-1', 'refresh-1'])
    },
  )

  test('a terminal outcome asks for a new sign-in and is never retried', async () => {
    const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
    client.answer = () => ({
      kind: 'terminal',
      error: { code: 'invalid_grant', description: 'The token was used.' },
      cause: 'unknown',
    })
    clock.jump(61 * minute)
    for (let turn = 0; turn < 3; turn += 1) {
      await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'reauthorization_required' })
    }
    await clock.advance(60 * minute)
    expect(client.sent).toHaveLength(1)
    expect(state(broker)).toMatchObject({ kind: 'reauthorization_required', error: { code: 'invalid_grant' } })
  })
})

test('S5: a rotated grant that cannot be written is kept, and the write is retried without a second refresh', async () => {
  const { broker, client, clock, vault, account } = await signedInBroker({ refreshAhead: false })
  vault.beforeSave = () => {
    throw new BrokerError('vault_unavailable', 'The disk is full.')
  }
  clock.jump(61 * minute)
  await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'vault_unavailable', message: 'The disk is full.' })
  await settle()
  expect(state(broker)?.kind).toBe('unavailable')
  vault.beforeSave = () => {}
  await clock.advance(40_000)
  expect(vault.files.get(account)?.refreshToken?.expose()).toBe('refresh-2')
  expect((await handOut(broker, 'acme')).access_token).toBe('access-2')
  expect(client.sent).toEqual(['refresh-1'])
})

test('S5: a grant that could be written only after its token had ended is refreshed at once', async () => {
  const { broker, client, clock, vault } = await signedInBroker()
  vault.beforeSave = () => {
    throw new BrokerError('vault_unavailable', 'The disk is full.')
  }
  await clock.advance(150 * minute)
  expect(client.sent).toEqual(['refresh-1'])
  vault.beforeSave = () => {}
  broker.wake()
  await settle()
  expect(client.sent).toEqual(['refresh-1', 'refresh-2'])
  expect(state(broker)).toMatchObject({ kind: 'active' })
  expect((await handOut(broker, 'acme')).access_token).toBe('access-3')
})

test('S5: a grant that could not be written yet is written when the broker stops, whatever its backoff says', async () => {
  const { broker, client, clock, vault, account, restart } = await signedInBroker({ refreshAhead: false })
  vault.beforeSave = () => {
    throw new BrokerError('vault_unavailable', 'The disk is full.')
  }
  clock.jump(61 * minute)
  await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'vault_unavailable' })
  vault.beforeSave = () => {}
  await broker.stop()
  expect(vault.files.get(account)?.refreshToken?.expose()).toBe('refresh-2')
  const restarted = restart()
  await restarted.start()
  expect((await handOut(restarted, 'acme')).access_token).toBe('access-2')
  expect(client.sent).toEqual(['refresh-1'])
})

test('S6: a caller that goes away cancels nothing', async () => {
  const { broker, client, clock, vault, account } = await signedInBroker({ refreshAhead: false })
  const answer = deferred<RefreshOutcome>()
  client.answer = () => answer.promise
  clock.jump(61 * minute)
  void handOut(broker, 'acme').catch(() => {})
  await settle()
  // The socket drops its interest in the promise; nothing it could cancel exists.
  answer.resolve(client.refreshed())
  await settle()
  expect(vault.files.get(account)?.refreshToken?.expose()).toBe('refresh-2')
})

describe('S7: a grant is bound to its authorization server', () => {
  test('under another issuer it is neither refreshed, nor handed out, nor lost', async () => {
    const { client, clock, index, restart, vault, account } = await signedInBroker({ refreshAhead: false })
    client.issuer = 'http://127.0.0.1:9999'
    const elsewhere = restart()
    await elsewhere.start()
    await expect(handOut(elsewhere, 'acme')).rejects.toMatchObject({ code: 'issuer_mismatch' })
    clock.jump(61 * minute)
    await expect(handOut(elsewhere, 'acme')).rejects.toMatchObject({ code: 'issuer_mismatch' })
    expect(client.sent).toEqual([])
    await elsewhere.stop()
    client.issuer = 'https://server.example'
    const back = restart()
    await back.start()
    expect((await handOut(back, 'acme')).access_token).toBe('access-2')
    expect(index.records.has(account)).toBe(true)
    expect(vault.files.has(account)).toBe(true)
  })

  test('a sign-out under another issuer does not send the token there', async () => {
    const { client, restart } = await signedInBroker()
    client.issuer = 'http://127.0.0.1:9999'
    const elsewhere = restart()
    await elsewhere.start()
    await elsewhere.accounts.signOut('acme')
    expect(client.revoked).toEqual([])
  })
})
