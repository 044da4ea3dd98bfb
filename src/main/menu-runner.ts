import { assertNever } from '../core/assert-never.ts'
import type { Actions } from './actions.ts'
import type { AppWindow } from './app-window.ts'
import type { MenuAction } from './menu-model.ts'
import { problemFrom } from './problem.ts'
import type { SwitchBoard } from './switch-board.ts'

/** Does what a menu item says. A failure opens the window, as a menu cannot show one. */
export function menuRunner(actions: Actions, window: AppWindow, switches: SwitchBoard): (action: MenuAction) => void {
  return (action) => {
    runMenuAction(action, actions, window, switches).catch((error: unknown) => {
      window.show({ kind: 'problem', problem: problemFrom(error), ...('account' in action ? { account: action.account } : {}) })
    })
  }
}

async function runMenuAction(action: MenuAction, actions: Actions, window: AppWindow, switches: SwitchBoard): Promise<void> {
  switch (action.kind) {
    case 'sign_in': {
      const { login, waits } = await actions.signIn(action.account)
      if (waits === 'paste') window.show({ kind: 'paste', login })
      return
    }
    case 'open_again':
      return actions.openAgain(action.login)
    case 'copy_link':
      return actions.copyLink(action.login)
    case 'paste':
      return window.show({ kind: 'paste', login: action.login })
    case 'cancel_login':
      return actions.cancel(action.login)
    case 'sign_out':
      return window.show({ kind: 'confirm_sign_out', account: action.account })
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
      return switches.set(action.name, action.on)
    case 'wake':
      return actions.wake()
    case 'open':
      return window.show()
    case 'quit':
      return actions.quit()
    default:
      return assertNever(action)
  }
}
