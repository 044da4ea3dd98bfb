import { app } from 'electron'
import type { HostLink } from './host-link.ts'
import { log } from './log.ts'
import { ScreenLock } from './screen-lock.ts'
import { watchScreen } from './screen-watch.ts'
import { keptLockWithScreen, settings } from './settings.ts'
import { SwitchBoard } from './switch-board.ts'

/** Makes the switches of the menu and what they switch; `onChange` is called whenever one of them may look different. */
export function setupSwitches(host: HostLink, onChange: () => void): SwitchBoard {
  const screenLock = new ScreenLock(host, watchScreen(process.platform))
  app.once('will-quit', () => screenLock.stop())
  const switches = new SwitchBoard(
    host,
    {
      read: keptLockWithScreen,
      write: async (on) => (await settings()).set('lockWithScreen', on),
      follow: (on) => screenLock.follow(on),
    },
    onChange,
  )
  switches.start().catch(() => log('the screen cannot be followed here, so that it does not lock the vault.'))
  return switches
}
