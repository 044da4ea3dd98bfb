import { createHash } from 'node:crypto'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { Secret } from '../../src/core/index.ts'
import { applyChange, type BrokerSnapshot, brokerSnapshot, changeBetween, type SnapshotChange } from '../../src/protocol/index.ts'
import { settle } from '../support/manual-clock.ts'
import { emptyBroker, handOut, minute, signedInBroker } from './doubles.ts'

const fingerprint = (token: string) => createHash('sha256').update(token).digest('hex')

describe('token', () => {
  test('answers what a tool needs, and counts on no refresh while the token is fresh', async () => {
    const { broker, client, account, clock } = await signedInBroker()
    expect(await handOut(broker, 'ac')).toEqual({
      access_token: 'access-1',
      token_type: 'Bearer',
      expires_at: Math.floor((clock.now() + 60 * minute) / 1000),
      provider: 'acme',
      account,
      base_url: 'https://api.example',
      headers: { 'x-api': 'yes' },
    })
    expect(client.sent).toEqual([])
  })

  test('rejected: one refresh for all callers whose token got 401, and none when a newer one is held', async () => {
    const { broker, client } = await signedInBroker()
    const rejected = fingerprint('access-1').slice(0, 16)
    const tokens = await Promise.all(Array.from({ length: 100 }, () => handOut(broker, 'acme', { rejected })))
    expect(new Set(tokens.map((token) => token.access_token))).toEqual(new Set(['access-2']))
    expect((await handOut(broker, 'acme', { rejected })).access_token).toBe('access-2')
    expect(client.sent).toEqual(['refresh-1'])
  })

  test('rejected: the refused token is not handed out again while the refresh fails', async () => {
    const { broker, client } = await signedInBroker()
    client.answer = () => ({ kind: 'transient', error: { code: 'network', description: 'no network' } })
    const rejected = fingerprint('access-1')
    await expect(handOut(broker, 'acme', { rejected })).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
  })

  test('rejected: a server that sends the refused token again is not asked once per call', async () => {
    const { broker, client, clock } = await signedInBroker()
    client.answer = () => ({
      kind: 'refreshed',
      grant: client.grant(client.sent.length + 1, { accessToken: new Secret('access-1') }),
    })
    const rejected = fingerprint('access-1')
    for (let turn = 0; turn < 10; turn += 1) {
      await expect(handOut(broker, 'acme', { rejected })).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    }
    expect(client.sent).toHaveLength(1)
    expect(broker.snapshot().accounts).toMatchObject([{ state: { kind: 'active' } }])
    client.answer = () => client.refreshed()
    clock.jump(2_000)
    expect((await handOut(broker, 'acme', { rejected })).access_token).toBe('access-3')
    expect(client.sent).toEqual(['refresh-1', 'refresh-2'])
  })

  test('min_valid beyond the life is answered with the freshest token, not with a refresh per call', async () => {
    const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
    clock.jump(40 * minute)
    const wish = { minValid: 24 * 60 * minute }
    for (let turn = 0; turn < 10; turn += 1) expect((await handOut(broker, 'acme', wish)).access_token).toBe('access-2')
    expect(client.sent).toEqual(['refresh-1'])
  })

  test('during a backoff the old token is served while it satisfies the caller, and the server is left alone', async () => {
    const { broker, client, clock } = await signedInBroker({ refreshAhead: false })
    client.answer = () => ({ kind: 'transient', error: { code: 'server_error', description: 'down' }, retryAfter: 60 })
    clock.jump(57 * minute)
    for (let turn = 0; turn < 5; turn += 1) expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    await expect(handOut(broker, 'acme', { minValid: 5 * minute })).rejects.toMatchObject({ retryAfter: 60 })
    expect(client.sent).toHaveLength(1)
  })

  test('a refresh that brings an expired token does not become a loop', async () => {
    const { broker, client, clock } = await signedInBroker()
    client.answer = () => ({ kind: 'refreshed', grant: client.grant(2, { expiresAt: clock.now() - 1 }) })
    clock.jump(61 * minute)
    await clock.advance(37_000)
    const sent = client.sent.length
    expect(sent).toBeLessThan(8)
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect(client.sent).toHaveLength(sent)
  })

  test('names the way in when nobody is signed in, and the known providers when the name is wrong', async () => {
    const { broker } = emptyBroker()
    await expect(handOut(broker, 'acme')).rejects.toMatchObject({
      code: 'login_required',
      fix: expect.stringContaining('tokentray login acme'),
    })
    await expect(handOut(broker, 'acmee')).rejects.toMatchObject({ code: 'unknown_provider', message: /Known: acme/ })
    await expect(handOut(broker, 'a b')).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('a refusal comes from memory: a program that hammers reaches neither the vault nor the provider', async () => {
    const { broker, client, clock, vault } = await signedInBroker()
    const refusals = async (code: string) => {
      const [calls, sent] = [vault.calls.length, client.sent.length]
      for (let count = 0; count < 24; count += 1) await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code })
      expect([vault.calls.length, client.sent.length], code).toEqual([calls, sent])
    }
    client.answer = () => ({ kind: 'terminal', error: { code: 'invalid_grant', description: 'It is over.' }, cause: 'revoked' })
    clock.jump(61 * minute)
    await clock.advance(37_000)
    await refusals('reauthorization_required')
    await broker.accounts.signOut('acme')
    await refusals('login_required')
  })
})

