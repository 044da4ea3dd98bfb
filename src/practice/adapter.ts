import { type Adapter, errors } from 'oidc-provider'
import type { StateStore } from './state-store.ts'

/**
 * One model of the authorization server over the store. Sessions are never kept, so the server knows nobody from before and
 * asks who signs in at every login: in practice one wants to sign in as somebody else.
 */
export function adapterFor(model: string, store: StateStore, onReuse: () => void): Adapter {
  const nothing = async () => undefined
  return {
    async upsert(id, payload, lifetime) {
      if (model !== 'Session') store.put(model, id, payload, lifetime)
    },
    async find(id) {
      return store.find(model, id)
    },
    // The library looks first whether a token is spent and spends it later. A second request may come in between, and it is
    // here that exactly one of them gets through; the other one ends the family, as RFC 9700 section 4.14.2 demands.
    async consume(id) {
      if (store.consume(model, id)) return
      const grantId = store.find(model, id)?.grantId
      if (grantId !== undefined) {
        store.removeFamily(grantId)
        store.remove('Grant', grantId)
        onReuse()
      }
      throw new errors.InvalidGrant('token already used')
    },
    async destroy(id) {
      store.remove(model, id)
    },
    async revokeByGrantId(grantId) {
      store.removeFamily(grantId)
    },
    // Only sessions are looked up by uid and only the device flow has user codes; the server has neither.
    findByUid: nothing,
    findByUserCode: nothing,
  }
}
