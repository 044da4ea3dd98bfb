import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ApiOutcome, TokenRequest } from '../../src/core/index.ts'
import { settle } from '../support/manual-clock.ts'
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts'
import { deferred, emptyBroker, handOut, minute, signedInBroker } from './doubles.ts'

const second = 1_000
const good: ApiOutcome<undefined> = { kind: 'good', value: undefined }
const refused: ApiOutcome<undefined> = {
  kind: 'refused',
  error: { code: 'token_refused', description: 'The provider refused the token.' },
}
const unreachable: ApiOutcome<undefined> = { kind: 'failed', error: { code: 'network', description: 'No network.' } }

/** A program that can only ask, by its process number, and what its last answer was. */
const asking =
  (broker: Parameters<typeof handOut>[0], program = '4711', wish: TokenRequest = {}) =>
  async (): Promise<string> =>
    (await handOut(broker, 'acme', { program, ...wish })).access_token

/** A broker that refreshes only what somebody asks for, so that whatever is sent has been caused by a question. */
const quietBroker = () => signedInBroker({ refreshAhead: false, lifetime: 600 * minute })

describe('a program that asks again for the token it was just given', () => {
  test('gets a new one, when the provider says that the old one is refused: one check, one refresh', async () => {
    const { broker, client, clock } = await quietBroker()
    const ask = asking(broker)
    expect(await ask()).toBe('access-1')
    client.checked = refused
    await clock.advance(200 * second)
    expect(await ask()).toBe('access-2')
    expect(client.checks).toEqual(['access-1'])
    expect(client.sent).toEqual(['refresh-1'])
    // The new token is another one, which it has not asked for twice.
    client.checked = good
    await clock.advance(second)
    expect(await handOut(broker, 'acme')).toMatchObject({ access_token: 'access-2' })
    expect(client.checks).toHaveLength(1)
  })

  test('gets the same one, when the provider takes it; nothing is refreshed', async () => {
    const { broker, client } = await quietBroker()
    const ask = asking(broker)
    expect([await ask(), await ask()]).toEqual(['access-1', 'access-1'])
    expect(client.checks).toEqual(['access-1'])
    expect(client.sent).toEqual([])
  })

  test('is answered in the same turn the first time, and for as long as there is no reason to doubt', async () => {
    const { broker, client, clock, account } = await quietBroker()
    const caller = { name: 'codex', proof: 'claimed' } as const
    const now = (program?: string) => broker.handOut(caller, account, program === undefined ? {} : { program })
    for (const program of ['1', '2', '3']) expect(now(program)).not.toBeInstanceOf(Promise)
    // Whoever does not say who asks is never doubted.
    for (let turn = 0; turn < 5; turn += 1) expect(now()).not.toBeInstanceOf(Promise)
    // Nor is a program that keeps a token for its five minutes.
    for (let turn = 0; turn < 5; turn += 1) {
      await clock.advance(5 * minute)
      expect(now('1')).not.toBeInstanceOf(Promise)
    }
    expect(client.checks).toEqual([])
  })

  test('is told apart by its number, its name and the account', async () => {
    const { broker, client } = await quietBroker()
    for (const program of ['1', '2', '3']) await asking(broker, program)()
    await broker.handOut({ name: 'codex', proof: 'claimed' }, 'acme', { program: '1' })
    expect(client.checks).toEqual([])
    await asking(broker, '1')()
    expect(client.checks).toHaveLength(1)
  })

  test('is believed at once when it says which token was refused, without a check', async () => {
    const { broker, client } = await quietBroker()
    const ask = asking(broker)
    await ask()
    const grant = client.grant(1)
    expect(await asking(broker, '4711', { rejected: grant.accessToken.fingerprint() })()).toBe('access-2')
    expect(client.checks).toEqual([])
    expect(client.sent).toEqual(['refresh-1'])
  })

  test('twelve at once share one check and one refresh, and each gets the new token', async () => {
    const { broker, client } = await quietBroker()
    const programs = Array.from({ length: 12 }, (_, index) => asking(broker, String(index + 1)))
    await Promise.all(programs.map((ask) => ask()))
    client.checked = refused
    expect(new Set(await Promise.all(programs.map((ask) => ask())))).toEqual(new Set(['access-2']))
    expect(client.checks).toEqual(['access-1'])
    expect(client.sent).toEqual(['refresh-1'])
  })
})

