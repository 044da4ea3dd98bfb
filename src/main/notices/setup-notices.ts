import { join } from 'node:path'
import { app } from 'electron'
import type { MenuAction } from '../menu-model.ts'
import { paths } from '../paths.ts'
import { DesktopNotices } from './desktop-notices.ts'
import { electronNotices } from './electron-notices.ts'
import { NoticeBoard, type NoticeSources } from './notice-board.ts'
import { notifySend } from './notify-send.ts'
import { ToldFile } from './told-file.ts'

/** Windows finds the shortcut of the app, without which it shows no notification, by the `appId` of electron-builder.yml. */
const windowsAppId = 'dev.tokentray.app'

/** The notifications of this desktop; `run` does what is chosen in one. */
export function setupDesktopNotices(platform: NodeJS.Platform, run: (action: MenuAction) => void): DesktopNotices {
  if (platform === 'win32') app.setAppUserModelId(windowsAppId)
  const own = electronNotices(platform)
  // Inside of the archive of a packaged app, no other program can read a picture; the installed one has a name.
  const icon = app.isPackaged ? 'tokentray' : paths.appIcon
  const desktop = platform === 'linux' ? notifySend({ env: process.env, icon, otherwise: own }) : own
  const notices = new DesktopNotices(desktop, run)
  app.once('will-quit', () => notices.takeBackAll())
  return notices
}

/** Begins to tell the person what needs them. */
export function setupNoticeBoard(sources: NoticeSources, notices: DesktopNotices): NoticeBoard {
  const board = new NoticeBoard(sources, notices, new ToldFile(join(app.getPath('userData'), 'notices.json')))
  void board.start()
  return board
}
