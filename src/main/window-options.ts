import type { BrowserWindowConstructorOptions } from 'electron'
import type { Surroundings } from '../ipc/channels.ts'
import { paths } from './paths.ts'

export type Frame = Surroundings['frame']

/** Width of the popover in CSS pixels; the height follows the content within these bounds. */
export const popoverWidth = 360
export const heightBounds = { least: 120, most: 640 } as const

/** The session of the window has no `persist:` prefix, so that it writes nothing to the disk. */
export const windowPartition = 'window'

/** Everything that is the same for every window of the app; the first block is what keeps a page away from Node. */
export function windowOptions(frame: Frame, dark: boolean): BrowserWindowConstructorOptions {
  return {
    webPreferences: {
      preload: paths.preload,
      partition: windowPartition,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
    show: false,
    title: 'TokenTray',
    icon: paths.appIcon,
    width: popoverWidth,
    height: heightBounds.least,
    maximizable: false,
    fullscreenable: false,
    // The colour of the page, so that a window that shows before its page has drawn does not flash.
    backgroundColor: dark ? '#202124' : '#fbfbfa',
    ...(frame === 'popover'
      ? { frame: false, resizable: false, movable: false, minimizable: false, skipTaskbar: true, alwaysOnTop: true }
      : { minWidth: 320, minHeight: 240, height: 320, autoHideMenuBar: true }),
  }
}
