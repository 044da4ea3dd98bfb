import { Menu, nativeImage, Tray } from 'electron'
import type { HostLink } from './host-link.ts'
import { nativeMenu } from './native-menu.ts'
import { paths } from './paths.ts'
import type { Area } from './popover-placement.ts'
import { type MenuAction, trayMenu } from './tray-menu.ts'
import { trayState } from './tray-state.ts'

/** The tray icon. It can be made anew, because a tray that starts after the app never learns of the icon otherwise. */
export class TrayIcon {
  readonly #host: HostLink
  readonly #run: (action: MenuAction) => void
  readonly #onClick: () => void
  #tray: Tray | undefined
  #menu: Menu | undefined
  #drawn = ''

  constructor(host: HostLink, run: (action: MenuAction) => void, onClick: () => void) {
    this.#host = host
    this.#run = run
    this.#onClick = onClick
  }

  /** Makes the icon, in place of the present one if there is one. */
  recreate(): void {
    this.#tray?.destroy()
    const { icon } = trayState(this.#host.snapshot(), this.#host.problem())
    this.#tray = new Tray(nativeImage.createFromPath(paths.icon(icon)))
    this.#tray.on('click', this.#onClick)
    // On macOS a menu that is set would open with the left button too, in place of the popover.
    this.#tray.on('right-click', () => {
      if (process.platform === 'darwin') this.#tray?.popUpContextMenu(this.#menu)
    })
    this.#drawn = ''
    this.draw()
  }

  /** Shows the present state. The menu is built anew, as Linux shows no change of an item within one. */
  draw(): void {
    const tray = this.#tray
    if (tray === undefined) return
    const snapshot = this.#host.snapshot()
    const problem = this.#host.problem()
    const state = trayState(snapshot, problem)
    const menu = trayMenu(snapshot, problem)
    // A snapshot often changes nothing that is shown here, and an open menu closes when it is replaced.
    const drawing = JSON.stringify([state, menu])
    if (drawing === this.#drawn) return
    this.#drawn = drawing
    tray.setImage(nativeImage.createFromPath(paths.icon(state.icon)))
    tray.setToolTip(state.tooltip)
    this.#menu = Menu.buildFromTemplate(nativeMenu(menu, this.#run))
    if (process.platform !== 'darwin') tray.setContextMenu(this.#menu)
  }

  /** Empty on Linux. */
  bounds(): Area | undefined {
    return this.#tray?.getBounds()
  }
}

/** Shows the icon and keeps it up to date. */
export function setupTray(host: HostLink, run: (action: MenuAction) => void, onClick: () => void): TrayIcon {
  const icon = new TrayIcon(host, run, onClick)
  icon.recreate()
  host.onChange(() => icon.draw())
  return icon
}
