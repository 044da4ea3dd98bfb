import { type Asker, type Broker, type GrantVault, type Ledger, moveVault, unlockVault } from '../core/index.ts'
import { type MovedLoginDesk, type ShareDesk, takeOver } from '../server/index.ts'
import type { BrokerLog } from './broker-log.ts'
import type { HostCommandName, HostCommands } from './handle.ts'
import type { RefreshChoice } from './refresh-choice.ts'
import type { TokenFiles } from './token-files.ts'

export interface CommandContext {
  readonly broker: Broker
  readonly vault: GrantVault
  readonly ledger: Pick<Ledger, 'read'>
  readonly tokenFiles: Pick<TokenFiles, 'list' | 'put' | 'remove'>
  readonly movedLogins: MovedLoginDesk
  readonly shares: ShareDesk | undefined
  readonly refresh: RefreshChoice
  readonly log: Pick<BrokerLog, 'choose'>
  /** Told of a `wake` as well, after the broker. */
  readonly onWake: () => void
}

type Handlers = {
  readonly [Each in HostCommandName]: (ask: HostCommands[Each]['ask']) => Promise<HostCommands[Each]['answer']>
}

/** What the app asks of the host, answered by the default vault. Rejects with a BrokerError. */
export async function answer<Name extends HostCommandName>(
  context: CommandContext,
  name: Name,
  value: HostCommands[Name]['ask'],
): Promise<HostCommands[Name]['answer']> {
  const { broker, vault, ledger, tokenFiles, shares } = context
  const handlers: Handlers = {
    start_login: (ask) => broker.startLogin(ask),
    login_link: async ({ id }) => ({ authorization_url: broker.loginLink(id) }),
    login_status: ({ id }) => broker.loginStatus(id),
    submit_response: ({ id, pasted }) => broker.submitResponse(id, pasted),
    cancel_login: ({ id }) => broker.cancelLogin(id),
    sign_out: ({ id }) => broker.accounts.signOut(id),
    lock: () => broker.lock(),
    unlock: (ask) => unlockVault(vault, ask),
    move_vault: (ask) => moveVault(vault, ask),
    refresh: ({ id }) => broker.accounts.refresh(id),
    change_account: async ({ id, change }) => broker.accounts.change(id, change),
    decide_login: ({ id, decision }) => broker.decideLogin(id, decision),
    add_key: (ask) => broker.accounts.addKey(ask),
    check: ({ id }) => broker.accounts.check(id, 30_000),
    copy_token: ({ id }) => broker.accounts.copyToken(id),
    usage: () => broker.accounts.look(),
    providers: async () => broker.accounts.providers(),
    decide: async ({ approval, decision }) => broker.clients.decide(approval, decision),
    policy: async () => broker.clients.policy(),
    set_ask: async ({ ask }) => broker.clients.setAsk(ask),
    remove_rule: async ({ client }) => broker.clients.removeRule(client),
    ledger: ({ limit }) => ledger.read(limit),
    last_hand_out: async () => broker.accounts.lastHandOut(),
    explain: async ({ selector }) => broker.accounts.explain(selector, 'unnamed'),
    put_token_file: ({ tool, account, path }) => tokenFiles.put(tool, { account, path }),
    token_files: async () => tokenFiles.list(),
    remove_token_file: async ({ tool }) => {
      await tokenFiles.remove(tool)
      return undefined
    },
    shares: async () => shares?.list() ?? [],
    end_share: async ({ id }) => {
      shares?.revoke(id)
      return shares?.list() ?? []
    },
    ...foreignHandlers(context),
    ...processHandlers(context),
  }
  return handlers[name](value)
}

/** What concerns the logins of other programs, which the app looks at with the consent of the person. */
function foreignHandlers({
  broker: { accounts },
  movedLogins,
}: CommandContext): Pick<Handlers, 'fingerprints' | 'import_login' | 'moved_logins' | 'return_login'> {
  return {
    fingerprints: async ({ key }) => accounts.fingerprints(key),
    import_login: (ask) => takeOver(accounts, movedLogins, ask),
    moved_logins: async () => movedLogins.list(),
    return_login: ({ account, program }) => movedLogins.returnLogin(account, program),
  }
}

/** What is for every vault of the process. */
function processHandlers({
  broker,
  refresh,
  log,
  onWake,
}: CommandContext): Pick<Handlers, 'set_refresh_ahead' | 'set_log_level' | 'wake'> {
  const wake = (asker?: Asker) => {
    broker.wake(asker)
    onWake()
  }
  return {
    set_refresh_ahead: async ({ on }) => {
      // What fell due meanwhile would wait for the next look at the deadlines.
      if (refresh.choose(on)) wake('program')
      return undefined
    },
    set_log_level: async ({ level }) => {
      log.choose(level)
      return undefined
    },
    wake: async (ask) => {
      wake(ask?.asker)
      return undefined
    },
  }
}
