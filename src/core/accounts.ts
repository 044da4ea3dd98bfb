import { BrokerError, type ChainLink, linkNamed, parseSelector } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { AccountRecord, Grant } from './grant.ts'
import type { OwnedSession } from './owned-session.ts'
import type { AccountIndex, ProviderClient } from './ports.ts'
import type { Secret } from './secret.ts'

/** What a name means. It is made anew after a change, so that a lookup costs the same with ten accounts and ten thousand. */
interface Names {
  /** By `provider` and label or id. */
  readonly labelled: ReadonlyMap<string, AccountSession>
  /** By provider: the accounts in the order in which they are meant without a label. */
  readonly ordered: ReadonlyMap<string, Ordered>
}

/** The accounts of one provider, logins and keys apart, because the chain of the provider decides which of them come first. */
export interface Ordered {
  readonly grant: readonly AccountSession[]
  readonly api_key: readonly AccountSession[]
}

const noAccounts: Ordered = { grant: [], api_key: [] }

/** The accounts and the names they are asked for by: `provider`, `provider:label`, or the account's id. */
export class Accounts {
  readonly #clients: ReadonlyMap<string, ProviderClient>
  readonly #known: readonly ProviderClient[]
  readonly #index: Pick<AccountIndex, 'preferences'>
  readonly #sessions = new Map<string, AccountSession>()
  #all: readonly AccountSession[] | undefined
  #names: Names | undefined