describe('a check that says nothing', () => {
  test.each([
    ['without a network', unreachable],
    ['when the provider is busy', { ...unreachable, retryAfter: 600 }],
    ['when it does not allow the question', { kind: 'failed', error: { code: 'forbidden', description: 'No.' } } as const],
  ])('%s leaves the token as it is, and is not repeated at once', async (_, outcome) => {
    const { broker, client } = await quietBroker()
    const ask = asking(broker)
    client.checked = outcome
    for (let turn = 0; turn < 20; turn += 1) expect(await ask()).toBe('access-1')
    expect(client.checks).toHaveLength(1)
    expect(client.sent).toEqual([])
  })

  test('because it does not end holds nobody up longer than four seconds, and is not joined by another one', async () => {
    const { broker, client, clock } = await quietBroker()
    const ask = asking(broker)
    await ask()
    const answer = deferred<ApiOutcome<undefined>>()
    client.check = async (grant) => {
      client.checks.push(grant.accessToken.expose())
      return answer.promise
    }
    let given: string | undefined
    void ask().then((token) => {
      given = token
    })
    await clock.advance(3_999)
    expect(given).toBeUndefined()
    await clock.advance(1)
    expect(given).toBe('access-1')
    const later = ask()
    await clock.advance(4 * second)
    expect(await later).toBe('access-1')
    expect(client.checks).toHaveLength(1)
    // What it says in the end is still of use to the next one.
    answer.resolve(refused)
    await settle()
    expect(client.sent).toEqual(['refresh-1'])
    expect(await ask()).toBe('access-2')
  })

  test('a refresh that takes too long holds nobody up either, and goes on (S6)', async () => {
    const { broker, client, clock } = await quietBroker()
    const ask = asking(broker)
    await ask()
    client.checked = refused
    const answer = deferred<void>()
    client.answer = async () => {
      await answer.promise
      return client.refreshed()
    }
    const waiting = ask()
    await clock.advance(4 * second)
    expect(await waiting).toBe('access-1')
    answer.resolve()
    await settle()
    expect(await ask()).toBe('access-2')
    expect(client.sent).toHaveLength(1)
  })
})

describe('a token that the provider has refused', () => {
  test('is handed out nevertheless while no new one can be had, because the provider may be mistaken', async () => {
    const { broker, client, clock } = await quietBroker()
    const ask = asking(broker)
    await ask()
    client.checked = refused
    client.answer = () => ({ kind: 'transient', error: { code: 'network', description: 'No network.' } })
    for (let turn = 0; turn < 10; turn += 1) expect(await ask()).toBe('access-1')
    expect(client.checks).toHaveLength(1)
    expect(client.sent).toEqual(['refresh-1'])
    client.answer = () => client.refreshed()
    await clock.advance(2 * minute)
    expect(await ask()).toBe('access-3')
    expect(client.sent).toEqual(['refresh-1', 'refresh-1'])
  })

  test('is not handed out any more when the login has ended: whoever asks is told to sign in', async () => {
    const { broker, client } = await quietBroker()
    const ask = asking(broker)
    await ask()
    client.checked = refused
    client.answer = () => ({
      kind: 'terminal',
      error: { code: 'invalid_grant', description: 'The login has ended.' },
      cause: 'revoked',
    })
    const end = { code: 'reauthorization_required', fix: expect.stringContaining('tokentray login acme') }
    await expect(ask()).rejects.toMatchObject(end)
    await expect(ask()).rejects.toMatchObject(end)
    await expect(asking(broker, '99')()).rejects.toMatchObject(end)
    expect(client.checks).toHaveLength(1)
    expect(client.sent).toEqual(['refresh-1'])
  })

  test('gives way to a stored key then, where no account was named', async () => {
    const { broker, client } = await quietBroker()
    await broker.accounts.addKey({ provider: 'acme', secret: 'the-key' })
    const ask = asking(broker)
    expect(await ask()).toBe('access-1')
    client.checked = refused
    client.answer = () => ({ kind: 'terminal', error: { code: 'invalid_grant', description: 'Over.' }, cause: 'revoked' })
    expect(await ask()).toBe('the-key')
    expect(await ask()).toBe('the-key')
    expect((await handOut(broker, 'acme')).access_token).toBe('the-key')
    expect(client.sent).toEqual(['refresh-1'])
  })

  test('leads to few refreshes when the new one is refused as well, however often somebody asks', async () => {
    const { broker, client, clock } = await quietBroker()
    const ask = asking(broker)
    client.checked = refused
    for (let turn = 0; turn < 3_600; turn += 1) {
      await ask()
      await clock.advance(second)
    }
    // After 60 seconds, then 120, 240, 480, 960 and 1,920.
    expect(client.sent.length).toBeLessThanOrEqual(7)
    expect(client.checks).toHaveLength(client.sent.length)
  })

  test('is not handed out after a sign-out that came while it was checked', async () => {
    const { broker, client, account } = await quietBroker()
    const ask = asking(broker)
    await ask()
    const answer = deferred<ApiOutcome<undefined>>()
    client.check = () => answer.promise
    const waiting = ask()
    await settle()
    await broker.accounts.signOut(account)
    answer.resolve(refused)
    await expect(waiting).rejects.toMatchObject({ code: 'reauthorization_required' })
    expect(client.sent).toEqual([])
  })

  test('nor after the account was switched off, or the client denied', async () => {
    const { broker, client, account } = await quietBroker()
    const ask = asking(broker)
    await ask()
    const answer = deferred<ApiOutcome<undefined>>()
    client.check = () => answer.promise
    const waiting = [ask(), ask()]
    await settle()
    broker.accounts.change(account, { disabled: true })
    answer.resolve(good)
    for (const each of waiting) await expect(each).rejects.toMatchObject({ code: 'account_disabled' })
    broker.accounts.change(account, { disabled: false })
    broker.clients.putRule('unnamed', { decision: 'deny' })
    await expect(ask()).rejects.toMatchObject({ code: 'client_denied' })
  })
})

