import { readFileSync } from 'node:fs'
import { type NativeImage, nativeImage, nativeTheme, screen } from 'electron'
import { paths } from './paths.ts'
import { type TrayPictureFile, type TrayPictureName, trayPictureFiles } from './tray-picture-files.ts'

/** The files of a picture for the panel as it is now. */
export function presentTrayPicture(name: TrayPictureName): readonly TrayPictureFile[] {
  const { platform } = process
  return trayPictureFiles(name, { platform, dark: hasDarkPanel(platform), screenScale: screen.getPrimaryDisplay().scaleFactor })
}

export function trayPicture(files: readonly TrayPictureFile[]): NativeImage {
  const picture = nativeImage.createEmpty()
  for (const { scaleFactor, file } of files) {
    picture.addRepresentation({ scaleFactor, buffer: readFileSync(paths.trayPicture(file)) })
  }
  if (process.platform === 'darwin') picture.setTemplateImage(true)
  return picture
}

/** Calls back whenever the panel may have got another ground or other pixels. */
export function onPanelChange(changed: () => void): void {
  nativeTheme.on('updated', changed)
  screen.on('display-metrics-changed', changed)
  screen.on('display-added', changed)
  screen.on('display-removed', changed)
}

/** On Windows the taskbar has a theme apart from that of apps. Electron before 34 does not tell it. */
function hasDarkPanel(platform: NodeJS.Platform): boolean {
  const { shouldUseDarkColors } = nativeTheme
  if (platform !== 'win32') return shouldUseDarkColors
  const ofTaskbar: boolean | undefined = nativeTheme.shouldUseDarkColorsForSystemIntegratedUI
  return ofTaskbar ?? shouldUseDarkColors
}
