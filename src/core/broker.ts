import { randomBytes } from 'node:crypto'
import {
  type AccountStatus,
  BrokerError,
  type BrokerSnapshot,
  type Caller,
  type LoginStatus,
  lockedByPerson,
  parseSelector,
  type StartLoginRequest,
  type StartLoginResponse,
  type VaultStatus,
} from '../protocol/index.ts'
import { AccountSession } from './account-session.ts'
import { Accounts, requireSamePerson } from './accounts.ts'
import { ClientDesk } from './client-desk.ts'
import type { Clock } from './clock.ts'
import type { AccountRecord, Grant } from './grant.ts'
import { type HandOut, HandOutDesk } from './hand-out.ts'
import { lockEverything, saveLastKey } from './locking.ts'
import { faultlessLog, type Log } from './log.ts'
import { LoginDesk, type LoginTarget } from './login-desk.ts'
import type { AccountIndex, Asker, ClientRegister, GrantVault, Ledger, ProviderClient, RefreshJournal } from './ports.ts'
import { Scheduler } from './scheduler.ts'
import { errorOf } from './session-errors.ts'
import { SnapshotBuilder } from './snapshot-builder.ts'
import type { TokenRequest } from './token-request.ts'

export interface BrokerOptions {
  readonly clock: Clock
  readonly vault: GrantVault
  readonly journal: RefreshJournal
  readonly index: AccountIndex
  readonly register: ClientRegister
  readonly ledger: Ledger
  readonly clients: readonly ProviderClient[]
  readonly log: Log
  /** In [0, 1); spreads refreshes and retries. */
  readonly random?: () => number
  /** False for TOKENTRAY_REFRESH=ondemand. */
  readonly refreshAhead?: boolean
}

/** The façade: accounts, logins and hand-outs, and the one snapshot that everybody sees. */
export class Broker {
  /** Which clients may have tokens. */
  readonly clients: ClientDesk
  readonly #options: BrokerOptions
  readonly #accounts: Accounts
  readonly #logins: LoginDesk
  readonly #handOuts: HandOutDesk
  readonly #scheduler: Scheduler
  readonly #rows: SnapshotBuilder
  readonly #listeners = new Set<(snapshot: BrokerSnapshot) => void>()
  #snapshot: BrokerSnapshot
  /** Whether a snapshot is owed for changes of this turn. */
  #owed = false
  /** The sessions that changed since the last snapshot; undefined when accounts came or went. */
  #changed: Set<AccountSession> | undefined
  #stopVault = () => {}

  constructor(options: BrokerOptions) {
    const { clock, ledger, register } = options
    this.#options = { ...options, log: faultlessLog(options.log) }
    this.#accounts = new Accounts(options.clients)
    this.#rows = new SnapshotBuilder(options.clients)
    this.#scheduler = new Scheduler(clock, () => this.#accounts.all())
    const onChange = () => this.#touch([])
    this.#logins = new LoginDesk({ clock, adopt: (grant, target) => this.#adopt(grant, target), onChange })
    this.clients = new ClientDesk({ clock, register, onChange })
    this.#handOuts = new HandOutDesk({ clock, desk: this.clients, ledger })
    this.#addIndexed()
    this.#snapshot = this.#build(0)
    this.#changed = new Set()
  }