describe('nothing is asked', () => {
  test('of a provider without a request that tells', async () => {
    const { broker, client } = await quietBroker()
    client.checksTokens = false
    client.checked = refused
    const ask = asking(broker)
    for (let turn = 0; turn < 5; turn += 1) expect(await ask()).toBe('access-1')
    expect([...client.checks, ...client.sent]).toEqual([])
  })

  test('about a key, which is not refreshed', async () => {
    const { broker, client } = emptyBroker()
    await broker.accounts.addKey({ provider: 'acme', secret: 'key-1' })
    const before = client.checks.length
    client.checked = refused
    const ask = asking(broker)
    for (let turn = 0; turn < 5; turn += 1) expect(await ask()).toBe('key-1')
    expect(client.checks).toHaveLength(before)
  })

  test('of another server than the one that issued the token (S7)', async () => {
    const { broker, client } = await quietBroker()
    const ask = asking(broker)
    await ask()
    client.issuer = 'https://another.example'
    client.checked = refused
    await ask()
    expect([...client.checks, ...client.sent]).toEqual([])
  })
})

describe('a program that asks before each of its requests', () => {
  test('causes a check now and then, the rarer the longer it goes on', async () => {
    const { broker, client, clock } = await quietBroker()
    const ask = asking(broker)
    for (let turn = 0; turn < 3_600; turn += 1) {
      expect(await ask()).toBe('access-1')
      await clock.advance(second)
    }
    // After 30 seconds, then 60, 120, 240, and each 300.
    expect(client.checks.length).toBeGreaterThan(10)
    expect(client.checks.length).toBeLessThanOrEqual(16)
    expect(client.sent).toEqual([])
  })

  test('a hundred times a second, by a hundred numbers, causes one check in a minute at most', async () => {
    const { broker, client, clock } = await quietBroker()
    for (let turn = 0; turn < 600; turn += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => asking(broker, String(index + 1))()))
      await clock.advance(second)
    }
    expect(client.checks.length).toBeLessThanOrEqual(15)
  })

  test('is noticed nevertheless when a request of it is repeated at once', async () => {
    const { broker, client, clock } = await quietBroker()
    const ask = asking(broker)
    for (let turn = 0; turn < 40; turn += 1) {
      await ask()
      await clock.advance(20 * second)
    }
    const before = client.checks.length
    await clock.advance(minute)
    await ask()
    client.checked = refused
    await clock.advance(second)
    expect(await ask()).toBe('access-2')
    expect(client.checks.length - before).toBeLessThanOrEqual(2)
  })

  test('and does not hide that the token of another program was refused', async () => {
    const { broker, client, clock } = await quietBroker()
    const [hammer, codex] = [asking(broker, '1'), asking(broker, '2')]
    await codex()
    for (let turn = 0; turn < 200; turn += 1) {
      await hammer()
      await clock.advance(second)
    }
    client.checked = refused
    expect(await codex()).toBe('access-2')
  })

  test('is doubted anew after the clock was set back, instead of when that time has come again', async () => {
    const { broker, client, clock } = await quietBroker()
    const ask = asking(broker)
    for (let turn = 0; turn < 3; turn += 1) await ask()
    expect(client.checks).toHaveLength(1)
    clock.jump(-minute)
    await ask()
    client.checked = refused
    expect(await ask()).toBe('access-2')
  })
})

