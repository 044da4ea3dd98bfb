// What Electron itself costs: an app that shows nothing and does nothing, started with the switches of TokenTray's `process.ts`.
import { app } from 'electron'

app.setPath('userData', process.env.BLANK_APP_DATA)
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
app.disableHardwareAcceleration()
// Without a listener Electron quits when the last window closes; with none at all it would stay, but not on every platform.
app.on('window-all-closed', () => {})
