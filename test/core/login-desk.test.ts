// What happens to a login that somebody else made than the account belongs to, and to any login when the vault closes or the end comes.
import { expect, test } from 'vitest'
import { deferred, handOut, signedInBroker } from './doubles.ts'

type Bench = Awaited<ReturnType<typeof signedInBroker>>

/** A login that waits for the decision of the person. */
async function undecided({ broker, client, account }: Bench, number = 5, key = 'user-2'): Promise<string> {
  const { id } = await broker.startLogin({ provider: 'acme', account })
  client.attempts.at(-1)?.finish(client.grant(number, { identity: { key, email: `${key}@b.example` } }))
  expect(await broker.loginStatus(id, 1_000)).toMatchObject({ status: 'undecided' })
  return id
}

test('an end of the process while a decision is carried out loses nothing that is in memory only (S5)', async () => {
  const bench = await signedInBroker()
  const { broker, client, vault, account } = bench
  const id = await undecided(bench)
  const gate = deferred<boolean>()
  client.revoke = () => gate.promise
  const deciding = broker.decideLogin(id, 'replace')
  await new Promise((resolve) => setImmediate(resolve))
  const stopping = broker.stop()
  await new Promise((resolve) => setImmediate(resolve))
  gate.resolve(true)
  await stopping
  expect(await deciding).toMatchObject({ status: 'completed', account })
  expect(vault.files.get(account)?.refreshToken?.expose()).toBe('refresh-5')
})

test('a lock forgets the login that nobody has decided about, and no other one', async () => {
  const bench = await signedInBroker()
  const { broker, client } = bench
  const waiting = await undecided(bench)
  const pending = await broker.startLogin({ provider: 'acme', label: 'more' })
  await broker.lock()
  expect(await broker.loginStatus(waiting)).toMatchObject({ status: 'failed', error: { code: 'login_cancelled' } })
  expect(await broker.loginStatus(pending.id)).toMatchObject({ status: 'pending' })
  expect(client.revoked).toEqual(['refresh-5'])
})

test('nothing is decided while the vault cannot keep the result', async () => {
  const bench = await signedInBroker()
  const { broker, vault } = bench
  const waiting = await undecided(bench)
  vault.state = { kind: 'locked', error: { code: 'keychain_locked', description: 'The keychain is locked.' } }
  await expect(broker.decideLogin(waiting, 'add')).rejects.toMatchObject({ code: 'vault_locked' })
  vault.state = { kind: 'ready' }
  expect(await broker.decideLogin(waiting, 'add')).toMatchObject({ status: 'completed' })
})

test('a person who has an account already does not get a second one by a replacement', async () => {
  const bench = await signedInBroker()
  const { broker, index } = bench
  await broker.decideLogin(await undecided(bench), 'add')
  const id = await undecided(bench, 6)
  await expect(broker.decideLogin(id, 'replace')).rejects.toMatchObject({ code: 'invalid_request', fix: expect.anything() })
  // The login goes on waiting, and what can be done is done.
  expect(await broker.loginStatus(id)).toMatchObject({ status: 'undecided' })
  expect(await broker.decideLogin(id, 'add')).toMatchObject({ status: 'completed' })
  expect(index.list().map(({ identity }) => identity.key)).toEqual(['user-1', 'user-2'])
})

test('no request for a login ends one: signing in once more stands beside a login that waits for a decision', async () => {
  const bench = await signedInBroker()
  const { broker, client, account } = bench
  const first = await undecided(bench)
  const again = await broker.startLogin({ provider: 'acme', account })
  expect(again.id).not.toBe(first)
  expect(await broker.loginStatus(first)).toMatchObject({ status: 'undecided' })
  expect(client.revoked).toEqual([])
  expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
})

test('another way that somebody chooses stands beside the login that waits; without a choice it is joined', async () => {
  const { broker } = await signedInBroker()
  const browser = await broker.startLogin({ provider: 'acme', label: 'more' })
  expect((await broker.startLogin({ provider: 'acme', label: 'more' })).id).toBe(browser.id)
  expect((await broker.startLogin({ provider: 'acme', label: 'more', flow: 'browser' })).id).toBe(browser.id)
  const paste = await broker.startLogin({ provider: 'acme', label: 'more', flow: 'paste' })
  expect(paste.id).not.toBe(browser.id)
  expect(await broker.loginStatus(browser.id)).toMatchObject({ status: 'pending' })
})

test('a check does not wait longer for a refresh than it was told to', async () => {
  const { broker, client, account, clock } = await signedInBroker()
  client.checked = { kind: 'refused', error: { code: 'token_refused', description: 'no' } }
  client.answer = () => new Promise(() => {})
  const checking = broker.accounts.check(account, 1_000)
  await clock.advance(1_100)
  expect(await checking).toMatchObject({ status: 'failed', reason: { code: 'timeout' } })
})
