import { app, clipboard } from 'electron'
import { systemClock } from '../core/clock.ts'
import { startHostInWorker } from '../host/worker-handle.ts'
import { detectTools, fileReaders } from '../integrations/index.ts'
import { defaultSettings } from '../ipc/settings.ts'
import { english } from '../ipc/words/index.ts'
import { Actions } from './actions.ts'
import { setupScheme } from './app-protocol.ts'
import { setupApplicationMenu } from './application-menu.ts'
import { endAfterFailedStart } from './failed-start.ts'
import { FrameChoice } from './frame.ts'
import { HostLink } from './host-link.ts'
import { setupIpc } from './ipc.ts'
import { type OwnLogin, setupLoginOutcomes } from './login-outcomes.ts'
import { menuRunner } from './menu-runner.ts'
import { staysNotice } from './notices/notice-words.ts'
import { setupDesktopNotices, setupNoticeBoard } from './notices/setup-notices.ts'
import { paths } from './paths.ts'
import { setupProcess } from './process.ts'
import { setupShutdown } from './shutdown.ts'
import { setupSecondInstance, takeInstanceLock } from './single-instance.ts'
import { setupSwitches } from './switches.ts'
import { TokenClipboard } from './token-clipboard.ts'
import { ToolActions } from './tool-actions.ts'
import { TrayIcon } from './tray.ts'
import { trayPresence } from './tray-presence.ts'
import { UsageWatch } from './usage-watch.ts'
import { setupView } from './view.ts'
import { setupWake } from './wake.ts'
import { setupWebContentsLock } from './web-contents-lock.ts'
import { setupWindow } from './window.ts'

setupProcess()
if (takeInstanceLock()) start()

/** The host starts while Electron is still getting ready: a tool that asks for a token does not wait for a window system. */
function start(): void {
  const host = new HostLink(() => startHostInWorker(paths.hostWorker, { env: process.env, host: 'app' }), systemClock)
  host.start().catch(endAfterFailedStart)
  setupScheme()
  setupWebContentsLock()
  const tokens = new TokenClipboard(systemClock, clipboard)
  setupShutdown(host, () => tokens.clear())
  void app.whenReady().then(() => setupShell(host, tokens))
}

/** Everything that a person sees, once Electron can show it. */
function setupShell(host: HostLink, tokens: TokenClipboard): void {
  const ownLogins = new Map<string, OwnLogin>()
  const actions = new Actions(host, ownLogins, tokens)
  const tools = new ToolActions(
    host,
    () => detectTools(process.env, fileReaders),
    (text) => clipboard.writeText(text),
  )
  const usage = new UsageWatch(host, systemClock)
  const frame = new FrameChoice(() => trayPresence(process.platform), process.argv, process.env)
  // The settings desk takes the place of this line.
  const [settings, language] = [() => defaultSettings, () => english]
  const notices = setupDesktopNotices(process.platform, (action) => run(action))
  const window = setupWindow(
    () => frame.current(),
    () => tray.bounds(),
    () => notices.show(staysNotice(language())),
  )
  const switches = setupSwitches(host, () => tray.draw())
  const run = menuRunner(actions, window, switches)
  const tray = new TrayIcon(
    host,
    () => ({ switches: switches.current(), usage: usage.current(), language: english, snapshot: host.snapshot() }),
    run,
    () => window.toggle(),
  )
  tray.recreate()
  host.onChange(() => tray.draw())
  usage.onChange(() => tray.draw())
  setupNoticeBoard({ host, usage, settings, language, clock: systemClock }, notices)
  setupApplicationMenu(process.platform)
  setupIpc({ actions, tools, usage, window, view: setupView(host, window, usage) })
  setupLoginOutcomes(host, ownLogins, { ended: (intent) => window.leave(intent), undecided: () => window.show() })
  setupWake(host)
  setupSecondInstance(async () => {
    tray.recreate()
    await frame.look()
    window.show()
  })
  void frame.look().then((kind) => kind === 'window' && window.show())
}
