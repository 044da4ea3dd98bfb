import {
  type AccountStatus,
  BrokerError,
  type BrokerSnapshot,
  type Caller,
  type LoginDecision,
  type LoginStatus,
  lockedByPerson,
  parseSelector,
  type StartLoginRequest,
  type StartLoginResponse,
  type VaultStatus,
} from '../protocol/index.ts'
import { AccountChoice } from './account-choice.ts'
import { AccountDesk } from './account-desk.ts'
import { AccountKeeper } from './account-keeper.ts'
import type { AccountSession } from './account-session.ts'
import { Accounts, nobodyOfKind, nobodySignedIn, twoKinds } from './accounts.ts'
import type { BrokerOptions } from './broker-options.ts'
import { ClientDesk } from './client-desk.ts'
import { noForeignLogins } from './foreign-logins.ts'
import { type HandOut, HandOutDesk } from './hand-out.ts'
import { lockEverything, saveLastKey } from './locking.ts'
import { LoginDesk } from './login-desk.ts'
import { loginTarget } from './login-target.ts'
import type { Asker, ProviderClient } from './ports.ts'
import { acceptedRules } from './rules.ts'
import { Scheduler } from './scheduler.ts'
import { errorOf, isOfAccount } from './session-errors.ts'
import { SnapshotBuilder } from './snapshot-builder.ts'
import type { TokenRequest } from './token-request.ts'
import { UsageDesk } from './usage-desk.ts'

