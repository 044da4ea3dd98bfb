import { app, clipboard } from 'electron'
import type { HostCommands } from '../host/handle.ts'
import type { Asks } from '../ipc/asks.ts'
import type { Answers } from '../ipc/channels.ts'
import { foreignOwner } from '../ipc/owner-words.ts'
import {
  type AccountStatus,
  type ApprovalDecision,
  BrokerError,
  type CheckResult,
  type LoginDecision,
  type ProviderInfo,
  type UnlockRequest,
} from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'
import { keyRequest, loginRequest } from './host-requests.ts'
import type { OwnLogin } from './login-outcomes.ts'
import { openPage, openSignInPage } from './open-page.ts'
import type { TokenClipboard } from './token-clipboard.ts'

/** What the person can do, from the menu and from the window alike. Every action rejects with a BrokerError. */
export class Actions {
  readonly #host: HostLink
  readonly #ownLogins: Map<string, OwnLogin>
  readonly #tokens: TokenClipboard

  /** `ownLogins` receives the logins that were started here with their rows, as the person is told how they end. */
  constructor(host: HostLink, ownLogins: Map<string, OwnLogin>, tokens: TokenClipboard) {
    this.#host = host
    this.#ownLogins = ownLogins
    this.#tokens = tokens
  }

  /**
   * Starts a login, or joins it, and sends the browser to it. A login that waits for a pasted response or shows a code does not open
   * the browser by itself: the person first has to read what to bring back or to type there.
   */
  async signIn(ask: Asks['login:start']): Promise<Answers['login:start']> {
    const started = await this.#host.ask('start_login', loginRequest(this.#row(ask.account), ask))
    const { account, another, label } = ask
    this.#ownLogins.set(started.id, { account, race: JSON.stringify([account, another === true, label ?? '']) })
    if (started.prompt.kind === 'browser') await openSignInPage(started.authorization_url)
    return { login: started.id, waits: started.prompt.kind }
  }

  /** Keeps a key that the person brought along; answers what came of trying it. */
  async addKey(ask: Asks['account:add-key']): Promise<CheckResult> {
    return (await this.#host.ask('add_key', keyRequest(this.#row(ask.account), ask))).check
  }

  async providers(): Promise<readonly ProviderInfo[]> {
    return (await this.#host.ask('providers', undefined)).providers
  }

  /** Opens the page with the rules of a provider, or the one where a key is made. */
  async openProviderPage({ provider, page }: Asks['provider:open']): Promise<void> {
    const info = (await this.providers()).find(({ id }) => id === provider)
    await openPage(page === 'rules' ? info?.rules?.link : info?.keys.find(({ kind }) => kind === page)?.where)
  }

  async openAgain(login: string): Promise<void> {
    await openSignInPage(await this.#link(login))
  }

  async copyLink(login: string): Promise<void> {
    await clipboard.writeText(await this.#link(login))
  }

  /** Puts the code of a device login on the clipboard. */
  async copyCode(login: string): Promise<void> {
    const prompt = this.#host.snapshot()?.logins.find(({ id }) => id === login)?.prompt
    if (prompt?.kind !== 'device') throw new BrokerError('unknown_login', 'This sign-in shows no code.')
    await clipboard.writeText(prompt.user_code)
  }

  async cancel(login: string): Promise<void> {
    // The person knows how this login ends. One that another program cancels, to get at the redirect port, they are told of.
    this.#ownLogins.delete(login)
    await this.#host.ask('cancel_login', { id: login })
  }

  async paste(login: string, pasted: string): Promise<void> {
    const status = await this.#host.ask('submit_response', { id: login, pasted })
    if (status.status !== 'failed') return
    const { description, fix } = status.error
    throw new BrokerError('login_failed', description, fix === undefined ? {} : { fix })
  }

  /** Says what becomes of a login that somebody else made than the account belongs to. */
  async decideLogin(login: string, decision: LoginDecision): Promise<void> {
    // The person knows how a login ends that they discard, as with one that they cancel.
    if (decision === 'discard') this.#ownLogins.delete(login)
    await this.#host.ask('decide_login', { id: login, decision })
  }

  /** Asks the provider whether an account works. A program that could not give a token a moment ago is asked for one again first. */
  async check(account: string): Promise<CheckResult> {
    if (foreignOwner(this.#row(account)) !== undefined) await this.wake()
    return this.#host.ask('check', { id: account })
  }

  signOut(account: string): Promise<HostCommands['sign_out']['answer']> {
    return this.#host.ask('sign_out', { id: account })
  }

  /** P1: the token goes from the host to the clipboard, and nothing of it to the window. */
  async copyToken(account: string): Promise<void> {
    await this.#tokens.copy((await this.#host.ask('copy_token', { id: account })).access_token)
  }

  async refresh(account: string): Promise<void> {
    await this.#host.ask('refresh', { id: account })
  }

  async setDisabled(account: string, disabled: boolean): Promise<void> {
    await this.#host.ask('change_account', { id: account, change: { disabled } })
  }

  /** A label of null takes it away. */
  async setLabel(account: string, label: string | null): Promise<void> {
    await this.#host.ask('change_account', { id: account, change: { label } })
  }

  async decide(approval: string, decision: ApprovalDecision): Promise<void> {
    await this.#host.ask('decide', { approval, decision })
  }

  async lock(): Promise<void> {
    await this.#host.ask('lock', undefined)
  }

  /** Opens the vault, with the passphrase or by whatever the keychain wants. */
  async unlock(request: UnlockRequest): Promise<void> {
    await this.#host.ask('unlock', request)
  }

  /** Moves the data key to another store. */
  async moveVault(ask: Asks['vault:move']): Promise<Answers['vault:move']> {
    const { accounts, notice } = await this.#host.ask('move_vault', ask)
    return { accounts, ...(notice === undefined ? {} : { notice }) }
  }

  wake(): Promise<void> {
    return this.#host.wake('person')
  }

  quit(): void {
    app.quit()
  }

  async #link(login: string): Promise<string> {
    return (await this.#host.ask('login_link', { id: login })).authorization_url
  }

  #row(account: string): AccountStatus {
    const row = this.#host.snapshot()?.accounts.find(({ id }) => id === account)
    if (row === undefined) throw new BrokerError('unknown_account', 'This account is not there any more.')
    return row
  }
}
