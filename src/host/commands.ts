import { type Broker, type GrantVault, Secret } from '../core/index.ts'
import type { HostCommandName, HostCommands } from './handle.ts'

export interface CommandContext {
  readonly broker: Broker
  readonly vault: GrantVault
  /** Told of a `wake` as well, after the broker. */
  readonly onWake: () => void
}

/** What the app asks of the host, answered by the default vault. Rejects with a BrokerError. */
export async function answer<Name extends HostCommandName>(
  { broker, vault, onWake }: CommandContext,
  name: Name,
  value: HostCommands[Name]['ask'],
): Promise<HostCommands[Name]['answer']> {
  const handlers: {
    readonly [Each in HostCommandName]: (ask: HostCommands[Each]['ask']) => Promise<HostCommands[Each]['answer']>
  } = {
    start_login: (ask) => broker.startLogin(ask),
    login_link: async ({ id }) => ({ authorization_url: broker.loginLink(id) }),
    login_status: ({ id }) => broker.loginStatus(id),
    submit_response: ({ id, pasted }) => broker.submitResponse(id, pasted),
    cancel_login: ({ id }) => broker.cancelLogin(id),
    sign_out: ({ id }) => broker.accounts.signOut(id),
    lock: () => broker.lock(),
    unlock: ({ passphrase }) => vault.unlock(passphrase === undefined ? undefined : new Secret(passphrase)),
    refresh: ({ id }) => broker.accounts.refresh(id),
    change_account: async ({ id, change }) => broker.accounts.change(id, change),
    decide_login: ({ id, decision }) => broker.decideLogin(id, decision),
    add_key: (ask) => broker.accounts.addKey(ask),
    check: ({ id }) => broker.accounts.check(id, 30_000),
    providers: async () => broker.accounts.providers(),
    decide: async ({ approval, decision }) => broker.clients.decide(approval, decision),
    policy: async () => broker.clients.policy(),
    set_ask: async ({ ask }) => broker.clients.setAsk(ask),
    wake: async (ask) => {
      broker.wake(ask?.asker)
      onWake()
      return undefined
    },
  }
  return handlers[name](value)
}
