import type { BrowserWindow, Rectangle, WebFrameMain } from 'electron'
import type { EventChannel, Events, Intent } from '../ipc/channels.ts'
import { log } from './log.ts'
import { type Placement, placePopover } from './popover-placement.ts'
import { rendererUrl } from './renderer-file.ts'
import { isOurPage } from './web-contents-lock.ts'
import { type Frame, heightBounds, popoverWidth } from './window-options.ts'

/** Where the window goes; a popover beside the pointer, a window where the person left it. */
export interface WindowPlaces {
  popover(): Omit<Placement, 'size'>
  remembered(): Promise<Rectangle | undefined>
  remember(bounds: Rectangle): void
}

/** Milliseconds in which a click on the tray icon counts as the one that closed the popover by taking its focus. */
const sameClick = 300
/** Milliseconds after which the window shows even though its page has not said how tall it is. */
const patience = 800

/** The one window, made when it is wanted and destroyed when it closes: a hidden one would keep 50 MB for nothing. */
export class AppWindow {
  readonly #places: WindowPlaces
  readonly #frame: () => Frame
  readonly #create: (frame: Frame) => BrowserWindow
  #window: BrowserWindow | undefined
  #shownAs: Frame = 'popover'
  #intent: Intent | undefined
  #closedAt = 0
  #place: Omit<Placement, 'size'> | undefined
  /** Whether the person has settled the size of the window in an earlier start. */
  #sized = false

  /** `frame` is asked each time, as a tray can come and go; `create` makes a window that is not shown yet. */
  constructor(frame: () => Frame, create: (frame: Frame) => BrowserWindow, places: WindowPlaces) {
    this.#frame = frame
    this.#create = create
    this.#places = places
  }

  /** How the open window is framed; what matters to its page. */
  frame(): Frame {
    return this.#window === undefined ? this.#frame() : this.#shownAs
  }

  /** Opens the window or brings it to the front, and hands `intent` to its page. */
  show(intent?: Intent): void {
    if (intent !== undefined) this.leave(intent)
    if (this.#window === undefined) void this.#open()
    else this.#reveal(this.#window)
  }

  /** What a click on the tray icon does: opens the window, brings one that is behind others to the front, or closes it. */
  toggle(): void {
    const closedByThisClick = this.#window === undefined && Date.now() - this.#closedAt < sameClick
    const inFront = this.#window?.isFocused() || (this.#window !== undefined && this.#shownAs === 'popover')
    if (inFront) this.close()
    else if (!closedByThisClick) this.show()
  }

  close(): void {
    this.#window?.close()
  }

  /** Keeps `intent` for the page without opening a window; an open one hears of it at once. */
  leave(intent: Intent): void {
    this.#intent = intent
    this.send('intent:waiting', undefined)
  }

  takeIntent(): Intent | undefined {
    const intent = this.#intent
    this.#intent = undefined
    return intent
  }

  send<Name extends EventChannel>(channel: Name, value: Events[Name]): void {
    this.#window?.webContents.send(channel, value)
  }

  /** Whether `frame` is the main frame of this window and still at our page. */
  isPage(frame: WebFrameMain | null): boolean {
    return this.#window !== undefined && frame === this.#window.webContents.mainFrame && isOurPage(frame)
  }

  /** Makes the popover as tall as its content. A window grows with it until the person has once settled its size. */
  fit(contentHeight: number): void {
    const window = this.#window
    if (window === undefined) return
    const height = Math.max(heightBounds.least, Math.min(contentHeight, heightBounds.most))
    if (this.#place !== undefined) {
      window.setBounds(placePopover({ ...this.#place, size: { width: popoverWidth, height } }))
    } else if (!this.#sized) {
      const [width = popoverWidth, present = 0] = window.getContentSize()
      if (height > present) window.setContentSize(width, height)
    }
    if (!window.isVisible()) this.#reveal(window)
  }

  async #open(): Promise<void> {
    const frame = this.#frame()
    const window = this.#create(frame)
    this.#window = window
    this.#shownAs = frame
    this.#sized = false
    // The place is settled now, because the pointer has moved on when the page says how tall it is.
    this.#place = frame === 'popover' ? this.#places.popover() : undefined
    window.removeMenu()
    window.once('closed', () => this.#forget(window))
    if (frame === 'popover') closeOnBlur(window)
    else await this.#restoreBounds(window)
    const loaded = await window.loadURL(rendererUrl).then(
      () => true,
      () => false,
    )
    if (!loaded && !window.isDestroyed()) log('the window could not load its page.')
    setTimeout(() => {
      if (!window.isDestroyed() && !window.isVisible()) this.#reveal(window)
    }, patience)
  }

  async #restoreBounds(window: BrowserWindow): Promise<void> {
    window.on('close', () => this.#places.remember(window.getBounds()))
    const bounds = await this.#places.remembered()
    if (bounds === undefined || window.isDestroyed()) return
    window.setBounds(bounds)
    this.#sized = true
  }

  #reveal(window: BrowserWindow): void {
    if (window.isDestroyed()) return
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }

  #forget(window: BrowserWindow): void {
    if (this.#window !== window) return
    this.#window = undefined
    this.#closedAt = Date.now()
  }
}

/** A popover ends when the person turns to something else; only after it has had the focus, as some desktops give it late. */
function closeOnBlur(window: BrowserWindow): void {
  window.once('focus', () => window.once('blur', () => window.close()))
}