describe('login', () => {
  test('two starts at once are one login, and a later one joins it', async () => {
    const { broker, client } = emptyBroker()
    const [first, second] = await Promise.all([broker.startLogin({ provider: 'acme' }), broker.startLogin({ provider: 'ac' })])
    expect(first).not.toHaveProperty('joined')
    expect(second).toEqual({ ...first, joined: true })
    expect(await broker.startLogin({ provider: 'acme' })).toEqual({ ...first, joined: true })
    expect(client.attempts).toHaveLength(1)
  })

  test('a pending login is shown, a failed one leaves nothing behind', async () => {
    const { broker, client } = emptyBroker()
    const { id } = await broker.startLogin({ provider: 'acme' })
    await settle()
    expect(broker.snapshot().accounts).toMatchObject([{ id: 'acme', state: { kind: 'authorizing', login_id: id } }])
    expect(broker.snapshot().logins).toMatchObject([{ id, provider: 'acme' }])
    expect(await broker.cancelLogin(id)).toMatchObject({ status: 'failed', error: { code: 'login_cancelled' } })
    await settle()
    expect(broker.snapshot()).toMatchObject({ accounts: [{ state: { kind: 'signed_out' } }], logins: [] })
    expect(client.attempts).toHaveLength(1)
  })

  test('signing in again keeps the account and serves the old token until the new one is durable', async () => {
    const { broker, client, account } = await signedInBroker()
    const { id } = await broker.startLogin({ provider: 'acme' })
    await settle()
    expect(broker.snapshot().accounts[0]?.state.kind).toBe('active')
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    client.attempts[1]?.finish(client.grant(9))
    expect(await broker.loginStatus(id, 1_000)).toMatchObject({ status: 'completed', account })
    expect((await handOut(broker, 'acme')).access_token).toBe('access-9')
  })

  test('another person becomes another account', async () => {
    const { broker, client } = await signedInBroker()
    const { id } = await broker.startLogin({ provider: 'acme', label: 'work' })
    client.attempts[1]?.finish(client.grant(5, { identity: { key: 'user-2' } }))
    await broker.loginStatus(id, 1_000)
    expect((await handOut(broker, 'acme:work')).access_token).toBe('access-5')
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    await expect(handOut(broker, 'acme:play')).rejects.toMatchObject({ code: 'unknown_account' })
  })

  test('of somebody whom the server does not name replaces no login that was made under another label', async () => {
    const { broker, client } = emptyBroker()
    const signIn = async (number: number, label?: string) => {
      const { id } = await broker.startLogin({ provider: 'acme', ...(label === undefined ? {} : { label }) })
      client.attempts.at(-1)?.finish(client.grant(number, { identity: {} }))
      expect(await broker.loginStatus(id, 1_000)).toMatchObject({ status: 'completed' })
    }
    await signIn(1)
    await signIn(2, 'work')
    await signIn(3, 'play')
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    expect((await handOut(broker, 'acme:work')).access_token).toBe('access-2')
    expect((await handOut(broker, 'acme:play')).access_token).toBe('access-3')
    await signIn(4)
    expect((await handOut(broker, 'acme')).access_token).toBe('access-4')
    expect((await handOut(broker, 'acme:work')).access_token).toBe('access-2')
    expect(broker.snapshot().accounts).toHaveLength(3)
  })

  test('for one account never replaces it by another person', async () => {
    const { broker, client, account } = await signedInBroker()
    const { id } = await broker.startLogin({ provider: 'acme', account })
    client.attempts[1]?.finish(client.grant(5, { identity: { key: 'user-2', email: 'other@b.example' } }))
    expect(await broker.loginStatus(id, 1_000)).toMatchObject({
      status: 'undecided',
      account,
      identity: { email: 'other@b.example' },
    })
    expect(broker.snapshot().logins).toMatchObject([{ id, account, undecided: { email: 'other@b.example' } }])
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    expect(await broker.decideLogin(id, 'discard')).toMatchObject({ status: 'failed', error: { code: 'login_cancelled' } })
    expect(client.revoked).toEqual(['refresh-5'])
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
    await expect(broker.decideLogin(id, 'replace')).rejects.toMatchObject({ code: 'unknown_login' })
  })

  test('of another person becomes an account beside it, or takes its place, as the person says', async () => {
    const { broker, client, account, index } = await signedInBroker()
    const signInAs = async (number: number, key: string) => {
      const { id } = await broker.startLogin({ provider: 'acme', account })
      client.attempts.at(-1)?.finish(client.grant(number, { identity: { key, email: `${key}@b.example` } }))
      await broker.loginStatus(id, 1_000)
      return id
    }
    const added = await broker.decideLogin(await signInAs(5, 'user-2'), 'add')
    expect(added).toMatchObject({ status: 'completed', identity: { email: 'user-2@b.example' } })
    expect(index.list().map(({ identity }) => identity.key)).toEqual(['user-1', 'user-2'])
    expect((await handOut(broker, account)).access_token).toBe('access-1')
    const replaced = await broker.decideLogin(await signInAs(6, 'user-3'), 'replace')
    expect(replaced).toMatchObject({ status: 'completed', account })
    expect(index.list().map(({ identity }) => identity.key)).toEqual(['user-3', 'user-2'])
    // The server is told to end the login that was there.
    expect(client.revoked).toEqual(['refresh-1'])
    expect((await handOut(broker, account)).access_token).toBe('access-6')
  })

  test('of another person that nobody decides about is discarded after ten minutes', async () => {
    const { broker, client, account, clock } = await signedInBroker()
    const { id } = await broker.startLogin({ provider: 'acme', account })
    client.attempts[1]?.finish(client.grant(5, { identity: { key: 'user-2' } }))
    await broker.loginStatus(id, 1_000)
    await clock.advance(10 * minute + 1_000)
    expect(await broker.loginStatus(id)).toMatchObject({ status: 'failed' })
    expect(client.revoked).toEqual(['refresh-5'])
    expect(broker.snapshot().logins).toEqual([])
  })

  test('is refused while the vault could not keep its result', async () => {
    const { broker, vault, client } = emptyBroker()
    vault.state = { kind: 'locked', error: { code: 'vault_locked', description: 'The keychain is locked.' } }
    await expect(broker.startLogin({ provider: 'acme' })).rejects.toMatchObject({ code: 'vault_locked' })
    expect(client.attempts).toHaveLength(0)
  })

  test('whose grant cannot be written says so, keeps the grant, and recovers', async () => {
    const { broker, vault, client, clock } = emptyBroker()
    vault.beforeSave = () => {
      throw new Error('disk')
    }
    const { id } = await broker.startLogin({ provider: 'acme' })
    client.attempts[0]?.finish(client.grant(1))
    expect(await broker.loginStatus(id, 1_000)).toMatchObject({ status: 'failed', error: { code: 'vault_unavailable' } })
    vault.beforeSave = () => {}
    await clock.advance(40_000)
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
  })
})

