import { describe, expect, it, vi } from 'vitest'
import { adapterFor } from '../../src/practice/adapter.ts'
import { openStateStore } from '../../src/practice/state-store.ts'

describe('the adapter', () => {
  it('lets exactly one of two requests spend a token that both saw unspent, and ends the family for the other', async () => {
    const store = await openStateStore(undefined)
    const onReuse = vi.fn()
    const [refreshTokens, accessTokens, grants] = ['RefreshToken', 'AccessToken', 'Grant'].map((model) =>
      adapterFor(model, store, onReuse),
    ) as [ReturnType<typeof adapterFor>, ReturnType<typeof adapterFor>, ReturnType<typeof adapterFor>]
    await grants.upsert('grant', {}, 60)
    await refreshTokens.upsert('refresh', { grantId: 'grant' }, 60)
    await accessTokens.upsert('access', { grantId: 'grant' }, 60)
    await accessTokens.upsert('other', { grantId: 'another grant' }, 60)

    const both = await Promise.allSettled([refreshTokens.consume('refresh'), refreshTokens.consume('refresh')])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find((one) => one.status === 'rejected')?.reason).toMatchObject({ error: 'invalid_grant' })
    expect(onReuse).toHaveBeenCalledOnce()
    expect(await refreshTokens.find('refresh')).toBeUndefined()
    expect(await accessTokens.find('access')).toBeUndefined()
    expect(await grants.find('grant')).toBeUndefined()
    expect(await accessTokens.find('other')).toMatchObject({ jti: 'other', grantId: 'another grant' })
  })
})
