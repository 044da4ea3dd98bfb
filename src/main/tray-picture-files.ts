/** What the tray icon can show; each is a group of `build/icons/source/tray.svg`. */
export const trayPictureNames = ['ready', 'needs-you', 'working', 'offline', 'signed-out', 'locked'] as const
export type TrayPictureName = (typeof trayPictureNames)[number]

/** What the picture is drawn on. */
export interface TrayGround {
  readonly platform: NodeJS.Platform
  readonly dark: boolean
  /** How many pixels of the main screen make one logical pixel. */
  readonly screenScale: number
}

/** One file of a picture, and the scale factor at which Electron takes it. */
export interface TrayPictureFile {
  readonly scaleFactor: number
  readonly file: string
}

/** The sides of the pictures in `build/icons/tray`, in pixels. */
export const trayPictureSizes = [16, 20, 22, 24, 32, 44, 48, 64] as const
type Size = (typeof trayPictureSizes)[number]

const macSizes = [
  [1, 16],
  [2, 32],
  [3, 48],
] as const satisfies readonly (readonly [number, Size])[]

/**
 * The files of a picture. macOS takes the one for the screen that the menu bar is on, and colours the template by itself.
 * On Windows and Linux, Electron hands the desktop the picture for the scale factor 1 and no other, so that the
 * one with enough pixels for the main screen stands there; every taskbar and panel makes it as small as its icons are.
 */
export function trayPictureFiles(name: TrayPictureName, ground: TrayGround): readonly TrayPictureFile[] {
  if (ground.platform === 'darwin') {
    return macSizes.map(([scaleFactor, size]) => ({ scaleFactor, file: `${name}-${size}Template.png` }))
  }
  const size = sizeFor((ground.platform === 'win32' ? 16 : 22) * ground.screenScale)
  return [{ scaleFactor: 1, file: `${name}-${ground.dark ? 'dark' : 'light'}-${size}.png` }]
}

/** The smallest picture that does not have to be made larger, else the largest. A screen may report a scale that is no number. */
function sizeFor(pixels: number): Size {
  const wanted = Number.isFinite(pixels) ? Math.round(pixels) : 0
  return trayPictureSizes.find((size) => size >= wanted) ?? 64
}
