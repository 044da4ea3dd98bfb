import type { AccountStatus, GrantState, PendingLogin } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { Identity } from './grant.ts'
import type { ProviderClient } from './ports.ts'

type Rows = Map<string, { readonly key: readonly unknown[]; readonly row: AccountStatus }>

/**
 * Builds the rows of the snapshot and keeps a row that did not change as the same object, so that a reader can tell what
 * changed by comparing references.
 */
export class SnapshotBuilder {
  #rows: Rows = new Map()

  rows(
    clients: Iterable<ProviderClient>,
    sessions: readonly AccountSession[],
    logins: readonly PendingLogin[],
  ): readonly AccountStatus[] {
    const byProvider = new Map<string, AccountSession[]>()
    for (const session of sessions) {
      const own = byProvider.get(session.record.provider)
      if (own === undefined) byProvider.set(session.record.provider, [session])
      else own.push(session)
    }
    const next: Rows = new Map()
    for (const client of clients) {
      const own = byProvider.get(client.id) ?? []
      for (const session of own) this.#keep(next, client, session, logins)
      if (own.length === 0) this.#keep(next, client, undefined, logins)
    }
    this.#rows = next
    return [...next.values()].map((entry) => entry.row)
  }

  #keep(next: Rows, client: ProviderClient, session: AccountSession | undefined, logins: readonly PendingLogin[]): void {
    const id = session?.record.id ?? client.id
    const state = shownState(session, client.id, logins)
    const key = [session?.record, state.kind === 'authorizing' ? state.login_id : state]
    const known = this.#rows.get(id)
    const same = known?.key.every((part, index) => part === key[index]) === true
    next.set(id, same && known !== undefined ? known : { key, row: row(id, client, session, state) })
  }
}

function row(id: string, client: ProviderClient, session: AccountSession | undefined, state: GrantState): AccountStatus {
  const record = session?.record
  return {
    id,
    provider: client.id,
    provider_name: client.name,
    ...(record?.label === undefined ? {} : { label: record.label }),
    ...(record === undefined ? {} : { identity: displayed(record.identity) }),
    state,
  }
}

const signedOut: GrantState = { kind: 'signed_out' }

/**
 * A slot without a usable grant shows its pending login. An account that still works keeps showing that it works; its login is
 * among the pending logins of the snapshot.
 */
function shownState(session: AccountSession | undefined, provider: string, logins: readonly PendingLogin[]): GrantState {
  const state = session?.state ?? signedOut
  if (state.kind !== 'signed_out' && state.kind !== 'reauthorization_required') return state
  const login = logins.find(
    (pending) => pending.provider === provider && (!pending.account || pending.account === session?.record.id),
  )
  return login === undefined
    ? state
    : { kind: 'authorizing', login_id: login.id, prompt: login.prompt, expires_at: login.expires_at }
}

/** P1: the account key and the provider's attributes stay inside. */
function displayed(identity: Identity) {
  return {
    ...(identity.email === undefined ? {} : { email: identity.email }),
    ...(identity.name === undefined ? {} : { name: identity.name }),
    ...(identity.plan === undefined ? {} : { plan: identity.plan }),
  }
}
