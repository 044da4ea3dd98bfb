import { Menu, Tray } from 'electron'
import { toEpochSeconds } from '../core/clock.ts'
import type { Language } from '../ipc/words/index.ts'
import type { AccountUsage, BrokerSnapshot } from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'
import type { MenuAction, Switches } from './menu-model.ts'
import { nativeMenu } from './native-menu.ts'
import type { Area } from './popover-placement.ts'
import { trayMenu } from './tray-menu.ts'
import { onPanelChange, presentTrayPicture, trayPicture } from './tray-picture.ts'
import { trayState } from './tray-state.ts'

/** What the menu shows besides the state of the broker. */
export interface TrayContext {
  readonly switches: Switches
  readonly usage: readonly AccountUsage[]
  readonly language: Language
  /** Undefined while there is no broker; masked where the person wants it so. */
  readonly snapshot: BrokerSnapshot | undefined
}

/** The tray icon. It can be made anew, because a tray that starts after the app never learns of the icon otherwise. */
export class TrayIcon {
  readonly #host: HostLink
  readonly #context: () => TrayContext
  readonly #run: (action: MenuAction) => void
  readonly #onClick: () => void
  #tray: Tray | undefined
  #menu: Menu | undefined
  #drawn = ''

  constructor(host: HostLink, context: () => TrayContext, run: (action: MenuAction) => void, onClick: () => void) {
    this.#host = host
    this.#context = context
    this.#run = (action) => {
      // Where the menu is the desktop's, it moves the tick of a check box by itself, so that what it shows is not known any more.
      if (action.kind === 'switch') this.#drawn = ''
      run(action)
    }
    this.#onClick = onClick
    onPanelChange(() => this.draw())
  }

  /** Makes the icon, in place of the present one if there is one. */
  recreate(): void {
    this.#tray?.destroy()
    const { snapshot, language } = this.#context()
    const { picture } = trayState(snapshot, this.#host.problem(), language.words)
    this.#tray = new Tray(trayPicture(presentTrayPicture(picture)))
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
    const context = this.#context()
    const problem = this.#host.problem()
    const state = trayState(context.snapshot, problem, context.language.words)
    const menu = trayMenu({ ...context, problem, now: toEpochSeconds(Date.now()) })
    const picture = presentTrayPicture(state.picture)
    // A snapshot often changes nothing that is shown here, and an open menu closes when it is replaced.
    const drawing = JSON.stringify([picture, state, menu])
    if (drawing === this.#drawn) return
    this.#drawn = drawing
    tray.setImage(trayPicture(picture))
    tray.setToolTip(state.tooltip)
    this.#menu = Menu.buildFromTemplate(nativeMenu(menu, this.#run))
    if (process.platform !== 'darwin') tray.setContextMenu(this.#menu)
  }

  /** Empty on Linux. */
  bounds(): Area | undefined {
    return this.#tray?.getBounds()
  }
}