  constructor(clients: readonly ProviderClient[], index: Pick<AccountIndex, 'preferences'>) {
    this.#index = index
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

  /** Called after a record or the order of a provider has changed, because a name may mean another account now. */
  renamed(): void {
    this.#names = undefined
  }

  /** By id or alias; undefined for a provider that this version does not know. */
  knownClient(name: string): ProviderClient | undefined {
    return this.#clients.get(name.toLowerCase())
  }

  /** The provider that a selector names without an account; undefined when it names one, or nothing that is known. */
  bareProvider(selector: string): ProviderClient | undefined {
    return this.#sessions.has(selector) ? undefined : this.knownClient(selector)
  }

  /**
   * The provider and the kind of account that a selector such as `anthropic:key` names; undefined when it names something else, which an
   * account with that very label is.
   */
  kindNamed(selector: string): { readonly client: ProviderClient; readonly link: keyof Ordered } | undefined {
    const colon = selector.indexOf(':')
    const label = colon < 0 ? undefined : selector.slice(colon + 1)
    const link = linkNamed(label)
    if (label === undefined || link === undefined || this.#sessions.has(selector)) return undefined
    const client = this.knownClient(selector.slice(0, colon))
    return client === undefined || this.labelled(client, label) !== undefined ? undefined : { client, link }
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
    const usual = this.usual(client)
    const link = linkNamed(wanted)
    const ofKind = link === undefined ? undefined : this.ordered(client)[link][0]
    const found = wanted === undefined ? usual : (this.labelled(client, wanted) ?? ofKind)
    if (found !== undefined) return found
    if (link !== undefined) throw nobodyOfKind(client, link)
    if (usual !== undefined) {
      const fix = `Name one of these: ${this.#namesOf(client.id)}.`
      throw new BrokerError('unknown_account', `${client.name} has no account "${wanted}".`, { fix })
    }
    throw nobodySignedIn(client)
  }

  /**
   * The one account that a permission or a sign-out is for: an id, `provider:label`, or a provider with one account. Which one of
   * several is meant is never guessed here. Throws like `find`, and `invalid_request` for several.
   */
  only(selector: string): AccountSession {
    const found = this.find(selector)
    const { id, provider, label } = found.record
    if (id === selector) return found
    const wanted = parseSelector(selector).label
    if (wanted !== undefined && (wanted === label || wanted === id)) return found
    const link = linkNamed(wanted)
    const { grant, api_key: keys } = this.ordered(this.client(provider))
    const possible = link === undefined ? [...grant, ...keys] : link === 'grant' ? grant : keys
    if (possible.length === 1) return found
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
    return this.#namesNow().labelled.get(nameOf(client.id, wanted))
  }

  /**
   * The account of the same provider and the same person and workspace, so that signing in again replaces nothing else. Of
   * somebody whom the server does not name, only the label tells one account from another; a key is the same when it is the same text.
   */
  sameIdentity({ provider, issuer, kind, identity, accessToken }: Grant, label: string | undefined): OwnedSession | undefined {
    // The login of another program stays what it is, whoever signs in here.
    const own = this.all()
      .filter((session) => session.mode === 'owned')
      .filter(({ record }) => record.provider === provider && record.issuer === issuer)
    if (identity.key !== undefined) return own.find(({ record }) => record.identity.key === identity.key)
    const unnamed = own.filter(({ record }) => record.identity.key === undefined && record.kind === kind)
    return unnamed.find((session) => (kind === undefined ? session.record.label === label : isHeld(session, accessToken)))
  }

  /** The accounts of a provider, in the order of the person. */
  ordered(client: ProviderClient): Ordered {
    return this.#namesNow().ordered.get(client.id) ?? noAccounts
  }

  /** The account that is meant without a label, whatever its state. */
  usual(client: ProviderClient): AccountSession | undefined {
    const { grant, api_key: keys } = this.ordered(client)
    return this.#index.preferences(client.id).chain?.find(isOfAccounts) === 'api_key'
      ? (keys[0] ?? grant[0])
      : (grant[0] ?? keys[0])
  }

  #namesNow(): Names {
    this.#names ??= indexNames(this.#sessions.values(), this.#clients, this.#index)
    return this.#names
  }
}

/** Whether a link of a chain is one of accounts, as against the environment of whoever asks. */
export const isOfAccounts = (link: ChainLink): link is keyof Ordered => link === 'grant' || link === 'api_key'

function indexNames(
  sessions: Iterable<AccountSession>,
  clients: ReadonlyMap<string, ProviderClient>,
  index: Pick<AccountIndex, 'preferences'>,
): Names {
  const labelled = new Map<string, AccountSession>()
  const ofProvider = new Map<string, AccountSession[]>()
  for (const session of sessions) {
    const { provider, label, id } = session.record
    const issuer = clients.get(provider)?.issuer
    for (const name of label === undefined ? [id] : [id, label]) {
      const key = nameOf(provider, name)
      const known = labelled.get(key)
      if (known === undefined || (known.record.issuer !== issuer && session.record.issuer === issuer)) labelled.set(key, session)
    }
    const own = ofProvider.get(provider)
    if (own === undefined) ofProvider.set(provider, [session])
    else own.push(session)
  }
  const ordered = [...ofProvider].map(([provider, own]): [string, Ordered] => {
    const order = new Map((index.preferences(provider).order ?? []).map((id, place) => [id, place]))
    const inEffect = clients.get(provider)?.issuer
    const sorted = own
      .map((session) => ({ session, rank: rankOf(session.record, inEffect, order) }))
      .sort((one, other) => one.rank - other.rank)
      .map(({ session }) => session)
    const [keys, grants] = [true, false].map((isKey) => sorted.filter(({ record }) => (record.kind === 'api_key') === isKey))
    return [provider, { grant: grants ?? [], api_key: keys ?? [] }]
  })
  return { labelled, ordered: new Map(ordered) }
}

/**
 * Lower comes first: an account of the server in effect (S7), as the person has ordered them, then rather one whose login is of TokenTray,
 * then one that has no label, then the one that was there first.
 */
function rankOf(record: AccountRecord, inEffect: string | undefined, order: ReadonlyMap<string, number>): number {
  const { id, issuer, label, ownership } = record
  if (issuer !== inEffect) return Number.MAX_SAFE_INTEGER
  // There is no token of it, wherever the person has put it.
  if (ownership?.mode === 'watched') return 1_000_004
  return order.get(id) ?? 1_000_000 + (ownership === undefined ? 0 : 2) + (label === undefined ? 0 : 1)
}

const isHeld = (session: AccountSession, token: Secret): boolean =>
  session.held({})?.accessToken.fingerprint() === token.fingerprint()

const nameOf = (provider: string, name: string): string => `${provider}\0${name}`

/** The error of a request for a token of a provider that has no account. */
export function nobodySignedIn({ id, name, info: { flows, keys } }: ProviderClient): BrokerError {
  const key = keys.length === 0 ? '' : `, or add ${keys.length === 1 ? 'a key' : 'a key or token'} with \`tokentray add ${id}\``
  const login = flows.length === 0 ? '' : `Run \`tokentray login ${id}\`, or press Sign in in the tray`
  return new BrokerError('login_required', `Nobody is signed in to ${name}.`, { fix: `${login}${key}.` })
}

/** The error of a request for a login, or for a key, of a provider that has none of that kind. */
export function nobodyOfKind(client: ProviderClient, link: keyof Ordered): BrokerError {
  const { id, name, info } = client
  if (link === 'grant') return nobodySignedIn(client)
  const takesKeys = info.keys.some(({ kind }) => kind === 'api_key')
  const fix = takesKeys ? `Add one with \`tokentray add ${id}\`.` : `It takes none: ask for \`${id}\`.`
  return new BrokerError('unknown_account', `${name} has no API key here.`, { fix })
}

/** The error of a request that contradicts itself. */
export const twoKinds = (): BrokerError =>
  new BrokerError('invalid_request', 'The selector names one kind of account, and `link` another one.', {
    fix: 'Leave `link` away.',
  })

/**
 * Whether a login that was asked for an account is of another person than the account. A key has no person, so that a new one takes the
 * place of an old one.
 */
export function isSomebodyElse({ identity, kind }: AccountRecord, grant: Grant): boolean {
  if (kind !== undefined && grant.kind !== undefined) return false
  return identity.key !== undefined && grant.identity.key !== undefined && identity.key !== grant.identity.key
}

/** Only an account whose login TokenTray owns takes a new one. Throws `invalid_request`. */
export function requireOwned(session: AccountSession): asserts session is OwnedSession {
  const { ownership, id } = session.record
  if (session.mode === 'owned') return
  throw new BrokerError('invalid_request', `${ownership?.program ?? 'Another program'} owns the login of ${id}.`, {
    fix: 'Sign in to that program, or sign in here without naming an account, to have a login of TokenTray beside it.',
  })
}

/** S7: an account belongs to the server that issued it, and stays what it is: a login or a key. */
export function requireSameKind({ issuer, kind, label }: AccountRecord, grant: Grant): void {
  const named = label === undefined ? '' : ` (${label})`
  if (issuer !== grant.issuer) {
    throw new BrokerError('login_failed', `This account${named} belongs to another server (${issuer}).`, {
      fix: 'Sign in without naming an account, to add this one beside it.',
    })
  }
  if (kind === grant.kind) return
  throw new BrokerError('login_failed', `This account${named} is ${kind === undefined ? 'a login' : 'a key'}, and this is not.`, {
    fix: 'Give it a label of its own with --label, to have it beside the other one.',
  })
}
