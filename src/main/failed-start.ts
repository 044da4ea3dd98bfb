import { app, dialog } from 'electron'
import { preferredLanguage } from '../ipc/words/index.ts'
import { errorTable } from '../protocol/index.ts'
import { log } from './log.ts'
import { problemFrom } from './problem.ts'

/**
 * Says why the app cannot run here, for example that a daemon holds the socket and which one, and ends with the exit code of
 * that error. A dialog waits for a person, so that tests ask for words on standard error alone.
 */
export async function endAfterFailedStart(error: unknown): Promise<void> {
  const { code, description, fix } = problemFrom(error)
  log(fix === undefined ? description : `${description} ${fix}`)
  if (process.env.TOKENTRAY_TEST !== '1') {
    await app.whenReady()
    const { controls } = preferredLanguage(app.getPreferredSystemLanguages()).words
    await dialog.showMessageBox({
      type: code === 'already_running' ? 'info' : 'error',
      title: 'TokenTray',
      message: code === 'already_running' ? controls.alreadyRunning : controls.cannotStart,
      detail: fix === undefined ? description : `${description}\n\n${fix}`,
    })
  }
  app.exit(errorTable[code].exit)
}
