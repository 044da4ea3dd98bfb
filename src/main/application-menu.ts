import { Menu } from 'electron'

/** macOS takes Copy, Paste and Quit from the application menu. Elsewhere there is none, which also removes Reload and the like. */
export function setupApplicationMenu(platform: NodeJS.Platform): void {
  const mac = platform === 'darwin'
  Menu.setApplicationMenu(mac ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }]) : null)
}