test('a locked keychain at start is a state, and the accounts come back when it opens', async () => {
  const { vault, restart } = await signedInBroker()
  const locked = { kind: 'locked', error: { code: 'vault_locked', description: 'The keychain is locked.' } } as const
  vault.state = locked
  const broker = restart()
  await broker.start()
  expect(broker.snapshot()).toMatchObject({ vault: { state: locked }, accounts: [{ state: { kind: 'unavailable' } }] })
  await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'vault_locked' })
  vault.setState({ kind: 'ready' })
  await settle()
  expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
})

test('an account of a provider that this version does not know is kept', async () => {
  const { index, restart } = await signedInBroker()
  index.put({ id: 'x-1', provider: 'tomorrow', issuer: 'https://t.example', identity: {}, createdAt: 0 })
  const broker = restart()
  await broker.start()
  expect(broker.snapshot().accounts).toHaveLength(1)
  expect(index.list()).toHaveLength(2)
})

test('changes applied in turn lead to the same snapshot as the last one', async () => {
  const { broker, client, clock } = emptyBroker()
  let folded: BrokerSnapshot = broker.snapshot()
  let previous = folded
  broker.subscribe((next) => {
    folded = applyChange(folded, JSON.parse(JSON.stringify(changeBetween(previous, next))) as SnapshotChange)
    previous = next
  })
  const { id } = await broker.startLogin({ provider: 'acme' })
  await settle()
  client.attempts[0]?.finish(client.grant(1))
  await broker.loginStatus(id, 1_000)
  await clock.advance(50 * minute)
  expect(folded).toEqual(broker.snapshot())
  await broker.accounts.signOut('acme')
  await settle()
  expect(folded).toEqual(broker.snapshot())
  expect(() => brokerSnapshot.parse(folded)).not.toThrow()
})

