import { describe, expect, test } from 'vitest'
import { Secret, type TokenRequest } from '../../src/core/index.ts'
import { emptyBroker, handOut, minute } from './doubles.ts'

/** A broker with two logins (`one`, `two`) and a key, in this order. */
async function severalAccounts() {
  const bench = emptyBroker()
  const { broker, client } = bench
  const ids: string[] = []
  for (const [number, label] of ['one', 'two'].entries()) {
    const { id } = await broker.startLogin({ provider: 'acme', label })
    client.attempts.at(-1)?.finish(client.grant(number + 1, { identity: { key: label, email: `${label}@b.example` } }))
    const login = await broker.loginStatus(id, 1_000)
    if (login.status === 'completed') ids.push(login.account)
  }
  const added = await broker.accounts.addKey({ provider: 'acme', secret: 'the-key', label: 'key' })
  const [one = '', two = ''] = ids
  return { ...bench, one, two, key: added.account.id }
}

type Bench = Awaited<ReturnType<typeof severalAccounts>>

const tokenOf = async (broker: Bench['broker'], name = 'unnamed', request: TokenRequest = {}) =>
  (await broker.handOut({ name, proof: 'claimed' }, 'acme', request)).response.access_token

/** What a client says whom the API has refused the first token. */
const refused = { rejected: new Secret('access-1').fingerprint() }

/** The server ends the grant of an account with the next refresh. */
async function end({ broker, client, clock }: Bench, account: string) {
  // A refresh that a person demands is the one that came with the login, while that is fresh.
  await clock.advance(11_000)
  client.answer = () => ({ kind: 'terminal', error: { code: 'invalid_grant', description: 'over' }, cause: 'revoked' })
  await broker.accounts.refresh(account).catch(() => {})
  client.answer = () => client.refreshed()
}

