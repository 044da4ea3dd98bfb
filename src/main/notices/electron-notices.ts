import { Notification } from 'electron'
import type { NoticeDesktop } from './desktop-notices.ts'

/**
 * The notifications of Electron. On Linux, it offers the desktop no button but an unseen one for a click, and hands the text on with
 * whatever looks like markup in it.
 */
export function electronNotices(platform: NodeJS.Platform): NoticeDesktop {
  const hasButtons = platform === 'darwin' || platform === 'win32'
  return {
    show({ title, body, buttons, click, urgent }, { chosen, closed }, before) {
      before?.close()
      if (!Notification.isSupported()) {
        closed()
        return { close() {} }
      }
      const notification = new Notification({
        title,
        body,
        ...(urgent ? { urgency: 'critical', timeoutType: 'never' } : {}),
        ...(hasButtons ? { actions: buttons.map(({ label }) => ({ type: 'button', text: label })) } : {}),
      })
      notification.on('click', () => chosen(click))
      // Electron 33 has the number of the button in the second place only.
      notification.on('action', (details, index: number | undefined) => {
        const button = buttons[details.actionIndex ?? index ?? -1]
        if (button !== undefined) chosen(button.action)
      })
      // Windows keeps what has left the screen where it can still be clicked.
      if (platform !== 'win32') notification.on('close', closed)
      notification.on('failed', closed)
      notification.show()
      return { close: () => notification.close() }
    },
  }
}
