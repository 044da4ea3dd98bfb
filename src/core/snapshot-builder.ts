import type { AccountStatus, GrantState, Ownership, PendingLogin } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { Accounts } from './accounts.ts'
import { toEpochSeconds } from './clock.ts'
import { displayed } from './grant.ts'
import type { ProviderClient } from './ports.ts'

/**
 * Builds the rows of the snapshot and keeps a row that did not change as the same object, so that a reader can tell what
 * changed by comparing references. A change of some accounts touches their rows only.
 */
export class SnapshotBuilder {
  readonly #clients: readonly ProviderClient[]
  readonly #accounts: Accounts
  #rows: AccountStatus[] = []
  /** Where the row of an account is. */
  #places = new Map<string, number>()
  #logins: readonly PendingLogin[] | undefined

  constructor(clients: readonly ProviderClient[], accounts: Accounts) {
    this.#clients = clients
    this.#accounts = accounts
  }

  /** The rows after `changed` sessions changed. With `undefined`, accounts may have come or gone as well. */
  rows(logins: readonly PendingLogin[], changed: ReadonlySet<AccountSession> | undefined): AccountStatus[] {
    if (changed === undefined || logins !== this.#logins) this.#rebuild(logins)
    else this.#patch(changed, logins)
    this.#logins = logins
    return this.#rows
  }

  #patch(changed: ReadonlySet<AccountSession>, logins: readonly PendingLogin[]): void {
    const rows = this.#rows.slice()
    for (const session of changed) {
      const place = this.#places.get(session.record.id)
      const present = place === undefined ? undefined : rows[place]
      const client = this.#clients.find(({ id }) => id === session.record.provider)
      if (place === undefined || present === undefined || client === undefined) continue
      rows[place] = keep(present, rowOf(client, session, logins, present.is_default === true))
    }
    this.#rows = rows
  }

  #rebuild(logins: readonly PendingLogin[]): void {
    const known = new Map(this.#rows.map((row) => [row.id, row]))
    const rows = this.#clients.flatMap((client) => {
      const { grant, api_key: keys } = this.#accounts.ordered(client)
      const own = [...grant, ...keys]
      const usual = own.length > 1 ? this.#accounts.usual(client) : undefined
      const sessions: readonly (AccountSession | undefined)[] = own.length === 0 ? [undefined] : own
      return sessions.map((session) => {
        const row = rowOf(client, session, logins, session !== undefined && session === usual)
        return keep(known.get(row.id), row)
      })
    })
    this.#rows = rows
    this.#places = new Map(rows.map((row, place) => [row.id, place]))
  }
}

/** Rows are small and flat but for the state, whose object stays the same until it changes. */
function keep(known: AccountStatus | undefined, next: AccountStatus): AccountStatus {
  if (known === undefined) return next
  const same =
    (known.state === next.state || (isAuthorizing(known) && JSON.stringify(known.state) === JSON.stringify(next.state))) &&
    known.label === next.label &&
    known.disabled === next.disabled &&
    known.kind === next.kind &&
    known.is_default === next.is_default &&
    known.signed_in_until === next.signed_in_until &&
    JSON.stringify(known.identity) === JSON.stringify(next.identity)
  return same ? known : next
}

const isAuthorizing = (row: AccountStatus): boolean => row.state.kind === 'authorizing'

function rowOf(
  client: ProviderClient,
  session: AccountSession | undefined,
  logins: readonly PendingLogin[],
  isDefault: boolean,
): AccountStatus {
  const record = session?.record
  const until = session?.known?.refreshExpiresAt
  return {
    id: record?.id ?? client.id,
    provider: client.id,
    provider_name: client.name,
    ...(record?.label === undefined ? {} : { label: record.label }),
    ...(record?.kind === undefined ? {} : { kind: record.kind }),
    ...(record === undefined ? {} : { ownership: record.ownership ?? owned, identity: displayed(record.identity) }),
    state: shownState(session, client.id, logins),
    ...(until === undefined ? {} : { signed_in_until: toEpochSeconds(until) }),
    ...(record?.disabled ? { disabled: true } : {}),
    ...(isDefault ? { is_default: true } : {}),
  }
}

/** One object, so that it is the same in every row. */
const owned: Ownership = Object.freeze({ mode: 'owned' })

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
