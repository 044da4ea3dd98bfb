import { app } from 'electron'
import { log } from './log.ts'

/** Takes the lock of this home. When another instance has it, that one shows itself and this one ends. */
export function takeInstanceLock(): boolean {
  if (app.requestSingleInstanceLock()) return true
  log('is running already and shows its window now.')
  app.exit(0)
  return false
}

/** A second start, or a click on the dock of macOS, is the way back when the icon or the window is not there. */
export function setupSecondInstance(showAgain: () => void): void {
  app.on('second-instance', showAgain)
  app.on('activate', showAgain)
}