/** The façade: accounts, logins and hand-outs, and the one snapshot that everybody sees. */
export class Broker {
  /** Which clients may have tokens. */
  readonly clients: ClientDesk
  /** What can be done with the accounts that are there. */
  readonly accounts: AccountDesk
  readonly #options: BrokerOptions
  readonly #accounts: Accounts
  readonly #keeper: AccountKeeper
  readonly #choice: AccountChoice
  readonly #usage: UsageDesk
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
    const { clock, ledger, register, index, vault, journal, history, log } = options
    const pace = { random: options.random ?? Math.random, refreshAhead: options.refreshAhead ?? (() => true) }
    this.#options = options
    const accounts = new Accounts(options.clients, index)
    this.#accounts = accounts
    const touch = (session?: AccountSession) => this.#touch(session === undefined ? undefined : [session])
    const kept = { clock, vault, journal, history, log, ...pace, accounts, index, foreign: options.foreign ?? noForeignLogins }
    this.#keeper = new AccountKeeper({ ...kept, onChange: touch })
    this.#usage = new UsageDesk(clock, accounts)
    const exhaustedUntil = (account: string) => this.#usage.exhaustedUntil(account)
    const holdsRefused = (session: AccountSession) => this.#handOuts.holdsRefused(session)
    this.#choice = new AccountChoice({ clock, accounts, index, exhaustedUntil, holdsRefused })
    this.#rows = new SnapshotBuilder(options.clients, accounts)
    this.#scheduler = new Scheduler(clock, () => accounts.all())
    const onChange = () => this.#touch([])
    this.clients = new ClientDesk({ clock, register, onChange, isAccount: (id) => this.#accounts.has(id) })
    this.#handOuts = new HandOutDesk({ clock, desk: this.clients, ledger, log })
    this.accounts = new AccountDesk({
      clock,
      clients: options.clients,
      accounts,
      index,
      keeper: this.#keeper,
      choice: this.#choice,
      usage: this.#usage,
      handOuts: this.#handOuts,
      requireVault: () => this.#requireVault(),
      onChange: () => this.#touch(),
      rowOf: (session) => this.#row(session),
    })
    this.#logins = new LoginDesk({ clock, adopt: (...adoption) => this.#keeper.adopt(...adoption), onChange })
    this.#keeper.addIndexed()
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

  /** A fresh token for `provider`, `provider:label`, `provider:key`, `provider:login` or an account id; at once, without a promise, when one is held. */
  handOut(caller: Caller, selector: string, request: TokenRequest, label?: string): HandOut | Promise<HandOut> {
    const provider = label === undefined ? this.#accounts.bareProvider(selector) : undefined
    if (provider !== undefined) return this.#handOutChosen(caller, provider, request)
    const kind = label === undefined ? this.#accounts.kindNamed(selector) : undefined
    if (kind !== undefined) return this.#handOutChosen(caller, kind.client, request, kind.link)
    const session = this.#accounts.find(selector, label)
    return this.#handOuts.handOut(caller, session, this.#accounts.client(session.record.provider), request)
  }

  /** Of the account that the person's order and chain choose; of the next one, when the chosen one turns out to have ended. */
  #handOutChosen(
    caller: Caller,
    provider: ProviderClient,
    request: TokenRequest,
    link?: 'grant' | 'api_key',
  ): HandOut | Promise<HandOut> {
    if (link !== undefined && request.link !== undefined && link !== request.link) throw twoKinds()
    const session = this.#choice.choose(provider, caller.name, request, link)
    if (session === undefined) throw link === undefined ? nobodySignedIn(provider) : nobodyOfKind(provider, link)
    const given = this.#handOuts.handOut(caller, session, provider, request)
    if (!(given instanceof Promise)) return given
    return given.catch((error: unknown) => {
      const next = isOfAccount(error) ? this.#choice.choose(provider, caller.name, request, link) : session
      if (next === undefined || next === session) throw error
      return this.#handOutChosen(caller, provider, request, link)
    })
  }

  /**
   * Starts or joins a login. Refused while the vault cannot keep its result, because a login that is lost is worse than none. Throws
   * `rules_not_accepted` when the provider's rule card has to be acknowledged first.
   */
  async startLogin(request: StartLoginRequest): Promise<StartLoginResponse> {
    const { provider, label } = parseSelector(request.provider)
    const client = this.#accounts.client(provider)
    const { flow = client.info.flows[0], redirect_host: redirectHost } = request
    await this.#requireVault()
    const rules = acceptedRules(client, this.#accounts.all(), flow, request.accept_provider_rules === true)
    const target = loginTarget(this.#accounts, client, { ...request, account: request.account ?? label })
    const again = target.account === undefined ? undefined : this.#accounts.get(target.account)
    const { clientId } = again?.names ?? {}
    const { grant } = this.#accounts.ordered(client)
    return this.#logins.start(
      client,
      {
        ...(flow === undefined ? {} : { flow }),
        flowIsChosen: request.flow !== undefined,
        ...(redirectHost === undefined ? {} : { redirectHost }),
        another: again === undefined && grant.some(({ record }) => record.issuer === client.issuer),
        ...(clientId === undefined ? {} : { clientId }),
      },
      { ...target, ...rules },
    )
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

  /** Says what becomes of a login that somebody else made than the account belongs to. */
  async decideLogin(id: string, decision: LoginDecision): Promise<LoginStatus> {
    await this.#requireVault()
    return this.#logins.decide(id, decision)
  }

  /** Forgets every token and the data key until `unlock`. Throws `vault_unavailable` while a login is not stored yet. */
  async lock(): Promise<VaultStatus> {
    await lockEverything(() => this.#accounts.all(), this.#options.vault, this.#logins)
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

  /** Stops the timers and waits for refreshes and writes under way. */
  async stop(): Promise<void> {
    this.#scheduler.stop()
    this.#stopVault()
    await this.stopLogins()
    this.clients.stop()
    // S5: a grant that is in memory only would end with the process, so its write is tried again, whatever the backoff says.
    for (const session of this.#accounts.all()) if (session.holdsUnsaved) session.tick()
    await Promise.all(this.#accounts.all().map((session) => session.settled()))
    await saveLastKey(this.#options.vault, this.#options.clock)
    this.#options.vault.close()
    await this.#options.vault.settled()
  }

  async #requireVault(): Promise<void> {
    const { vault } = this.#options
    const { state } = vault.status().state.kind === 'ready' ? vault.status() : await vault.open()
    if (state.kind === 'ready' || state.kind === 'opening') return
    throw errorOf({ ...state.error, code: state.kind === 'locked' ? 'vault_locked' : 'vault_unavailable' })
  }

  async #restoreAll(): Promise<void> {
    this.#keeper.addIndexed()
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
    const accounts = this.#rows.rows(logins, this.#changed)
    const approvals = this.clients.pending()
    const { vault, notices = [] } = this.#options
    const found = notices.length === 0 ? {} : { notices: [...notices] }
    return Object.freeze({ sequence, vault: vault.status(), accounts, logins, approvals, ...found })
  }
}
