import { assertNever } from '../core/assert-never.ts'
import { BrokerError } from '../protocol/index.ts'
import type { Actions } from './actions.ts'
import type { AppWindow } from './app-window.ts'
import type { MenuAction } from './menu-model.ts'
import { problemFrom } from './problem.ts'
import type { SettingsDesk } from './settings-desk.ts'

/** Does what a menu item says. A failure opens the window, as a menu cannot show one. */
export function menuRunner(actions: Actions, window: AppWindow, desk: SettingsDesk): (action: MenuAction) => void {
  return (action) => {
    runMenuAction(action, actions, window, desk).catch((error: unknown) => {
      window.show({ kind: 'problem', problem: problemFrom(error), ...('account' in action ? { account: action.account } : {}) })
    })
  }
}

async function runMenuAction(action: MenuAction, actions: Actions, window: AppWindow, desk: SettingsDesk): Promise<void> {
  switch (action.kind) {
    case 'sign_in':
      return signIn(action.account, actions, window)
    case 'open_again':
      return actions.openAgain(action.login)
    case 'copy_link':
      return actions.copyLink(action.login)
    case 'copy_code':
      return actions.copyCode(action.login)
    case 'paste':
      return window.show({ kind: 'paste', login: action.login })
    case 'cancel_login':
      return actions.cancel(action.login)
    case 'decide_login':
      return actions.decideLogin(action.login, action.decision)
    case 'add_account':
      return window.show({ kind: 'sign_in', account: action.account, why: 'another' })
    case 'check':
      return window.show({ kind: 'checked', check: await actions.check(action.account) })
    case 'sign_out':
      return window.show({ kind: 'confirm_sign_out', account: action.account })
    case 'copy_token':
      return actions.copyToken(action.account)
    case 'refresh':
      return actions.refresh(action.account)
    case 'set_disabled':
      return actions.setDisabled(action.account, action.disabled)
    case 'decide':
      return actions.decide(action.approval, action.decision)
    case 'lock':
      return actions.lock()
    case 'unlock':
      return actions.unlock({})
    case 'switch':
      await desk.change({ [action.name]: action.on })
      return
    case 'wake':
      return actions.wake()
    case 'open':
      return window.show(action.page === undefined ? undefined : { kind: 'page', page: action.page })
    case 'quit':
      return actions.quit()
    default:
      return assertNever(action)
  }
}

/** What the person has to read or type is in the window: the rule card, what to bring back, the code. */
async function signIn(account: string, actions: Actions, window: AppWindow): Promise<void> {
  try {
    const { login, waits } = await actions.signIn({ account })
    if (waits === 'paste') window.show({ kind: 'paste', login })
    if (waits === 'device') window.show()
  } catch (error) {
    if (!(error instanceof BrokerError && error.code === 'rules_not_accepted')) throw error
    window.show({ kind: 'sign_in', account, why: 'rules' })
  }
}