test('more programs than are remembered cost memory for the latest ones only, and a check for none', async () => {
  const { broker, client } = await quietBroker()
  for (let program = 1; program <= 1_025; program += 1) await asking(broker, String(program))()
  // The first one is forgotten, so that it is new; the last one is not.
  await asking(broker, '1')()
  expect(client.checks).toHaveLength(0)
  await asking(broker, '1025')()
  expect(client.checks).toHaveLength(1)
})

test('the ledger and `why` say that a token was renewed because the provider had ended the one before', async () => {
  const { broker, client, clock, records, account } = await quietBroker()
  expect(broker.accounts.explain('acme', 'codex')).not.toHaveProperty('ended_early_at')
  const ask = asking(broker)
  await ask()
  client.checked = refused
  await ask()
  await ask()
  const at = Math.floor(clock.now() / 1000)
  expect(records.entries.map((entry) => entry.ended_early)).toEqual([undefined, true, undefined])
  for (const selector of ['acme', account])
    expect(broker.accounts.explain(selector, 'codex')).toMatchObject({ ended_early_at: at })
})

test('`why` says so as well when it was a person who had the account checked', async () => {
  const { broker, client, clock, account } = await quietBroker()
  await broker.accounts.check(account, 1_000)
  expect(broker.accounts.explain('acme', 'codex')).not.toHaveProperty('ended_early_at')
  client.check = async (grant) => (grant.accessToken.expose() === 'access-1' ? refused : good)
  expect(await broker.accounts.check(account, 1_000)).toMatchObject({ status: 'ready' })
  expect(broker.accounts.explain('acme', 'codex')).toMatchObject({ ended_early_at: Math.floor(clock.now() / 1000) })
})

// Whatever programs do: the checks keep their distance, and a refresh needs a check that was refused.
test(
  'however programs ask, there are no more checks than are allowed, and no refresh without a 401',
  async () => {
    const steps = fc.array(
      fc.record({
        program: fc.constantFrom(undefined, '1', '2', '3'),
        wait: fc.oneof(fc.nat(3 * second), fc.nat(40 * second), fc.nat(6 * minute)),
        outcome: fc.constantFrom(good, good, good, unreachable, refused),
        together: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 60 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (course) => {
        const { broker, client, clock } = await quietBroker()
        const checkedAt: number[] = []
        let refusals = 0
        client.check = async () => {
          checkedAt.push(clock.now())
          await Promise.resolve()
          if (client.checked.kind === 'refused') refusals += 1
          return client.checked
        }
        for (const { program, wait, outcome, together } of course) {
          client.checked = outcome
          const wish = program === undefined ? {} : { program }
          const tokens = Array.from({ length: together }, () => handOut(broker, 'acme', wish))
          // Nobody is refused a token on account of a hint.
          await Promise.all(tokens)
          await clock.advance(wait)
        }
        for (const [index, at] of checkedAt.entries()) {
          expect(at - (checkedAt[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(10 * second)
        }
        expect(client.sent.length).toBeLessThanOrEqual(refusals)
      }),
      { numRuns: propertyRuns / 10 },
    )
  },
  propertyTimeout,
)

test('nothing that is remembered of programs keeps a token which the broker forgets when it is locked', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { client, vault, account, restart } = await quietBroker()
  // Not the object that the login was made with, which this test still has.
  const copy = () => ({ ...client.grant(1) })
  vault.files.set(account, copy())
  const kept = [...vault.files.values()].map((grant) => new WeakRef(grant))
  const broker = restart()
  await broker.start()
  client.checked = refused
  client.answer = () => ({ kind: 'transient', error: { code: 'network', description: 'No network.' } })
  const ask = asking(broker)
  for (let turn = 0; turn < 3; turn += 1) expect(await ask()).toBe('access-1')
  expect(client.checks).toHaveLength(1)
  await broker.lock()
  vault.files.clear()
  // What a turn has looked at is kept until it ends.
  await settle()
  collect()
  expect(kept.map((each) => each.deref())).toEqual([undefined])
})