describe('P1: no secret in what leaves the broker', () => {
  type Members<Value> = Value extends readonly (infer Item)[]
    ? Members<Item>
    : Value extends object
      ? { [Key in keyof Value]-?: Key | Members<Value[Key]> }[keyof Value]
      : never
  type SecretName =
    | `${string}${'access_token' | 'refresh_token' | 'id_token' | 'verifier' | 'authorization_url' | 'secret'}${string}`
    | 'state_value'

  test('by type: neither a snapshot nor a change has a member with the name of a secret', () => {
    expectTypeOf<Extract<Members<BrokerSnapshot>, SecretName>>().toBeNever()
    expectTypeOf<Extract<Members<SnapshotChange>, SecretName>>().toBeNever()
  })

  test('by value: not one token or state value is in any snapshot of a whole life', async () => {
    const { broker, client, clock } = emptyBroker()
    const seen: string[] = []
    broker.subscribe((snapshot) => seen.push(JSON.stringify(snapshot)))
    const { id } = await broker.startLogin({ provider: 'acme' })
    await settle()
    client.attempts[0]?.finish(client.grant(1))
    await broker.loginStatus(id, 1_000)
    await clock.advance(100 * minute)
    await broker.accounts.signOut('acme')
    await settle()
    expect(seen.length).toBeGreaterThan(4)
    expect(seen.join()).not.toMatch(/access-\d|refresh-\d|the-state-value/)
  })
})
