import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import type { StateStore } from './state-store.ts'

/**
 * One model of the authorization server over the store. Of a session nothing is kept but the secret of a device form that is
 * being filled in. So the server knows nobody from before and asks who signs in at every login: in practice one wants to sign
 * in as somebody else.
 */
export function adapterFor(model: string, store: StateStore, onReuse: () => void): Adapter {
  return {
    async upsert(id, payload, lifetime) {
      if (model !== 'Session') return store.put(model, id, payload, lifetime)
      const { state, uid, kind, iat, exp } = payload
      if (state === undefined) store.remove(model, id)
      else store.put(model, id, { state, uid, kind, iat, exp } as AdapterPayload, lifetime)
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
    // A device code that was denied has no grant, and the library revokes the grant of a spent code without looking: `undefined`
    // arrives here, whatever the type says, and must not be taken for the family of everything that has no grant.
    async destroy(id) {
      if (id !== undefined) store.remove(model, id)
    },
    async revokeByGrantId(grantId) {
      if (grantId !== undefined) store.removeFamily(grantId)
    },
    // The library marks a code while somebody is on the consent page, and takes it from nobody else then. Whoever closed that
    // page, pressed twice, or saw the server restart may type it again; the first answer counts all the same.
    async findByUserCode(userCode) {
      const found = store.findByUserCode(model, userCode)
      return found === undefined ? undefined : { ...found, inFlight: false }
    },
    // Only tokens that end with a session ask for it by its uid; the server has none.
    findByUid: async () => undefined,
  }
}