describe('without failover', () => {
  test('the first account of the order is meant, and the person orders', async () => {
    const { broker, two, index } = await severalAccounts()
    expect(await tokenOf(broker)).toBe('access-1')
    expect(broker.accounts.changePreferences('ac', { order: ['two'] })).toEqual({
      order: [two],
      failover: false,
      chain: ['environment_token', 'grant', 'api_key', 'environment_key'],
    })
    expect(await tokenOf(broker)).toBe('access-2')
    expect(index.decided.get('acme')).toEqual({ order: [two] })
    const rows = broker.snapshot().accounts
    expect(rows.map(({ label, is_default: isDefault }) => [label, isDefault])).toEqual([
      ['two', true],
      ['one', undefined],
      ['key', undefined],
    ])
  })

  test('a second login never steps in, and a key does only for a login that has ended or is switched off', async () => {
    const bench = await severalAccounts()
    const { broker, client, one, clock } = bench
    client.answer = () => ({ kind: 'transient', error: { code: 'network', description: 'gone' } })
    await clock.advance(59 * minute + 58_000)
    await expect(tokenOf(broker)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    client.answer = () => client.refreshed()
    await clock.advance(6 * minute)
    expect(await tokenOf(broker)).toMatch(/^access-/)
    broker.accounts.change(one, { disabled: true })
    expect(await tokenOf(broker)).toBe('the-key')
    broker.accounts.change(one, { disabled: false })
    await end(bench, one)
    // The last token of the login is used as long as it is good.
    expect(await tokenOf(broker)).toMatch(/^access-/)
    expect(await tokenOf(broker, 'unnamed', { rejected: new Secret(await tokenOf(broker)).fingerprint() })).toBe('the-key')
    await clock.advance(120 * minute)
    expect(await tokenOf(broker)).toBe('the-key')
  })

  test('a key comes first when the chain says so, and nothing is handed out by a chain without it', async () => {
    const bench = await severalAccounts()
    const { broker, one, two } = bench
    broker.accounts.changePreferences('acme', { chain: ['api_key', 'grant'] })
    expect(await tokenOf(broker)).toBe('the-key')
    broker.accounts.changePreferences('acme', { chain: ['grant'] })
    await end(bench, one)
    await expect(tokenOf(broker, 'unnamed', refused)).rejects.toMatchObject({ code: 'reauthorization_required' })
    expect(await handOut(broker, 'acme:two')).toMatchObject({ account: two })
  })

  test('one link alone can be asked for', async () => {
    const { broker } = await severalAccounts()
    const caller = { name: 'unnamed', proof: 'claimed' } as const
    expect((await broker.handOut(caller, 'acme', { link: 'api_key' })).response.access_token).toBe('the-key')
    const empty = emptyBroker()
    expect(() => empty.broker.handOut(caller, 'acme', { link: 'api_key' })).toThrow(
      expect.objectContaining({ code: 'login_required' }),
    )
  })
})

describe('with failover', () => {
  test('the next account of the order steps in while one cannot give a token', async () => {
    const bench = await severalAccounts()
    const { broker, one } = bench
    broker.accounts.changePreferences('acme', { failover: true })
    expect(await tokenOf(broker)).toBe('access-1')
    await end(bench, one)
    expect(await tokenOf(broker)).toBe('access-1')
    expect(await tokenOf(broker, 'unnamed', refused)).toBe('access-2')
  })

  test('a client stays with the account it has, until that cannot give a token or an hour is over', async () => {
    const { broker, one, clock } = await severalAccounts()
    broker.accounts.changePreferences('acme', { failover: true })
    broker.accounts.change(one, { disabled: true })
    expect(await tokenOf(broker, 'codex')).toBe('access-2')
    broker.accounts.change(one, { disabled: false })
    expect(await tokenOf(broker, 'codex')).toBe('access-2')
    expect(await tokenOf(broker, 'pi')).toBe('access-1')
    expect(broker.accounts.explain('acme', 'codex').chain[0]).toMatchObject({
      label: 'two',
      reason: 'this client has it already',
    })
    await clock.advance(61 * minute)
    expect((await handOut(broker, 'acme')).account).toBe(one)
    expect((await broker.handOut({ name: 'codex', proof: 'claimed' }, 'acme', {})).response.account).toBe(one)
  })

  test('a login whose limit is used up gives way until it resets', async () => {
    const { broker, client, clock, one, two } = await severalAccounts()
    const resetsAt = Math.floor(clock.now() / 1000) + 1_800
    client.used = { kind: 'good', value: { windows: [{ name: 'week', used_percent: 100, resets_at: resetsAt }] } }
    await broker.accounts.look(one)
    broker.accounts.changePreferences('acme', { failover: true })
    expect((await handOut(broker, 'acme')).account).toBe(two)
    const [first] = broker.accounts.explain('acme', 'other').chain
    expect(first).toMatchObject({ verdict: 'passed_over', reason: expect.stringContaining('used up until') })
  })
})

test('the explanation names every place with its verdict, and changes nothing', async () => {
  const bench = await severalAccounts()
  const { broker, one, key, clock } = bench
  expect(broker.accounts.explain('ac', 'unnamed')).toMatchObject({
    provider: 'acme',
    winner: one,
    chain: [
      { link: 'grant', account: one, label: 'one', verdict: 'used', expires_at: expect.any(Number) },
      { link: 'api_key', account: key, verdict: 'not_reached' },
    ],
  })
  expect(broker.accounts.explain('acme', 'unnamed', 'two')).toMatchObject({ chain: [{ label: 'two', verdict: 'used' }] })
  await end(bench, one)
  await clock.advance(120 * minute)
  expect(broker.accounts.explain('acme', 'unnamed').chain).toMatchObject([
    { verdict: 'passed_over', reason: expect.stringContaining('revoked') },
    { verdict: 'used', account: key },
  ])
  expect(emptyBroker().broker.accounts.explain('acme', 'unnamed')).toMatchObject({ chain: [], error: { code: 'login_required' } })
})

test('an order names accounts of its own provider, each once', async () => {
  const { broker } = await severalAccounts()
  expect(() => broker.accounts.changePreferences('acme', { order: ['one', 'one'] })).toThrow(/is in the order twice/)
  expect(() => broker.accounts.changePreferences('acme', { order: ['nobody'] })).toThrow()
})

test('a label is changed, taken away, and never given twice', async () => {
  const { broker, one, index } = await severalAccounts()
  expect(broker.accounts.change('acme:one', { label: 'home' })).toMatchObject({ id: one, label: 'home' })
  expect((await handOut(broker, 'acme:home')).account).toBe(one)
  expect(() => broker.accounts.change('acme:home', { label: 'two' })).toThrow(/has an account "two" already/)
  expect(broker.accounts.change(one, { label: null }).label).toBeUndefined()
  expect(index.records.get(one)?.label).toBeUndefined()
})

test('a key is stored although it could not be tried, and the same key twice is one account', async () => {
  const { broker, client } = await severalAccounts()
  client.checked = { kind: 'failed', error: { code: 'network', description: 'gone' }, detail: '503: busy' }
  const first = await broker.accounts.addKey({ provider: 'acme', secret: 'another' })
  expect(first.check).toMatchObject({ status: 'failed', reason: { code: 'network' }, detail: '503: busy' })
  const again = await broker.accounts.addKey({ provider: 'acme', secret: 'another' })
  expect(again.account.id).toBe(first.account.id)
  expect(again.account).toMatchObject({ kind: 'api_key', state: { kind: 'active' } })
  // A client that says that the API refused a key is told so, and nothing is refreshed.
  const rejected = new Secret('another').fingerprint()
  await expect(handOut(broker, again.account.id, { rejected })).rejects.toMatchObject({
    code: 'reauthorization_required',
    fix: expect.stringContaining('tokentray check'),
  })
  expect(client.sent).toEqual([])
})

test('a selector with a label is the account of that label, or makes one', async () => {
  const { broker, key } = await severalAccounts()
  const replaced = await broker.accounts.addKey({ provider: 'acme:key', secret: 'newer' })
  expect(replaced.account).toMatchObject({ id: key, label: 'key' })
  expect((await handOut(broker, 'acme:key')).access_token).toBe('newer')
  expect((await broker.accounts.addKey({ provider: 'acme:ci', secret: 'third' })).account.label).toBe('ci')
})

test('a key never takes the place of a login', async () => {
  const { broker, one } = await severalAccounts()
  await expect(broker.accounts.addKey({ provider: 'acme', secret: 'x', account: 'one' })).rejects.toMatchObject({
    code: 'login_failed',
    fix: expect.stringContaining('--label'),
  })
  expect((await handOut(broker, one)).access_token).toBe('access-1')
})
