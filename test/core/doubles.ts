import {
  type AccountIndex,
  type AccountRecord,
  type ApiAccess,
  type ApiOutcome,
  Broker,
  type BroughtTokens,
  type ClientRegister,
  type Grant,
  type GrantVault,
  type LoginAttempt,
  type LoginRequest,
  type ProviderClient,
  type RefreshJournal,
  type RefreshNote,
  type RefreshOutcome,
  Secret,
  type ShownTokens,
  type StoredGrant,
  silentLog,
  type TokenOwner,
  type TokenRequest,
  type Usage,
  type Verification,
  type WatchedLogins,
  type WatchedReading,
  type WatchWish,
} from '../../src/core/index.ts'
import {
  BrokerError,
  type ClientPolicy,
  type HistoryEntry,
  type LedgerEntry,
  type ProviderInfo,
  type ProviderPreferences,
  type TokenResponse,
  type VaultMoveResponse,
  type VaultStatus,
} from '../../src/protocol/index.ts'
import { ManualClock } from '../support/manual-clock.ts'

export const issuer = 'https://server.example'
export const minute = 60_000

/** A promise that the test settles. */
export function deferred<Value>() {
  let resolve: (value: Value) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

/** A vault in memory whose disk a test can hold up or break, and which records the order of what was asked. */
export class TestVault implements GrantVault {
  readonly files = new Map<string, Grant>()
  readonly calls: string[] = []
  state: VaultStatus['state'] = { kind: 'ready' }
  /** Called before a save takes effect; a throw is a disk fault, a promise holds the write up. */
  beforeSave: (grant: Grant) => Promise<void> | void = () => {}
  refusesLock = false
  #listeners = new Set<(status: VaultStatus) => void>()
  #queue: Promise<unknown> = Promise.resolve()

  status(): VaultStatus {
    return { store: 'keychain', state: this.state }
  }

  onStatus(listener: (status: VaultStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  setState(state: VaultStatus['state']): void {
    this.state = state
    for (const listener of this.#listeners) listener(this.status())
  }

  async open(): Promise<VaultStatus> {
    this.calls.push('open')
    return this.status()
  }

  async load(account: string): Promise<StoredGrant> {
    this.calls.push('load')
    if (this.state.kind === 'locked') throw new BrokerError('vault_locked', 'The keychain is locked.')
    const grant = this.files.get(account)
    return grant === undefined ? { kind: 'absent' } : { kind: 'found', grant }
  }

  save(account: string, grant: Grant): Promise<void> {
    this.calls.push('save')
    return this.#enqueue(async () => {
      await this.beforeSave(grant)
      this.files.set(account, grant)
    })
  }

  remove(account: string): Promise<void> {
    this.calls.push('remove')
    return this.#enqueue(async () => {
      this.files.delete(account)
    })
  }

  async settled(): Promise<void> {
    await this.#queue
  }

  async prepareLock(): Promise<void> {
    this.calls.push('prepareLock')
    if (this.refusesLock) throw new BrokerError('invalid_request', 'This vault cannot be locked.')
  }

  /** A person has locked it; only `unlock` opens it. */
  async lock(): Promise<void> {
    this.calls.push('lock')
    this.setState({ kind: 'locked', error: { code: 'locked', description: 'TokenTray is locked.' } })
  }

  async unlock(): Promise<VaultStatus> {
    this.calls.push('unlock')
    this.setState({ kind: 'ready' })
    return this.status()
  }

  async move(): Promise<VaultMoveResponse> {
    throw new BrokerError('invalid_request', 'There is one store in this test.')
  }

  close(): void {}

  #enqueue(task: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(task)
    this.#queue = done.catch(() => {})
    return done
  }
}

export class TestIndex implements AccountIndex {
  readonly records = new Map<string, AccountRecord>()
  list = () => [...this.records.values()]
  put = (record: AccountRecord) => void this.records.set(record.id, record)
  remove = (id: string) => void this.records.delete(id)
  readonly decided = new Map<string, Partial<ProviderPreferences>>()
  preferences = (provider: string) => this.decided.get(provider) ?? {}
  setPreferences = (provider: string, preferences: Partial<ProviderPreferences>) => void this.decided.set(provider, preferences)
}

/** A journal whose disk a test can hold up or break. */
export class TestJournal implements RefreshJournal {
  readonly notes = new Map<string, RefreshNote>()
  beforeWrite: (note: RefreshNote) => Promise<void> | void = () => {}
  read = (account: string) => this.notes.get(account)
  settle = (account: string) => void this.notes.delete(account)

