import { randomBytes } from 'node:crypto'
import {
  BrokerError,
  type BrokerSnapshot,
  type LoginStatus,
  parseSelector,
  type StartLoginRequest,
  type StartLoginResponse,
  type TokenResponse,
} from '../protocol/index.ts'
import { labelledAccount, selectAccount } from './account-selection.ts'
import { AccountSession, type TokenRequest } from './account-session.ts'
import { type Clock, toEpochSeconds } from './clock.ts'
import type { AccountRecord, Grant } from './grant.ts'
import type { Log } from './log.ts'
import { LoginDesk, type LoginTarget } from './login-desk.ts'
import type { AccountIndex, Asker, GrantVault, ProviderClient } from './ports.ts'
import { Scheduler } from './scheduler.ts'
import { errorOf } from './session-errors.ts'
import { SnapshotBuilder } from './snapshot-builder.ts'

export interface BrokerOptions {
  readonly clock: Clock
  readonly vault: GrantVault
  readonly index: AccountIndex
  readonly clients: readonly ProviderClient[]
  readonly log: Log
  /** In [0, 1); spreads refreshes and retries. */
  readonly random?: () => number
  /** False for TOKENTRAY_REFRESH=ondemand. */
  readonly refreshAhead?: boolean
}

/** The façade: accounts, logins and hand-outs, and the one snapshot that everybody sees. */
export class Broker {
  readonly #options: BrokerOptions
  readonly #clients: ReadonlyMap<string, ProviderClient>
  readonly #sessions = new Map<string, AccountSession>()
  readonly #desk: LoginDesk
  readonly #scheduler: Scheduler
  readonly #rows = new SnapshotBuilder()
  readonly #listeners = new Set<(snapshot: BrokerSnapshot) => void>()
  #snapshot: BrokerSnapshot
  #changed = false
  #stopVault = () => {}

