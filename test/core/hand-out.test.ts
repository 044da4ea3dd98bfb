import { describe, expect, test } from 'vitest'
import { settle } from '../support/manual-clock.ts'
import { deferred, emptyBroker, handOut, minute, signedInBroker } from './doubles.ts'

const copied = { name: 'tokentray-copy', proof: 'proven' }

describe('a token for the clipboard of the person', () => {
  test('is fresh, and in the ledger under a name of its own', async () => {
    const { broker, client, clock, records, account } = await signedInBroker({ refreshAhead: false })
    expect(await broker.accounts.copyToken(account)).toEqual({ access_token: 'access-1' })
    await clock.advance(58 * minute)
    expect(await broker.accounts.copyToken(account)).toEqual({ access_token: 'access-2' })
    expect(client.sent).toEqual(['refresh-1'])
    const line = { caller: copied, provider: 'acme', account, outcome: 'handed_out' }
    expect(records.entries).toEqual([line, line].map((each) => ({ ...each, at: expect.any(Number) })))
    expect(records.entries[0]?.caller).toBe(records.entries[1]?.caller)
  })

  test('needs no permission, whatever was decided about programs, and also of one with its name', async () => {
    const { broker, account, records } = await signedInBroker()
    broker.clients.setAsk(true)
    broker.clients.putRule('tokentray-copy', { decision: 'deny' })
    expect(await broker.accounts.copyToken(account)).toEqual({ access_token: 'access-1' })
    expect(broker.snapshot().approvals).toEqual([])
    expect(records.entries).toMatchObject([{ outcome: 'handed_out' }])
    const claimed = { name: 'tokentray-copy', proof: 'claimed' } as const
    expect(() => broker.handOut(claimed, account, {})).toThrow(expect.objectContaining({ code: 'client_denied' }))
  })

  test('is refused of an account that is switched off, also when that happens while a refresh is under way', async () => {
    const { broker, client, clock, records, account } = await signedInBroker({ refreshAhead: false })
    await clock.advance(59 * minute)
    const answer = deferred<void>()
    client.answer = async () => {
      await answer.promise
      return client.refreshed()
    }
    const waiting = broker.accounts.copyToken(account)
    await settle()
    broker.accounts.change(account, { disabled: true })
    answer.resolve()
    await expect(waiting).rejects.toMatchObject({ code: 'account_disabled' })
    await expect(broker.accounts.copyToken(account)).rejects.toMatchObject({ code: 'account_disabled' })
    expect(records.entries).toEqual([])
    broker.accounts.change(account, { disabled: false })
    expect(await broker.accounts.copyToken(account)).toEqual({ access_token: 'access-2' })
  })

  test('is refused while the vault is locked', async () => {
    const { broker, account, records } = await signedInBroker()
    await broker.lock()
    await expect(broker.accounts.copyToken(account)).rejects.toMatchObject({ code: 'vault_locked' })
    expect(records.entries).toEqual([])
  })

  test('is of exactly the account that is named: neither a provider nor one that is gone is guessed', async () => {
    const { broker, account } = await signedInBroker()
    await expect(broker.accounts.copyToken('acme')).rejects.toMatchObject({ code: 'unknown_account' })
    await broker.accounts.signOut(account)
    await expect(broker.accounts.copyToken(account)).rejects.toMatchObject({ code: 'unknown_account' })
  })
})

test('the last hand-out is that of a tool, not that of the person, and no refusal', async () => {
  const { broker, account, clock } = await signedInBroker()
  await broker.accounts.copyToken(account)
  expect(broker.accounts.lastHandOut()).toBeUndefined()
  const at = Math.floor(clock.now() / 1000)
  await handOut(broker, 'acme')
  await clock.advance(2 * minute)
  await broker.accounts.copyToken(account)
  broker.clients.putRule('unnamed', { decision: 'deny' })
  await expect(handOut(broker, 'acme')).rejects.toMatchObject({ code: 'client_denied' })
  expect(broker.accounts.lastHandOut()).toBe(at)
})

describe('refreshing ahead, switched while the broker runs', () => {
  test('on: what is due is refreshed with the wake, and what falls due later by itself', async () => {
    const { broker, client, clock, refresh } = await signedInBroker({ refreshAhead: false })
    await clock.advance(55 * minute)
    expect(client.sent).toEqual([])
    refresh.ahead = true
    broker.wake()
    await settle()
    expect(client.sent).toEqual(['refresh-1'])
    await clock.advance(55 * minute)
    expect(client.sent).toEqual(['refresh-1', 'refresh-2'])
  })

  test('off: nothing is refreshed until a caller asks', async () => {
    const { broker, client, clock, refresh } = await signedInBroker()
    refresh.ahead = false
    await clock.advance(58 * minute)
    expect(client.sent).toEqual([])
    await handOut(broker, 'acme')
    expect(client.sent).toEqual(['refresh-1'])
  })
})

test('a broker without accounts has handed out nothing', () => {
  expect(emptyBroker().broker.accounts.lastHandOut()).toBeUndefined()
})