  /** Like the real one, it knows the note before the disk does, and still knows it when the disk refuses. */
  async write(account: string, note: RefreshNote): Promise<void> {
    this.notes.set(account, note)
    await this.beforeWrite(note)
  }
}

/** Everything about clients that would be on the disk. */
export class TestRecords implements ClientRegister {
  policy: ClientPolicy = { ask: false, rules: [] }
  readonly entries: Omit<LedgerEntry, 'count'>[] = []
  read = () => this.policy

  write(policy: ClientPolicy): void {
    this.policy = policy
  }
}

const acme: ProviderInfo = {
  id: 'acme',
  name: 'Acme',
  aliases: ['ac'],
  issuer,
  flows: ['browser', 'paste'],
  keys: [{ kind: 'api_key', name: 'API key', where: 'https://server.example/keys' }],
  usage: true,
}

/** An authorization server in one object: it rotates, counts, and answers when and as the test says. */
export class TestClient implements ProviderClient {
  readonly id: string
  readonly name = 'Acme'
  readonly aliases = ['ac']
  readonly sent: string[] = []
  readonly revoked: string[] = []
  readonly attempts: ReturnType<typeof testAttempt>[] = []
  issuer = issuer
  lifetime = 60 * minute
  answer: (grant: Grant) => Promise<RefreshOutcome> | RefreshOutcome
  readonly #clock: ManualClock
  readonly #began: number

  constructor(clock: ManualClock, id = 'acme') {
    this.#clock = clock
    this.#began = clock.now()
    this.id = id
    this.info = { ...acme, id }
    this.answer = () => this.refreshed()
  }

  readonly info: ProviderInfo
  /** Whether its grants come with an identity that is to be verified. */
  signs = false
  verified: Verification = { kind: 'good' }
  checked: ApiOutcome<undefined> = { kind: 'good', value: undefined }
  used: ApiOutcome<Usage> = { kind: 'none' }
  readonly asked: LoginRequest[] = []
  readonly usageAsked: string[] = []

  access = (): ApiAccess => ({ baseUrl: 'https://api.example', headers: { 'x-api': 'yes' } })
  verify = async () => this.verified
  /** The access tokens that were checked. */
  readonly checks: string[] = []
  checksTokens = true
  checksToken = () => this.checksTokens

  async check(grant: Grant, _timeout: number): Promise<ApiOutcome<undefined>> {
    this.checks.push(grant.accessToken.expose())
    return this.checked
  }

  async usage(grant: Grant): Promise<ApiOutcome<Usage>> {
    this.usageAsked.push(grant.accessToken.expose())
    return this.used
  }

  async grantFromKey(secret: Secret): Promise<Grant> {
    const { refreshToken: _, expiresAt: __, ...grant } = this.grant(0)
    return { ...grant, kind: 'api_key', accessToken: secret, identity: {} }
  }

  async grantFromTokens({ accessToken, refreshToken, person }: BroughtTokens): Promise<Grant> {
    const identity = person?.account === undefined ? {} : { key: person.account }
    return { ...this.grant(0), accessToken, refreshToken, identity }
  }