  constructor(options: BrokerOptions) {
    this.#options = options
    this.#clients = new Map(options.clients.flatMap((client) => [client.id, ...client.aliases].map((name) => [name, client])))
    this.#scheduler = new Scheduler(options.clock, () => this.#sessions.values())
    this.#desk = new LoginDesk({
      clock: options.clock,
      adopt: (grant, target) => this.#adopt(grant, target),
      onChange: () => this.#touch(),
    })
    for (const record of options.index.list()) {
      const client = this.#clients.get(record.provider)
      if (client !== undefined) this.#addSession(record, client)
      else
        options.log.warn('account of an unknown provider is kept, not shown', { account: record.id, provider: record.provider })
    }
    this.#snapshot = this.#build(0)
  }

  /** Opens the vault and reads every grant. Settles when each account has a state that says what is so; never throws. */
  async start(): Promise<void> {
    this.#stopVault = this.#options.vault.onStatus((status) => {
      this.#touch()
      if (status.state.kind === 'ready') void this.#restoreAll()
    })
    const status = await this.#options.vault.open()
    if (status.state.kind === 'ready') await this.#restoreAll()
    else await Promise.all([...this.#sessions.values()].map((session) => session.restore()))
    this.#flush()
  }

  snapshot(): BrokerSnapshot {
    return this.#snapshot
  }

  /** Calls the listener for every new snapshot; the returned function ends it. */
  subscribe(listener: (snapshot: BrokerSnapshot) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A fresh token for `provider`, `provider:label` or an account id. */
  async token(selector: string, request: TokenRequest, label?: string): Promise<TokenResponse> {
    const session = this.#session(selector, label)
    const client = this.#client(session.record.provider)
    const grant = await session.grantFor(request)
    return {
      access_token: grant.accessToken.expose(),
      token_type: grant.tokenType,
      ...(grant.expiresAt === undefined ? {} : { expires_at: toEpochSeconds(grant.expiresAt) }),
      provider: client.id,
      account: session.record.id,
      base_url: client.baseUrl,
      headers: client.headers(grant),
    }
  }

  /** Starts or joins a login. Refused while the vault cannot keep its result, because a login that is lost is worse than none. */
  async startLogin(request: StartLoginRequest): Promise<StartLoginResponse> {
    const { provider, label } = parseSelector(request.provider)
    const client = this.#client(provider)
    await this.#requireVault()
    const selected = request.account ?? label
    const taken = request.label === undefined ? undefined : labelledAccount(this.#sessions, client, request.label)
    if (taken?.record.issuer === client.issuer) {
      throw new BrokerError('invalid_request', `${client.name} has an account "${request.label}" already.`, {
        fix: `Sign in to it again with \`tokentray login ${client.id} --account ${request.label}\`, or choose another label.`,
      })
    }
    const target: LoginTarget = {
      ...(selected === undefined ? {} : { account: this.#session(client.id, selected).record.id }),
      ...(request.label === undefined ? {} : { label: request.label }),
    }
    return this.#desk.start(client, { ...request, provider: client.id }, target)
  }

  loginStatus(id: string, wait?: number): Promise<LoginStatus> {
    return this.#desk.status(id, wait)
  }

  /** The authorization URL of a pending login. */
  loginLink(id: string): string {
    return this.#desk.link(id)
  }

  submitResponse(id: string, pasted: string): Promise<LoginStatus> {
    return this.#desk.submit(id, pasted)
  }

  cancelLogin(id: string): Promise<LoginStatus> {
    return this.#desk.cancel(id)
  }

  /** Revokes the grant where the provider offers it, then forgets it. */
  async signOut(selector: string): Promise<{ id: string; provider: string; revoked: boolean }> {
    const session = this.#session(selector)
    const { id, provider } = session.record
    const revoked = await session.signOut()
    this.#sessions.delete(id)
    this.#options.index.remove(id)
    this.#touch()
    return { id, provider, revoked }
  }

  /** The machine woke up, the network is back or the person asked: nothing that may work now waits any longer. */
  wake(asker: Asker = 'program'): void {
    for (const session of this.#sessions.values()) session.retrySoon()
    this.#scheduler.wake()
    void this.#options.vault.open(asker)
  }

  /** Cancels every login, so that the redirect port is free and whoever waits for a login hears of its end. */
  stopLogins(): Promise<void> {
    return this.#desk.stop()
  }

  /** Stops the timers and waits for writes under way. */
  async stop(): Promise<void> {
    this.#scheduler.stop()
    this.#stopVault()
    await this.stopLogins()
    await Promise.all([...this.#sessions.values()].map((session) => session.settled()))
    this.#options.vault.close()
    await this.#options.vault.settled()
  }

  async #adopt(grant: Grant, target: LoginTarget): Promise<string> {
    const known = target.account === undefined ? this.#sameIdentity(grant) : this.#sessions.get(target.account)
    if (known !== undefined) requireSamePerson(known.record, grant)
    const { provider, issuer, identity } = grant
    const record: AccountRecord = {
      id: known?.record.id ?? `${provider}-${randomBytes(4).toString('hex')}`,
      provider,
      issuer,
      identity,
      ...labelOf(known?.record.label ?? target.label),
      createdAt: known?.record.createdAt ?? this.#options.clock.now(),
    }
    const session = known ?? this.#addSession(record, this.#client(provider))
    session.record = record
    // The session holds the grant from its first step on (S5), so a fault of the index cannot lose it.
    const durable = session.adopt(grant)
    await Promise.all([durable, Promise.resolve().then(() => this.#options.index.put(record))])
    return record.id
  }

  /** The account of the same provider and the same person and workspace, so that signing in again replaces nothing else. */
  #sameIdentity(grant: Grant): AccountSession | undefined {
    return [...this.#sessions.values()].find(
      ({ record }) =>
        record.provider === grant.provider && record.issuer === grant.issuer && record.identity.key === grant.identity.key,
    )
  }

  async #requireVault(): Promise<void> {
    const { vault } = this.#options
    const { state } = vault.status().state.kind === 'ready' ? vault.status() : await vault.open()
    if (state.kind === 'ready' || state.kind === 'opening') return
    throw errorOf({ ...state.error, code: state.kind === 'locked' ? 'vault_locked' : 'vault_unavailable' })
  }

  #client(name: string): ProviderClient {
    const client = this.#clients.get(name.toLowerCase())
    if (client !== undefined) return client
    const known = this.#options.clients.map((each) => each.id).join(', ')
    throw new BrokerError('unknown_provider', `There is no provider "${name}". Known: ${known}.`)
  }

  #session(selector: string, label?: string): AccountSession {
    const byId = this.#sessions.get(selector)
    if (byId !== undefined) return byId
    const parsed = parseSelector(selector)
    const client = this.#client(parsed.provider)
    return selectAccount(this.#sessions, client, label ?? parsed.label)
  }

  #addSession(record: AccountRecord, client: ProviderClient): AccountSession {
    const { clock, vault, log, random = Math.random, refreshAhead = true } = this.#options
    const session = new AccountSession(record, {
      clock,
      vault,
      client,
      log,
      random,
      refreshAhead,
      onChange: () => this.#touch(),
    })
    this.#sessions.set(record.id, session)
    return session
  }

  /** The index may have been rebuilt by the vault, so it is read again when the vault opens. */
  #addIndexed(): void {
    for (const record of this.#options.index.list()) {
      if (this.#sessions.has(record.id)) continue
      const client = this.#clients.get(record.provider)
      if (client !== undefined) this.#addSession(record, client)
      else this.#options.log.warn('account of an unknown provider', { account: record.id, provider: record.provider })
    }
  }

  async #restoreAll(): Promise<void> {
    this.#addIndexed()
    const waiting = [...this.#sessions.values()].filter((session) => session.waitsForVault)
    await Promise.all(waiting.map((session) => session.restore()))
  }

  /** Changes of one turn become one snapshot. */
  #touch(): void {
    if (this.#changed) return
    this.#changed = true
    queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    this.#changed = false
    this.#snapshot = this.#build(this.#snapshot.sequence + 1)
    for (const listener of this.#listeners) listener(this.#snapshot)
    this.#scheduler.wake()
  }

  #build(sequence: number): BrokerSnapshot {
    const logins = this.#desk.pending()
    const accounts = this.#rows.rows(this.#options.clients, [...this.#sessions.values()], logins)
    return Object.freeze({ sequence, vault: this.#options.vault.status(), accounts: [...accounts], logins })
  }
}

/** A login that was asked for one account never replaces the login of another person or another server in it. */
function requireSamePerson({ issuer, identity, label }: AccountRecord, grant: Grant): void {
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

const labelOf = (label: string | undefined) => (label === undefined ? {} : { label })
