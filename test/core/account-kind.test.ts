import { describe, expect, test } from 'vitest'
import { BrokerError } from '../../src/protocol/index.ts'
import { emptyBroker, handOut } from './doubles.ts'

type Bench = ReturnType<typeof emptyBroker>

async function addLogin({ broker, client }: Bench, label: string): Promise<string> {
  const { id } = await broker.startLogin({ provider: 'acme', label })
  client.attempts.at(-1)?.finish(client.grant(client.attempts.length, { identity: { key: label } }))
  const login = await broker.loginStatus(id, 1_000)
  if (login.status !== 'completed') throw new Error(login.status)
  return login.account
}

const addKey = async ({ broker }: Bench, secret: string, label?: string): Promise<string> =>
  (await broker.accounts.addKey({ provider: 'acme', secret, ...(label === undefined ? {} : { label }) })).account.id

const tokenOf = async ({ broker }: Bench, selector: string, label?: string): Promise<string> =>
  (await handOut(broker, selector, {}, label)).access_token

/** How a request fails, whether it throws or rejects. */
const failure = async (request: () => unknown): Promise<unknown> => {
  try {
    return await request()
  } catch (error) {
    return error instanceof BrokerError ? { code: error.code, message: error.message, fix: error.fix } : error
  }
}

describe('a selector can name the kind of account', () => {
  test('where a provider has both, whatever comes first otherwise', async () => {
    const bench = emptyBroker()
    await addLogin(bench, 'plan')
    await addKey(bench, 'the-key')
    for (const chain of [undefined, ['api_key', 'grant'] as const]) {
      if (chain !== undefined) bench.broker.accounts.changePreferences('acme', { chain: [...chain] })
      for (const selector of ['acme:key', 'AC:Key']) expect(await tokenOf(bench, selector)).toBe('the-key')
      for (const selector of ['acme:login', 'ac:login']) expect(await tokenOf(bench, selector)).toBe('access-1')
      // As the label of a query it is the same.
      expect(await tokenOf(bench, 'acme', 'key')).toBe('the-key')
      expect(await tokenOf(bench, 'acme', 'login')).toBe('access-1')
    }
  })

  test('and is told what to do where there is none of it, instead of being given the other one', async () => {
    const bench = emptyBroker()
    await addLogin(bench, 'plan')
    const noKey = { code: 'unknown_account', message: 'Acme has no API key here.', fix: 'Add one with `tokentray add acme`.' }
    expect(await failure(() => tokenOf(bench, 'acme:key'))).toEqual(noKey)
    expect(await failure(() => tokenOf(bench, 'acme', 'key'))).toEqual(noKey)
    const other = emptyBroker()
    await addKey(other, 'the-key')
    const nobody = { code: 'login_required', fix: expect.stringContaining('tokentray login acme') }
    expect(await failure(() => tokenOf(other, 'acme:login'))).toMatchObject(nobody)
    expect(await failure(() => tokenOf(emptyBroker(), 'acme:login'))).toMatchObject(nobody)
    expect(await failure(() => tokenOf(emptyBroker(), 'acme:key'))).toEqual(noKey)
    expect(await failure(() => tokenOf(bench, 'nobody:key'))).toMatchObject({ code: 'unknown_provider' })
  })

  test('and means the accounts of that kind in their order, the next one too where that steps in', async () => {
    const bench = emptyBroker()
    const { broker } = bench
    await addLogin(bench, 'plan')
    const first = await addKey(bench, 'key-1', 'one')
    const second = await addKey(bench, 'key-2', 'two')
    expect(await tokenOf(bench, 'acme:key')).toBe('key-1')
    broker.accounts.changePreferences('acme', { order: [second] })
    expect(await tokenOf(bench, 'acme:key')).toBe('key-2')
    broker.accounts.change(second, { disabled: true })
    // Nobody is given a login in place of a key that is switched off.
    expect(await failure(() => tokenOf(bench, 'acme:key'))).toMatchObject({ code: 'account_disabled' })
    broker.accounts.changePreferences('acme', { failover: true })
    expect(await tokenOf(bench, 'acme:key')).toBe('key-1')
    expect(broker.accounts.explain('acme:key', 'unnamed')).toMatchObject({ winner: first })
    const { chain } = broker.accounts.explain('acme:key', 'unnamed')
    expect(chain.map(({ link }) => link)).toEqual(['api_key', 'api_key'])
  })

  test('but an account that has the word for its label is meant before', async () => {
    const bench = emptyBroker()
    await addLogin(bench, 'key')
    await addKey(bench, 'the-key', 'login')
    expect(await tokenOf(bench, 'acme:key')).toBe('access-1')
    expect(await tokenOf(bench, 'acme:login')).toBe('the-key')
  })

  test('and must not contradict the rest of the request', async () => {
    const bench = emptyBroker()
    await addLogin(bench, 'plan')
    await addKey(bench, 'the-key')
    const both = (link: 'grant' | 'api_key') => failure(() => handOut(bench.broker, 'acme:key', { link }))
    expect(await both('grant')).toMatchObject({ code: 'invalid_request' })
    expect(await both('api_key')).toMatchObject({ access_token: 'the-key' })
  })

  test('and one of several is never signed out by guess', async () => {
    const bench = emptyBroker()
    const { broker } = bench
    const plan = await addLogin(bench, 'plan')
    await addKey(bench, 'key-1', 'one')
    await addKey(bench, 'key-2', 'two')
    expect(await failure(() => broker.accounts.signOut('acme:key'))).toMatchObject({ code: 'invalid_request' })
    expect(broker.accounts.idOf('acme:login')).toBe(plan)
    await broker.accounts.signOut('acme:one')
    await broker.accounts.signOut('acme:key')
    expect(await failure(() => broker.accounts.signOut('acme:key'))).toMatchObject({ code: 'unknown_account' })
    expect(await tokenOf(bench, 'acme')).toBe('access-1')
  })

  test('among the accounts of a share, and of no other one', async () => {
    const bench = emptyBroker()
    const { accounts } = bench.broker
    const plan = await addLogin(bench, 'plan')
    const key = await addKey(bench, 'the-key')
    const meant = (ids: readonly string[], selector: string) => accounts.meantAmong(ids, { selector })
    expect(meant([plan, key], 'acme:key')).toBe(key)
    expect(meant([key, plan], 'acme:login')).toBe(plan)
    expect(meant([plan], 'acme:key')).toBeUndefined()
    expect(meant([plan, key], 'acme:nothing')).toBeUndefined()
    // The label counts before the kind, also where its account is not shared: whether it exists is not told.
    const labelled = await addLogin(bench, 'key')
    expect(meant([plan, key], 'acme:key')).toBeUndefined()
    expect(meant([plan, key, labelled], 'acme:key')).toBe(labelled)
  })
})
