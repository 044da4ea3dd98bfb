import { app, type Session } from 'electron'
import { rendererUrl } from './renderer-file.ts'

/** Nothing that the app shows ever leaves its one page, opens another one or embeds one. */
export function setupWebContentsLock(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-frame-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
  app.on('session-created', lockSession)
}

/** No page gets a permission or a device, whether it asks aloud or only checks. The window copies through main, not by itself. */
function lockSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => event.preventDefault())
}

/** Whether an IPC message comes from the page of our window itself, not from a frame in it or from another page. */
export function isOurPage(frame: { readonly url: string; readonly parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && frame.url === rendererUrl
}
