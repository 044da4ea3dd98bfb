// A login that another program made: it is taken over once, whole, and never in the place of one that the person made here.
import { describe, expect, test } from 'vitest'
import { BrokerError, type ImportRequest } from '../../src/protocol/index.ts'
import { handOut, minute, signedInBroker } from './doubles.ts'

const brought = (extra: Partial<ImportRequest> = {}): ImportRequest => ({
  provider: 'acme',
  refresh_token: 'refresh-brought',
  access_token: 'access-brought',
  person: { account: 'user-2' },
  ...extra,
})

describe('an import', () => {
  test('makes an account that is handed out as it is, and refreshed when it is due', async () => {
    const { broker, client, clock } = await signedInBroker()
    const { account, already } = await broker.accounts.importLogin(brought({ label: 'codex' }))
    expect({ account, already }).toMatchObject({ already: false, account: { label: 'codex', state: { kind: 'active' } } })
    expect((await handOut(broker, 'acme:codex')).access_token).toBe('access-brought')
    expect(client.sent).toEqual([])
    await clock.advance(59 * minute)
    expect(client.sent).toContain('refresh-brought')
  })

  test('of the same token changes nothing, not even after it was spent, and after a restart', async () => {
    const bench = await signedInBroker()
    const { account } = await bench.broker.accounts.importLogin(brought({ label: 'codex' }))
    await bench.broker.accounts.refresh(account.id)
    const token = (await handOut(bench.broker, account.id)).access_token
    const restarted = bench.restart()
    await restarted.start()
    expect(await restarted.accounts.importLogin(brought())).toMatchObject({ already: true, account: { id: account.id } })
    expect((await handOut(restarted, account.id)).access_token).toBe(token)
  })

  test('of a newer login replaces an imported one, and never one that was made here', async () => {
    const { broker } = await signedInBroker()
    const { account } = await broker.accounts.importLogin(brought())
    const newer = brought({ refresh_token: 'refresh-newer', access_token: 'access-newer' })
    expect(await broker.accounts.importLogin(newer)).toMatchObject({ already: false, account: { id: account.id } })
    expect((await handOut(broker, account.id)).access_token).toBe('access-newer')
    await expect(
      broker.accounts.importLogin(brought({ refresh_token: 'r', person: { account: 'user-1' } })),
    ).rejects.toMatchObject({
      code: 'invalid_request',
      fix: /logout/,
    })
    expect((await handOut(broker, 'acme')).access_token).toBe('access-1')
  })

  test('of a person who is not named needs a label beside another such one', async () => {
    const { broker } = await signedInBroker()
    await broker.accounts.importLogin(brought({ person: undefined }))
    const other = brought({ person: undefined, refresh_token: 'refresh-other' })
    await expect(broker.accounts.importLogin(other)).rejects.toMatchObject({ code: 'invalid_request', fix: /--label/ })
    expect(await broker.accounts.importLogin({ ...other, label: 'second' })).toMatchObject({ already: false })
  })

  test('that cannot be stored says so, and is not answered as done before it is', async () => {
    const { broker, vault } = await signedInBroker()
    vault.beforeSave = () => {
      throw new BrokerError('vault_unavailable', 'The disk is full.')
    }
    await expect(broker.accounts.importLogin(brought())).rejects.toMatchObject({ code: /^vault_/ })
    await expect(broker.accounts.importLogin(brought())).rejects.toMatchObject({ code: /^vault_/ })
  })
})
