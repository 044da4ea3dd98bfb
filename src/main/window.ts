import { app, BrowserWindow, nativeTheme, screen, session } from 'electron'
import { serveRenderer } from './app-protocol.ts'
import { AppWindow } from './app-window.ts'
import { log } from './log.ts'
import type { Area } from './popover-placement.ts'
import type { Settings } from './settings.ts'
import { type Frame, windowOptions, windowPartition } from './window-options.ts'

/** Makes the window's maker. `stays` is called when the person closes it for the first time and nothing but the broker is left. */
export function setupWindow(
  frame: () => Frame,
  trayBounds: () => Area | undefined,
  settings: Settings,
  stays: () => void,
): AppWindow {
  let quitting = false
  app.once('before-quit', () => {
    quitting = true
  })
  return new AppWindow(frame, windowMaker(), {
    popover() {
      const anchor = anchorOf(trayBounds())
      return { anchor, workArea: screen.getDisplayNearestPoint(anchor).workArea }
    },
    async remembered() {
      const bounds = settings.current().windowBounds
      return bounds !== undefined && isReachable(bounds) ? bounds : undefined
    },
    remember(bounds) {
      const toSay = !quitting && !settings.current().knowsThatItStays
      if (toSay) stays()
      const change = toSay ? { windowBounds: bounds, knowsThatItStays: true } : { windowBounds: bounds }
      settings.change(change).catch(() => log('where the window was could not be kept.'))
    },
  })
}

/** The session is made with the first window: its part of the network process is 5 MB that an app without a window can spare. */
function windowMaker(): (frame: Frame) => BrowserWindow {
  let served = false
  return (frame) => {
    if (!served) serveRenderer(session.fromPartition(windowPartition))
    served = true
    return new BrowserWindow(windowOptions(frame, nativeTheme.shouldUseDarkColors))
  }
}

/** Linux reports an empty tray icon, so that the pointer, which has just clicked it, stands for it. */
function anchorOf(tray: Area | undefined): { x: number; y: number } {
  if (tray === undefined || tray.width === 0) return screen.getCursorScreenPoint()
  return { x: Math.round(tray.x + tray.width / 2), y: Math.round(tray.y + tray.height / 2) }
}

/** A place on a screen that has been unplugged since would hide the window. */
function isReachable(bounds: Area): boolean {
  const { workArea } = screen.getDisplayMatching(bounds)
  return (
    bounds.x < workArea.x + workArea.width &&
    bounds.x + bounds.width > workArea.x &&
    bounds.y < workArea.y + workArea.height &&
    bounds.y + bounds.height > workArea.y
  )
}
