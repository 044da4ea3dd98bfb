import { app, clipboard, shell } from 'electron'
import type { HostCommands } from '../host/handle.ts'
import type { Answers } from '../ipc/channels.ts'
import { type AccountStatus, type ApprovalDecision, BrokerError, type UnlockRequest } from '../protocol/index.ts'
import { mayOpenExternally } from './external-url.ts'
import type { HostLink } from './host-link.ts'

/** What the person can do, from the menu and from the window alike. Every action rejects with a BrokerError. */
export class Actions {
  readonly #host: HostLink
  readonly #ownLogins: Map<string, string>

  /** `ownLogins` receives the logins that were started here with their rows, as the person is told how they end. */
  constructor(host: HostLink, ownLogins: Map<string, string>) {
    this.#host = host
    this.#ownLogins = ownLogins
  }

  /**
   * Starts a login, or joins it, and sends the browser to it. A login that waits for a pasted response does not open the
   * browser by itself: the person first has to read what to bring back.
   */
  async signIn(account: string): Promise<Answers['login:start']> {
    const row = this.#row(account)
    const started = await this.#host.ask('start_login', requestFor(row))
    this.#ownLogins.set(started.id, account)
    if (started.prompt.kind === 'browser') await openInBrowser(started.authorization_url)
    return { login: started.id, waits: started.prompt.kind }
  }

  async openAgain(login: string): Promise<void> {
    await openInBrowser(await this.#link(login))
  }

  async copyLink(login: string): Promise<void> {
    clipboard.writeText(await this.#link(login))
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

  signOut(account: string): Promise<HostCommands['sign_out']['answer']> {
    return this.#host.ask('sign_out', { id: account })
  }

  async refresh(account: string): Promise<void> {
    await this.#host.ask('refresh', { id: account })
  }

  async setDisabled(account: string, disabled: boolean): Promise<void> {
    await this.#host.ask('change_account', { id: account, change: { disabled } })
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

/** A row without an account carries its provider's id. */
function requestFor(row: AccountStatus): HostCommands['start_login']['ask'] {
  return row.id === row.provider ? { provider: row.provider } : { provider: row.provider, account: row.id }
}

async function openInBrowser(url: string): Promise<void> {
  if (!mayOpenExternally(url)) {
    throw new BrokerError('login_failed', 'The sign-in page has an address that is not opened from here.')
  }
  try {
    await shell.openExternal(url)
  } catch {
    // The cause would repeat the address, which carries the `state` value.
    throw new BrokerError('temporarily_unavailable', 'No browser could be opened.', {
      fix: 'Copy the sign-in link and open it in a browser yourself. The sign-in goes on waiting.',
    })
  }
}