  /** Its tokens of a program end with when they end, in minutes after the beginning of the test: `program-60`. */
  grantOfProgram({ accessToken }: ShownTokens): Grant {
    const { refreshToken: _, ...grant } = this.grant(0)
    const expiresAt = this.#began + Number(accessToken.expose().split('-').at(-1)) * minute
    return { ...grant, accessToken, obtainedAt: this.#clock.now() - minute, expiresAt, identity: this.programIdentity }
  }

  programIdentity: Grant['identity'] = { key: 'user-p', email: 'p@b.example' }

  /** The outcome of a good refresh: a new pair, numbered by the request that was made for it. */
  refreshed(): RefreshOutcome {
    return { kind: 'refreshed', grant: this.grant(this.sent.length + 1) }
  }

  grant(number: number, extra: Partial<Grant> = {}): Grant {
    return {
      provider: this.id,
      issuer: this.issuer,
      accessToken: new Secret(`access-${number}`),
      refreshToken: new Secret(`refresh-${number}`),
      tokenType: 'Bearer',
      obtainedAt: this.#clock.now(),
      expiresAt: this.#clock.now() + this.lifetime,
      identity: { key: 'user-1', email: 'a@b.example' },
      ...(this.signs ? { unverified: true as const } : {}),
      ...extra,
    }
  }

  async refresh(grant: Grant): Promise<RefreshOutcome> {
    this.sent.push(grant.refreshToken?.expose() ?? 'none')
    return this.answer(grant)
  }

  async revoke(grant: Grant): Promise<boolean> {
    this.revoked.push(grant.refreshToken?.expose() ?? 'none')
    return true
  }

  async startLogin(request: LoginRequest): Promise<LoginAttempt> {
    this.asked.push(request)
    const attempt = testAttempt(this.#clock.now() + 5 * minute)
    this.attempts.push(attempt)
    return attempt
  }
}

/** The file of a program with a login of Acme. */
export class TestWatched implements WatchedLogins {
  looks = 0
  reading: WatchedReading = { kind: 'signed_in', identity: { key: 'user-w', email: 'w@b.example', plan: 'plus' } }

  async find({ program, login = 'main' }: WatchWish) {
    return { provider: 'acme', ownership: { mode: 'watched', program, file: `/home/a/.${program}`, login } as const }
  }

  async look(): Promise<WatchedReading> {
    this.looks += 1
    return this.reading
  }
}

/** A program that owns a login of Acme. */
export class TestOwner implements TokenOwner {
  readonly program = 'tool'
  readonly name = 'The tool'
  readonly provider = 'acme'
  readonly signIn = 'tool login'
  readonly asked: ('read' | 'renew')[] = []
  /** What it has, and what its refreshes bring; see `TestClient.grantOfProgram`. */
  has = 'program-60'
  brings: string[] = []
  fault: unknown
  before: () => Promise<void> | void = () => {}

  async token(renew: boolean): Promise<Secret> {
    this.asked.push(renew ? 'renew' : 'read')
    await this.before()
    if (this.fault !== undefined) throw this.fault
    if (renew) this.has = this.brings.shift() ?? this.has
    return new Secret(this.has)
  }
}

function testAttempt(expiresAt: number) {
  const { promise, resolve, reject } = deferred<Grant>()
  promise.catch(() => {})
  return {
    authorizationUrl: 'https://server.example/authorize?state=the-state-value',
    prompt: { kind: 'browser', redirect_port: 1455 } as const,
    expiresAt,
    outcome: promise,
    submit: () => {},
    cancel: () => reject(new BrokerError('login_cancelled', 'The sign-in was cancelled.')),
    finish: resolve,
    fail: reject,
  }
}

/** What a program that says nothing of itself is given. */
export async function handOut(
  broker: Broker,
  selector: string,
  request: TokenRequest = {},
  label?: string,
): Promise<TokenResponse> {
  return (await broker.handOut({ name: 'unnamed', proof: 'claimed' }, selector, request, label)).response
}

/** A broker with one signed-in account, `acme`, whose first grant is number 1. */
export async function signedInBroker(options: { lifetime?: number; refreshAhead?: boolean } = {}) {
  const bench = emptyBroker(options)
  const { broker, client } = bench
  const started = await broker.startLogin({ provider: 'acme' })
  client.attempts[0]?.finish(client.grant(1))
  const login = await broker.loginStatus(started.id, 1_000)
  if (login.status !== 'completed') throw new Error(`login ${login.status}`)
  bench.vault.calls.length = 0
  return { ...bench, account: login.account }
}

export function emptyBroker(options: { lifetime?: number; refreshAhead?: boolean; provider?: string } = {}) {
  const refresh = { ahead: options.refreshAhead ?? true }
  const clock = new ManualClock()
  const vault = new TestVault()
  const journal = new TestJournal()
  const index = new TestIndex()
  const records = new TestRecords()
  const owner = new TestOwner()
  const watched = new TestWatched()
  const past: HistoryEntry[] = []
  const client = new TestClient(clock, options.provider)
  client.lifetime = options.lifetime ?? client.lifetime
  const make = () =>
    new Broker({
      clock,
      vault,
      journal,
      index,
      register: records,
      ledger: { record: (entry) => void records.entries.push(entry), read: async () => [] },
      history: { record: (entry) => void past.push(entry), read: async () => [] },
      clients: [client],
      foreign: { owners: new Map([[owner.program, owner]]), watched },
      log: silentLog,
      random: () => 0,
      refreshAhead: () => refresh.ahead,
    })
  return { clock, vault, journal, index, records, past, owner, watched, client, refresh, broker: make(), restart: make }
}
