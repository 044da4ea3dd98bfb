// Runs the real app in a private D-Bus session with a tray on it, because that is how people have it: an icon and no window.
// Without a tray the app would open its window, and the figures would be those of a desktop that is drawn as well.
import { spawn } from 'node:child_process'
import { startTrayHost } from '../support/status-notifier.ts'

const [electron = '', ...args] = process.argv.slice(2)
const tray = await startTrayHost()
const app = spawn(electron, args, { stdio: ['ignore', 'inherit', 'inherit'] })
// The signal goes to the whole group. The session must stay until the app has ended by itself.
process.on('SIGTERM', () => {})
app.on('exit', async (code) => {
  await tray.close()
  process.exit(code ?? 1)
})
