import { BrokerError, parseSelector } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { AccountRecord, Grant } from './grant.ts'
import type { ProviderClient } from './ports.ts'

/** What a name means. It is made anew after a change, so that a lookup costs the same with ten accounts and ten thousand. */
interface Names {
  /** By `provider` and label or id. */
  readonly labelled: ReadonlyMap<string, AccountSession>
  /** By provider: the account that is meant without a label. */
  readonly defaults: ReadonlyMap<string, AccountSession>
}

/** The accounts and the names they are asked for by: `provider`, `provider:label`, or the account's id. */
export class Accounts {
  readonly #clients: ReadonlyMap<string, ProviderClient>
  readonly #known: readonly ProviderClient[]
  readonly #sessions = new Map<string, AccountSession>()
  #all: readonly AccountSession[] | undefined
  #names: Names | undefined

  constructor(clients: readonly ProviderClient[]) {
    this.#known = clients
    this.#clients = new Map(clients.flatMap((client) => [client.id, ...client.aliases].map((name) => [name, client])))
  }

  /** The same array until an account comes or goes. */
  all(): readonly AccountSession[] {
    this.#all ??= [...this.#sessions.values()]
    return this.#all
  }

  has(id: string): boolean {
    return this.#sessions.has(id)
  }

  get(id: string): AccountSession | undefined {
    return this.#sessions.get(id)
  }

  add(session: AccountSession): void {
    this.#sessions.set(session.record.id, session)
    this.#all = undefined
    this.#names = undefined
  }

  remove(id: string): void {
    this.#sessions.delete(id)
    this.#all = undefined
    this.#names = undefined
  }

  /** Called after the record of a session was replaced, because its label may be another one. */
  renamed(): void {
    this.#names = undefined
  }

  /** By id or alias; undefined for a provider that this version does not know. */
  knownClient(name: string): ProviderClient | undefined {
    return this.#clients.get(name.toLowerCase())
  }

  /** Throws `unknown_provider`. */
  client(name: string): ProviderClient {
    const client = this.knownClient(name)
    if (client !== undefined) return client
    const known = this.#known.map((each) => each.id).join(', ')
    throw new BrokerError('unknown_provider', `There is no provider "${name}". Known: ${known}.`)
  }

  /** The account that is meant. Throws `unknown_provider`, `unknown_account`, `login_required` or `invalid_request`. */
  find(selector: string, label?: string): AccountSession {
    const byId = this.#sessions.get(selector)
    if (byId !== undefined) return byId
    const parsed = parseSelector(selector)
    const client = this.client(parsed.provider)
    const wanted = label ?? parsed.label
    const usual = this.#index().defaults.get(client.id)
    const found = wanted === undefined ? usual : this.labelled(client, wanted)
    if (found !== undefined) return found
    if (usual !== undefined) {
      const fix = `Name one of these: ${this.#namesOf(client.id)}.`
      throw new BrokerError('unknown_account', `${client.name} has no account "${wanted}".`, { fix })
    }
    throw new BrokerError('login_required', `Nobody is signed in to ${client.name}.`, {
      fix: `Run \`tokentray login ${client.id}\`, or press Sign in in the tray.`,
    })
  }

  /**
   * The one account that a permission or a sign-out is for: an id, `provider:label`, or a provider with one account. Which one of
   * several is meant is never guessed here. Throws like `find`, and `invalid_request` for several.
   */
  only(selector: string): AccountSession {
    const found = this.find(selector)
    if (found.record.id === selector || parseSelector(selector).label !== undefined) return found
    const { provider } = found.record
    if (this.all().filter(({ record }) => record.provider === provider).length === 1) return found
    throw new BrokerError('invalid_request', `"${selector}" may be each of several accounts.`, {
      fix: `Name one of these: ${this.#namesOf(provider)}.`,
    })
  }

  /** How the accounts of a provider are asked for, for a sentence. */
  #namesOf(provider: string): string {
    const own = this.all().filter(({ record }) => record.provider === provider)
    const names = own.slice(0, 8).map(({ record: { id, label } }) => (label === undefined ? id : `${provider}:${label}`))
    return own.length > names.length ? `${names.join(', ')}, …` : names.join(', ')
  }

  /** The account with this label or id; of two with one label, the one that belongs to the server in effect (S7). */
  labelled(client: ProviderClient, wanted: string): AccountSession | undefined {
    return this.#index().labelled.get(nameOf(client.id, wanted))
  }

  /**
   * The account of the same provider and the same person and workspace, so that signing in again replaces nothing else. Of
   * somebody whom the server does not name, only the label tells one account from another.
   */
  sameIdentity({ provider, issuer, identity: { key } }: Grant, label: string | undefined): AccountSession | undefined {
    return this.all().find(
      ({ record }) =>
        record.provider === provider &&
        record.issuer === issuer &&
        record.identity.key === key &&
        (key !== undefined || record.label === label),
    )
  }

  #index(): Names {
    this.#names ??= indexNames(this.#sessions.values(), this.#clients)
    return this.#names
  }
}

function indexNames(sessions: Iterable<AccountSession>, clients: ReadonlyMap<string, ProviderClient>): Names {
  const labelled = new Map<string, AccountSession>()
  const defaults = new Map<string, AccountSession>()
  for (const session of sessions) {
    const { provider, label, id } = session.record
    const issuer = clients.get(provider)?.issuer
    for (const name of label === undefined ? [id] : [id, label]) {
      const key = nameOf(provider, name)
      const known = labelled.get(key)
      if (known === undefined || (known.record.issuer !== issuer && session.record.issuer === issuer)) labelled.set(key, session)
    }
    const usual = defaults.get(provider)
    if (usual === undefined || preference(session.record, issuer) > preference(usual.record, issuer)) {
      defaults.set(provider, session)
    }
  }
  return { labelled, defaults }
}

/** Without a label it is an account of the server in effect (S7), and rather one that has no label; else the first one. */
function preference({ issuer, label }: AccountRecord, inEffect: string | undefined): number {
  if (issuer !== inEffect) return 0
  return label === undefined ? 2 : 1
}

const nameOf = (provider: string, name: string): string => `${provider}\0${name}`

/** A login that was asked for one account never replaces the login of another person or another server in it. */
export function requireSamePerson({ issuer, identity, label }: AccountRecord, grant: Grant): void {
  const other = identity.key !== undefined && grant.identity.key !== undefined && identity.key !== grant.identity.key
  if (!other && issuer === grant.issuer) return
  const who = grant.identity.email ?? grant.identity.name ?? 'another person'
  throw new BrokerError(
    'login_failed',
    `You signed in as ${who}, and this account${label ? ` (${label})` : ''} belongs to somebody else.`,
    {
      fix: 'Choose the right person in the browser, or sign in without naming an account to add this one beside it.',
    },
  )
}
