import { app } from 'electron'
import { log } from './log.ts'
import { hiddenSwitch } from './start-at-login.ts'

/** Takes the lock of this home. When another instance has it, that one shows itself and this one ends. */
export function takeInstanceLock(): boolean {
  if (app.requestSingleInstanceLock()) return true
  log('is running already and shows its window now.')
  app.exit(0)
  return false
}

/**
 * A second start, or a click on the dock of macOS, is the way back when the icon or the window is not there. A second start with the
 * login is nobody's wish to see something: a session that is restored starts what ran before beside it.
 */
export function setupSecondInstance(showAgain: () => void): void {
  app.on('second-instance', (_event, argv) => {
    if (!argv.includes(hiddenSwitch)) showAgain()
  })
  app.on('activate', showAgain)
}
