// What Electron itself costs: an app that shows nothing and does nothing, started with the switches of TokenTray's `process.ts`.
// BLANK_APP_WITH=tray adds an empty icon with an empty menu, BLANK_APP_WITH=worker a thread that waits,
// BLANK_APP_WITH=window a window with one line of text.
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { app, BrowserWindow, Menu, nativeImage, Tray } from 'electron'

app.setPath('userData', process.env.BLANK_APP_DATA)
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
app.disableHardwareAcceleration()

const kept = []
const additions = {
  tray() {
    const tray = new Tray(nativeImage.createFromBitmap(Buffer.alloc(22 * 22 * 4, 200), { width: 22, height: 22 }))
    tray.setContextMenu(Menu.buildFromTemplate([{ label: 'Quit' }]))
    kept.push(tray)
  },
  window() {
    const window = new BrowserWindow({ width: 360, height: 420 })
    window.loadFile(join(import.meta.dirname, 'page.html'))
    kept.push(window)
  },
  worker() {
    kept.push(new Worker('setInterval(() => {}, 1_000)', { eval: true }))
  },
}
// Not awaited at top level: Electron becomes ready only after this module has been evaluated.
app.whenReady().then(additions[process.env.BLANK_APP_WITH])