  /** Opens the vault and reads every grant. Settles when each account has a state that says what is so; never throws. */
  async start(): Promise<void> {
    this.#stopVault = this.#options.vault.onStatus(({ state }) => {
      this.#touch()
      if (state.kind === 'ready') void this.#restoreAll()
      // Each account says why it waits, and that is another reason now.
      else if (state.kind !== 'opening' && state.error.code !== lockedByPerson) void this.#restoreWaiting()
    })
    const { state } = await this.#options.vault.open()
    await (state.kind === 'ready' ? this.#restoreAll() : this.#restoreWaiting())
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

  /** A fresh token for `provider`, `provider:label` or an account id; at once, without a promise, when one is held. */
  handOut(caller: Caller, selector: string, request: TokenRequest, label?: string): HandOut | Promise<HandOut> {
    const session = this.#accounts.find(selector, label)
    return this.#handOuts.handOut(caller, session, this.#accounts.client(session.record.provider), request)
  }

  /** Starts or joins a login. Refused while the vault cannot keep its result, because a login that is lost is worse than none. */
  async startLogin(request: StartLoginRequest): Promise<StartLoginResponse> {
    const { provider, label } = parseSelector(request.provider)
    const client = this.#accounts.client(provider)
    await this.#requireVault()
    const selected = request.account ?? label
    const taken = request.label === undefined ? undefined : this.#accounts.labelled(client, request.label)
    if (taken?.record.issuer === client.issuer) {
      throw new BrokerError('invalid_request', `${client.name} has an account "${request.label}" already.`, {
        fix: `Sign in to it again with \`tokentray login ${client.id} --account ${request.label}\`, or choose another label.`,
      })
    }
    const target: LoginTarget = {
      ...(selected === undefined ? {} : { account: this.#accounts.find(client.id, selected).record.id }),
      ...(request.label === undefined ? {} : { label: request.label }),
    }
    return this.#logins.start(client, { ...request, provider: client.id }, target)
  }

  loginStatus(id: string, wait?: number): Promise<LoginStatus> {
    return this.#logins.status(id, wait)
  }

  /** The authorization URL of a pending login. */
  loginLink(id: string): string {
    return this.#logins.link(id)
  }

  submitResponse(id: string, pasted: string): Promise<LoginStatus> {
    return this.#logins.submit(id, pasted)
  }

  cancelLogin(id: string): Promise<LoginStatus> {
    return this.#logins.cancel(id)
  }

  /** Revokes the grant where the provider offers it, then forgets it. */
  async signOut(selector: string): Promise<{ id: string; provider: string; revoked: boolean }> {
    const session = this.#accounts.find(selector)
    const { id, provider } = session.record
    const revoked = await session.signOut()
    this.#accounts.remove(id)
    this.#options.index.remove(id)
    this.#touch()
    return { id, provider, revoked }
  }

  /** The id of the one account that is meant; see `Accounts.only`. */
  accountId(selector: string): string {
    return this.#accounts.only(selector).record.id
  }

  /** Switches an account off or on. One that is off is kept fresh, and no token of it is handed out. */
  setDisabled(selector: string, disabled: boolean): AccountStatus {
    const session = this.#accounts.find(selector)
    const { disabled: _, ...record } = session.record
    session.record = disabled ? { ...record, disabled } : record
    this.#options.index.put(session.record)
    return this.#row(session)
  }

  /** Refreshes now. Throws what a caller of `handOut` would be told. */
  async refreshNow(selector: string): Promise<AccountStatus> {
    const session = this.#accounts.find(selector)
    await session.refreshNow()
    return this.#row(session)
  }

  /** Forgets every token and the data key until `unlock`. Throws `vault_unavailable` while a login is not stored yet. */
  async lock(): Promise<VaultStatus> {
    await lockEverything(() => this.#accounts.all(), this.#options.vault)
    return this.#options.vault.status()
  }

  /** The machine woke up, the network is back or the person asked: nothing that may work now waits any longer. */
  wake(asker: Asker = 'program'): void {
    for (const session of this.#accounts.all()) session.retrySoon()
    this.#scheduler.wake()
    void this.#options.vault.open(asker).then(() => this.#restoreWaiting())
  }

  /** Cancels every login, so that the redirect port is free and whoever waits for a login hears of its end. */
  stopLogins(): Promise<void> {
    return this.#logins.stop()
  }

  /** Stops the timers and waits for writes under way. */
  async stop(): Promise<void> {
    this.#scheduler.stop()
    this.#stopVault()
    await this.stopLogins()
    this.clients.stop()
    await Promise.all(this.#accounts.all().map((session) => session.settled()))
    await saveLastKey(this.#options.vault, this.#options.clock)
    this.#options.vault.close()
    await this.#options.vault.settled()
  }

  async #adopt(grant: Grant, target: LoginTarget): Promise<string> {
    const known = target.account === undefined ? this.#accounts.sameIdentity(grant) : this.#accounts.get(target.account)
    if (known !== undefined) requireSamePerson(known.record, grant)
    const { provider, issuer, identity } = grant
    const record: AccountRecord = {
      id: known?.record.id ?? `${provider}-${randomBytes(4).toString('hex')}`,
      provider,
      issuer,
      identity,
      ...labelOf(known?.record.label ?? target.label),
      createdAt: known?.record.createdAt ?? this.#options.clock.now(),
      ...(known?.record.disabled ? { disabled: true } : {}),
    }
    const session = known ?? this.#addSession(record, this.#accounts.client(provider))
    session.record = record
    this.#accounts.renamed()
    // The session holds the grant from its first step on (S5), so a fault of the index cannot lose it.
    const durable = session.adopt(grant)
    await Promise.all([durable, Promise.resolve().then(() => this.#options.index.put(record))])
    return record.id
  }

  async #requireVault(): Promise<void> {
    const { vault } = this.#options
    const { state } = vault.status().state.kind === 'ready' ? vault.status() : await vault.open()
    if (state.kind === 'ready' || state.kind === 'opening') return
    throw errorOf({ ...state.error, code: state.kind === 'locked' ? 'vault_locked' : 'vault_unavailable' })
  }

  #addSession(record: AccountRecord, client: ProviderClient): AccountSession {
    const { clock, vault, journal, log, random = Math.random, refreshAhead = true } = this.#options
    const onChange = (session: AccountSession) => this.#touch([session])
    const session = new AccountSession(record, { clock, vault, journal, client, log, random, refreshAhead, onChange })
    this.#accounts.add(session)
    this.#touch()
    return session
  }

  /** The index may have been rebuilt by the vault, so it is read again when the vault opens. */
  #addIndexed(): void {
    for (const record of this.#options.index.list()) {
      if (this.#accounts.has(record.id)) continue
      const client = this.#accounts.knownClient(record.provider)
      if (client !== undefined) this.#addSession(record, client)
      else this.#options.log.warn('account of an unknown provider', { account: record.id, provider: record.provider })
    }
  }

  async #restoreAll(): Promise<void> {
    this.#addIndexed()
    for (const session of this.#accounts.all()) session.retrySoon()
    await this.#restoreWaiting()
  }

  async #restoreWaiting(): Promise<void> {
    await Promise.all(this.#accounts.all().map((session) => session.waitsForVault && session.restore()))
  }

  #row(session: AccountSession): AccountStatus {
    this.#touch([session])
    this.#flush()
    const row = this.#snapshot.accounts.find(({ id }) => id === session.record.id)
    if (row === undefined) throw new BrokerError('unknown_account', 'This account is not there any more.')
    return row
  }

  /** Changes of one turn become one snapshot. Without an argument, accounts came or went. */
  #touch(changed?: readonly AccountSession[]): void {
    if (changed === undefined) this.#changed = undefined
    else for (const session of changed) this.#changed?.add(session)
    if (this.#owed) return
    this.#owed = true
    queueMicrotask(() => {
      // It may have been made already, for somebody who needed it at once.
      if (this.#owed) this.#flush()
    })
  }

  #flush(): void {
    const changed = this.#changed
    this.#owed = false
    this.#snapshot = this.#build(this.#snapshot.sequence + 1)
    this.#changed = new Set()
    for (const listener of this.#listeners) listener(this.#snapshot)
    if (changed === undefined) this.#scheduler.wake()
    else for (const session of changed) this.#scheduler.changed(session)
  }

  #build(sequence: number): BrokerSnapshot {
    const logins = this.#logins.pending()
    const accounts = this.#rows.rows(this.#accounts.all(), logins, this.#changed)
    const approvals = this.clients.pending()
    return Object.freeze({ sequence, vault: this.#options.vault.status(), accounts, logins, approvals })
  }
}

const labelOf = (label: string | undefined) => (label === undefined ? {} : { label })
