import { ipcMain } from 'electron'
import type { Asks } from '../ipc/asks.ts'
import type { Answers, Channel, Reply } from '../ipc/channels.ts'
import { BrokerError } from '../protocol/index.ts'
import type { Actions } from './actions.ts'
import type { AppWindow } from './app-window.ts'
import type { OtherLogins } from './other-logins.ts'
import { problemFrom } from './problem.ts'
import type { SettingsDesk } from './settings-desk.ts'
import type { ToolActions } from './tool-actions.ts'
import type { UsageWatch } from './usage-watch.ts'
import type { ViewSource } from './view.ts'

type Handlers = { readonly [Name in Channel]: (ask: Asks[Name]) => Answers[Name] | Promise<Answers[Name]> }

type OtherLoginChannel = Extract<Channel, `radar:${string}` | `moved:${string}`>

/** What the window can reach. */
export interface WindowReach {
  readonly actions: Actions
  readonly tools: ToolActions
  readonly others: OtherLogins
  readonly usage: Pick<UsageWatch, 'look'>
  readonly desk: SettingsDesk
  readonly window: AppWindow
  readonly view: ViewSource
}

/** Answers the channels of the map. A message that is not from our page rejects; everything else is a reply. */
export function setupIpc({ actions, tools, others, usage, desk, window, view }: WindowReach): void {
  const handlers: Handlers = {
    'view:get': () => view.current(),
    'intent:take': () => desk.shownIntent(window.takeIntent()),
    'providers:get': () => actions.providers(),
    'provider:open': (page) => nothing(actions.openProviderPage(page)),
    'login:start': (ask) => actions.signIn(ask),
    'login:open-again': ({ login }) => nothing(actions.openAgain(login)),
    'login:copy-link': ({ login }) => nothing(actions.copyLink(login)),
    'login:copy-code': ({ login }) => nothing(actions.copyCode(login)),
    'login:cancel': ({ login }) => nothing(actions.cancel(login)),
    'login:paste': ({ login, pasted }) => nothing(actions.paste(login, pasted)),
    'login:decide': ({ login, decision }) => nothing(actions.decideLogin(login, decision)),
    'account:add-key': (ask) => actions.addKey(ask),
    'account:check': ({ account }) => actions.check(account),
    'account:copy-token': ({ account }) => nothing(actions.copyToken(account)),
    'account:refresh': ({ account }) => nothing(actions.refresh(account)),
    'account:set-label': ({ account, label }) => nothing(actions.setLabel(account, label)),
    'rules:get': () => tools.rules(),
    'rule:remove': ({ client }) => tools.removeRule(client),
    'activity:get': () => tools.activity(),
    'usage:look': () => nothing(usage.look()),
    'tools:get': () => tools.tools(),
    'token-files:get': () => tools.tokenFiles(),
    'shares:get': () => tools.shares(),
    'share:end': ({ share }) => tools.endShare(share),
    'tool:plan': (ask) => tools.plan(ask),
    'tool:connect': (ask) => tools.connect(ask),
    'tool:plan-disconnect': ({ tool }) => tools.planDisconnection(tool),
    'tool:disconnect': ({ tool }) => tools.disconnect(tool),
    ...otherLoginHandlers(others),
    'vault:move': (ask) => actions.moveVault(ask),
    'settings:get': () => desk.view(),
    'settings:change': (change) => desk.change(change),
    'settings:reset': () => desk.reset(),
    'welcome:done': () => nothing(desk.endWelcome()),
    'account:sign-out': ({ account }) => actions.signOut(account),
    'account:set-disabled': ({ account, disabled }) => nothing(actions.setDisabled(account, disabled)),
    'approval:decide': ({ approval, decision }) => nothing(actions.decide(approval, decision)),
    'vault:lock': () => nothing(actions.lock()),
    'vault:unlock': (request) => nothing(actions.unlock(request)),
    'broker:wake': () => nothing(actions.wake()),
    'window:fit': ({ height }) => nothing(window.fit(height)),
    'window:close': () => nothing(window.close()),
    'app:quit': () => nothing(actions.quit()),
  }
  for (const channel of Object.keys(handlers) as Channel[]) {
    ipcMain.handle(channel, (event, value: unknown) => {
      if (!window.isPage(event.senderFrame)) throw new Error('This page may not ask.')
      return answer(channel, value, handlers)
    })
  }
}

/** The logins of other programs. */
function otherLoginHandlers(others: OtherLogins): Pick<Handlers, OtherLoginChannel> {
  return {
    'radar:get': () => others.radar(),
    'radar:allow': (ask) => others.allow(ask),
    'radar:ignore': ({ finding }) => others.ignore(finding),
    'radar:move': (ask) => others.move(ask),
    'moved:get': () => others.movedHere(),
    'moved:give-back': (ask) => others.giveBack(ask),
  }
}

async function answer<Name extends Channel>(channel: Name, value: unknown, handlers: Handlers): Promise<Reply<Answers[Name]>> {
  try {
    // Loaded with the first message, because the schema library would delay the host and the tray icon at every start.
    const { asks } = await import('../ipc/asks.ts')
    const parsed = asks[channel].safeParse(value)
    if (!parsed.success) throw new BrokerError('invalid_request', 'The window asked for something that does not exist.')
    // The schema of the channel has just been applied, which the compiler cannot follow through the index.
    return { ok: true, value: await handlers[channel](parsed.data as Asks[Name]) }
  } catch (error) {
    return { ok: false, problem: problemFrom(error) }
  }
}

/** Waits for an action that answers with nothing, and answers with nothing whatever it resolves to. */
async function nothing(done: void | Promise<void>): Promise<undefined> {
  await done
}
