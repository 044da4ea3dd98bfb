// A login gets another owner: nobody refreshes it meanwhile, nothing is revoked, and whatever goes wrong leaves it where it was.
import { describe, expect, test } from 'vitest'
import type { Grant } from '../../src/core/index.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { deferred, handOut, minute, signedInBroker } from './doubles.ts'

const put = async ({ refreshToken }: Grant) => refreshToken?.expose()

describe('a login that is given away', () => {
  test('is forgotten, and is neither revoked nor refreshed', async () => {
    const { broker, client, clock, vault, index, account } = await signedInBroker()
    expect(await broker.accounts.giveAway(account, put)).toEqual({ answer: 'refresh-1', isForgotten: true })
    expect(broker.snapshot().accounts.some(({ id }) => id === account)).toBe(false)
    expect([[...vault.files], index.list()]).toEqual([[], []])
    await clock.advance(120 * minute)
    expect([client.sent, client.revoked]).toEqual([[], []])
  })

  test('is not refreshed while it is taken away, and goes on to be handed out', async () => {
    const { broker, client, clock, account } = await signedInBroker()
    const taking = deferred<void>()
    const given = broker.accounts.giveAway(account, () => taking.promise)
    await clock.advance(50 * minute)
    expect((await handOut(broker, account)).access_token).toBe('access-1')
    const late = broker.accounts.refresh(account).catch(({ code }: BrokerError) => code)
    await clock.advance(minute)
    expect(client.sent).toEqual([])
    taking.resolve()
    await given
    expect(await late).toBe('reauthorization_required')
    expect(client.sent).toEqual([])
  })

  test('is the newest one: a refresh under way ends first, and is stored', async () => {
    const { broker, client, clock, vault, account } = await signedInBroker()
    await clock.advance(minute)
    const answer = deferred<void>()
    client.answer = async () => {
      await answer.promise
      return client.refreshed()
    }
    const refreshed = broker.accounts.refresh(account)
    const given = broker.accounts.giveAway(account, async (grant) => [await put(grant), [...vault.files.values()].length])
    answer.resolve()
    await refreshed
    expect((await given).answer).toEqual(['refresh-2', 1])
  })

  test('stays when it cannot be taken, and is refreshed again', async () => {
    const { broker, client, clock, account } = await signedInBroker()
    await clock.advance(minute)
    await expect(
      broker.accounts.giveAway(account, () => Promise.reject(new BrokerError('not_found', 'No file.'))),
    ).rejects.toThrow('No file.')
    await broker.accounts.refresh(account)
    expect(client.sent).toEqual(['refresh-1'])
    expect((await handOut(broker, account)).access_token).toBe('access-2')
  })

  test('stays away when its file cannot be deleted, and says so', async () => {
    const bench = await signedInBroker()
    bench.vault.remove = () => Promise.reject(new BrokerError('vault_unavailable', 'The disk is gone.'))
    expect(await bench.broker.accounts.giveAway(bench.account, put)).toMatchObject({ isForgotten: false })
    expect(bench.broker.snapshot().accounts.some(({ id }) => id === bench.account)).toBe(false)
  })

  test('is not one that has ended, that is not stored, that is signed out, or that is not there', async () => {
    const ended = await signedInBroker()
    await ended.clock.advance(minute)
    ended.client.answer = () => ({
      kind: 'terminal',
      cause: 'revoked',
      error: { code: 'invalid_grant', description: 'It was revoked.' },
    })
    await ended.broker.accounts.refresh(ended.account).catch(() => {})
    await expect(ended.broker.accounts.giveAway(ended.account, put)).rejects.toMatchObject({ code: 'reauthorization_required' })

    const unsaved = await signedInBroker()
    await unsaved.clock.advance(minute)
    unsaved.vault.beforeSave = () => {
      throw new BrokerError('vault_unavailable', 'The disk is full.')
    }
    await unsaved.broker.accounts.refresh(unsaved.account).catch(() => {})
    await expect(unsaved.broker.accounts.giveAway(unsaved.account, put)).rejects.toMatchObject({ code: 'vault_unavailable' })

    const { broker, account } = await signedInBroker()
    await broker.accounts.giveAway(account, put)
    await expect(broker.accounts.giveAway(account, put)).rejects.toMatchObject({ code: 'unknown_account' })
  })

  test('once only, whoever asks at the same time', async () => {
    const { broker, account } = await signedInBroker()
    const both = await Promise.allSettled([broker.accounts.giveAway(account, put), broker.accounts.giveAway(account, put)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})
