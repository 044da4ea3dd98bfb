import { createHmac } from 'node:crypto'
import {
  type AccountChange,
  type AccountStatus,
  type AccountUsage,
  type AddKeyRequest,
  type AddKeyResponse,
  BrokerError,
  type CheckResult,
  type Explanation,
  type FingerprintResponse,
  type ForeignLoginRequest,
  type ImportRequest,
  type ImportResponse,
  type PreferencesChange,
  type ProviderPreferences,
  type ProvidersResponse,
  parseSelector,
  type SignOutResponse,
} from '../protocol/index.ts'
import { checkAccount } from './account-check.ts'
import type { AccountChoice } from './account-choice.ts'
import type { AccountKeeper, GivenAway } from './account-keeper.ts'
import type { AccountSession } from './account-session.ts'
import type { Accounts } from './accounts.ts'
import type { Clock } from './clock.ts'
import { explainChoice } from './explanation.ts'
import { addForeignLogin } from './foreign-login.ts'
import type { AccountRecord, Grant } from './grant.ts'
import type { HandOutDesk } from './hand-out.ts'
import { importLogin } from './login-import.ts'
import { loginTarget } from './login-target.ts'
import type { AccountIndex, HistoryFilter, ProviderClient } from './ports.ts'
import { changedPreferences, preferencesOf } from './preferences.ts'
import { acceptedRules } from './rules.ts'
import { Secret } from './secret.ts'
import { meantAmong, type WantedOfShare } from './shared-account.ts'
import type { UsageDesk } from './usage-desk.ts'

export interface AccountDeskContext {
  readonly clock: Clock
  readonly clients: readonly ProviderClient[]
  readonly accounts: Accounts
  readonly index: AccountIndex
  readonly keeper: AccountKeeper
  readonly choice: AccountChoice
  readonly usage: UsageDesk
  readonly handOuts: HandOutDesk
  /** Throws when the vault cannot keep anything now. */
  readonly requireVault: () => Promise<void>
  /** Something changed that may put every row elsewhere. */
  readonly onChange: () => void
  /** The row of an account in a snapshot that is made now. */
  readonly rowOf: (session: AccountSession) => AccountStatus
}

/** How long a key that was just added may take to be tried. Milliseconds. */
const firstCheck = 30_000

/** What a person does with the accounts that are there, and with the keys they bring along. */
export class AccountDesk {
  readonly #context: AccountDeskContext

  constructor(context: AccountDeskContext) {
    this.#context = context
  }

  /** Why a request for a token is answered with the account that it is answered with. */
  explain(selector: string, client: string, label?: string): Explanation {
    const { accounts, choice, handOuts } = this.#context
    const explanation = explainChoice(accounts, choice, selector, client, label)
    const winner = accounts.get(explanation.winner ?? '')
    const at = winner === undefined ? undefined : handOuts.endedEarlyAt(winner)
    return { ...explanation, ...(at === undefined ? {} : { ended_early_at: at }) }
  }

