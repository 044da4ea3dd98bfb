// Runs an Electron app in a private D-Bus session with a tray on it, because that is how people have it: an icon and no window.
// Without a tray the app would open its window, and the figures would be those of a desktop that is drawn as well.
//
// It prints the process id of Electron. For each line `click` on standard input it clicks the tray icon and prints `clicked`.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { startTrayHost } from '../support/status-notifier.ts'

const [electron = '', ...args] = process.argv.slice(2)
const tray = await startTrayHost()
// Its own standard output would come between the lines of this program.
const app = spawn(electron, args, { stdio: ['ignore', process.stderr, process.stderr] })
console.log(app.pid)
createInterface({ input: process.stdin }).on('line', async () => {
  await (await tray.waitForItem()).activate()
  console.log('clicked')
})
// The signal goes to the whole group. The session must stay until the app has ended by itself.
process.on('SIGTERM', () => {})
app.on('exit', async (code) => {
  await tray.close()
  process.exit(code ?? 1)
})
