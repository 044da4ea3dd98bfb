// The smallest app with a tray icon. It proves the test machinery (runtime, tray host, fake browser, panel pictures) without the
// product, so that a failure can be told from a fault of the product itself.
import { app, Menu, nativeImage, shell, Tray } from 'electron'

const SIZE = 22

/** A filled square, in BGRA as Electron wants bitmaps on Linux. */
function square([red, green, blue]) {
  const pixels = Buffer.alloc(SIZE * SIZE * 4)
  for (let at = 0; at < pixels.length; at += 4) pixels.set([blue, green, red, 255], at)
  return nativeImage.createFromBitmap(pixels, { width: SIZE, height: SIZE })
}

function start() {
  let ready = false
  const tray = new Tray(square([220, 40, 40]))
  const toggle = () => {
    ready = !ready
    show()
  }
  const show = () => {
    tray.setToolTip(`Test tray: ${ready ? 'ready' : 'needs you'}`)
    tray.setImage(square(ready ? [40, 200, 80] : [220, 40, 40]))
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: `Electron ${process.versions.electron}`, enabled: false },
        { label: 'Open a page', click: () => shell.openExternal('https://example.org/page?state=a%20b&c=d') },
        { label: 'Ready', type: 'checkbox', checked: ready, click: toggle },
        { type: 'separator' },
        { label: 'Quit', click: () => app.quit() },
      ]),
    )
  }
  tray.on('click', toggle)
  show()
}

// Not awaited at top level: Electron becomes ready only after this module has been evaluated.
app.whenReady().then(start)