  /** Keeps what the person brought along as an account, and tries it. Throws `invalid_request` for a text that cannot be it. */
  async addKey(request: AddKeyRequest): Promise<AddKeyResponse> {
    const { provider, label } = parseSelector(request.provider)
    const client = this.#context.accounts.client(provider)
    const { kind } = request
    // `anthropic:work` is the account of that label where there is one, and a new one with it where there is none.
    const known = label === undefined ? undefined : this.#context.accounts.labelled(client, label)
    const account = request.account ?? known?.record.id
    await this.#context.requireVault()
    const rules = acceptedRules(client, this.#context.accounts.all(), kind, request.accept_provider_rules === true)
    const target = loginTarget(this.#context.accounts, client, {
      account,
      label: request.label ?? (known === undefined ? label : undefined),
    })
    const grant = await client.grantFromKey(new Secret(request.secret), kind)
    const { kind: outcome, account: id } = await this.#context.keeper.adopt(grant, { ...target, ...rules })
    if (outcome === 'undecided') {
      throw new BrokerError('login_failed', `This belongs to somebody else than ${id}. Nothing was changed.`, {
        fix: 'Give it a label of its own with --label, to have it beside the other one.',
      })
    }
    const session = this.#context.accounts.get(id)
    if (session === undefined) throw new BrokerError('unknown_account', 'This account was signed out meanwhile.')
    const check = await checkAccount(session, client, firstCheck, this.#context.clock)
    return { account: this.#context.rowOf(session), check }
  }

  /** Takes over a login of another program; see `importLogin`. */
  importLogin(request: ImportRequest): Promise<ImportResponse> {
    return importLogin(this.#context, request)
  }

  /** Makes an account of a login that another program keeps and owns; see `addForeignLogin`. */
  addForeignLogin(request: ForeignLoginRequest): Promise<ImportResponse> {
    return addForeignLogin(this.#context, request)
  }

  /** The refresh tokens of the accounts, told by fingerprints under the key of whoever asks; `key` is hex. */
  fingerprints(key: string): FingerprintResponse {
    const named = (text: string) => createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('hex')
    const accounts = this.#context.accounts.all().map(({ record: { id, provider, imported }, names }) => ({
      account: id,
      provider,
      // The one that was taken over as well: a program that got it back would spend it a second time.
      fingerprints: [...new Set([names.refreshToken, imported])].filter((each) => each !== undefined).map(named),
    }))
    return { accounts: accounts.filter(({ fingerprints }) => fingerprints.length > 0) }
  }

  /**
   * Revokes the grant where the provider offers it, then forgets it; the login of another program is only forgotten here. There is no
   * way back, so that nothing is guessed.
   */
  async signOut(selector: string): Promise<SignOutResponse> {
    const session = this.#context.accounts.only(selector)
    const { id, provider, ownership } = session.record
    const { account_page: page } = this.#context.accounts.client(provider).info
    const revoked = await this.#context.keeper.signOut(session)
    this.#context.usage.forget(id)
    if (ownership !== undefined) return { id, provider, revoked, kept_by: ownership.program }
    return { id, provider, revoked, ...(page === undefined ? {} : { account_page: page }) }
  }

  /**
   * Has `put` take the login of an account to another owner; resolves when it is forgotten here, without being revoked. Until `put` has
   * settled nothing is refreshed, and when it throws, the account is as before. Throws `unknown_account`, why there is nothing to give
   * away, and what `put` throws.
   */
  async giveAway<Answer>(id: string, put: (grant: Grant, record: AccountRecord) => Promise<Answer>): Promise<GivenAway<Answer>> {
    const session = this.#context.accounts.get(id)
    if (session === undefined) throw new BrokerError('unknown_account', 'This account is not there any more.')
    const given = await this.#context.keeper.giveAway(session, (grant) => put(grant, session.record))
    this.#context.usage.forget(id)
    return given
  }

  /** Forgets an account whose login was given away before a crash. Throws `vault_unavailable` when its file cannot be deleted. */
  forgetGivenAway(id: string): Promise<void> {
    return this.#context.keeper.forget(id)
  }

  /** The id of the one account that is meant; see `Accounts.only`. */
  idOf(selector: string): string {
    return this.#context.accounts.only(selector).record.id
  }

  /**
   * What a record of the past is looked through for: a provider, of which all accounts are meant, or an account, which may be gone when it
   * is named by its id. Throws like `Accounts.only` for a label.
   */
  named(selector: string): { readonly provider: string } | { readonly account: string } {
    const { accounts } = this.#context
    const provider = accounts.bareProvider(selector)
    if (provider !== undefined) return { provider: provider.id }
    return { account: parseSelector(selector).label === undefined ? selector : this.idOf(selector) }
  }

  /** The same, for the history, which knows an account that is gone by the label that it had as well. */
  namedInHistory(selector: string): HistoryFilter {
    const { provider, label } = parseSelector(selector)
    const client = label === undefined ? undefined : this.#context.accounts.knownClient(provider)
    if (client === undefined || label === undefined) return this.named(selector)
    const present = this.#context.accounts.labelled(client, label)
    return present === undefined ? { provider: client.id, label } : { account: present.record.id }
  }

  /** Which of these accounts a request for a token means; see `meantAmong`. */
  meantAmong(ids: readonly string[], wanted: WantedOfShare): string | undefined {
    return meantAmong(this.#context.accounts, ids, wanted)
  }

  /** Switches an account off or on, or gives it another label. One that is off is kept fresh, and no token of it is handed out. */
  change(selector: string, { disabled, label }: AccountChange): AccountStatus {
    const session = this.#context.accounts.find(selector)
    const { disabled: wasDisabled, label: oldLabel, ...rest } = session.record
    if (label !== undefined && label !== null && label !== oldLabel) {
      loginTarget(this.#context.accounts, this.#context.accounts.client(session.record.provider), { label })
    }
    const [isDisabled, name] = [disabled ?? wasDisabled, label === undefined ? oldLabel : (label ?? undefined)]
    this.#context.keeper.change(session, {
      ...rest,
      ...(name === undefined ? {} : { label: name }),
      ...(isDisabled ? { disabled: true as const } : {}),
    })
    this.#context.onChange()
    return this.#context.rowOf(session)
  }

  /** Asks the provider whether an account works. `timeout` in milliseconds. */
  check(selector: string, timeout: number): Promise<CheckResult> {
    const { accounts, handOuts, clock } = this.#context
    const session = accounts.find(selector)
    const renewed = () => handOuts.noteEarlyEnd(session)
    return checkAccount(session, accounts.client(session.record.provider), timeout, clock, renewed)
  }

  /** How much of each plan is used, of one account or of all. */
  look(selector?: string): Promise<readonly AccountUsage[]> {
    return this.#context.usage.look(
      selector === undefined ? this.#context.accounts.all() : [this.#context.accounts.find(selector)],
    )
  }

  /** A token for the clipboard of the person. Which account is meant is never guessed: throws `unknown_account`. */
  async copyToken(id: string): Promise<{ readonly access_token: string }> {
    const { accounts, handOuts } = this.#context
    const session = accounts.get(id)
    if (session === undefined) throw new BrokerError('unknown_account', 'This account is not there any more.')
    const { response } = await handOuts.copy(session, accounts.client(session.record.provider))
    return { access_token: response.access_token }
  }

  /** When a tool got a token last, in epoch seconds; undefined when none did since the start. */
  lastHandOut(): number | undefined {
    return this.#context.handOuts.lastAt
  }

  providers(): ProvidersResponse {
    const { clients, index } = this.#context
    return { providers: clients.map(({ id, info }) => ({ ...info, preferences: preferencesOf(index, id) })) }
  }

  /** Throws `unknown_account` or `invalid_request` for an order that names what is not there. */
  changePreferences(provider: string, change: PreferencesChange): ProviderPreferences {
    const client = this.#context.accounts.client(provider)
    const { index } = this.#context
    index.setPreferences(client.id, changedPreferences(index, this.#context.accounts, client, change))
    this.#context.accounts.renamed()
    this.#context.choice.forget()
    this.#context.onChange()
    return preferencesOf(index, client.id)
  }

  /** Refreshes now. Throws what a caller of `handOut` would be told. */
  async refresh(selector: string): Promise<AccountStatus> {
    const session = this.#context.accounts.find(selector)
    await session.refreshNow()
    return this.#context.rowOf(session)
  }
}
