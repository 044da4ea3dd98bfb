import { app, clipboard } from 'electron'
import { systemClock } from '../core/clock.ts'
import { startHostInWorker } from '../host/worker-handle.ts'
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
import { otherLogins } from './other-logins.ts'
import { paths } from './paths.ts'
import { setupProcess } from './process.ts'
import { openSettings, type Settings } from './settings.ts'
import { setupSettings } from './setup-settings.ts'
import { setupShutdown } from './shutdown.ts'
import { setupSecondInstance, takeInstanceLock } from './single-instance.ts'
import { hiddenSwitch } from './start-at-login.ts'
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
  const settings = openSettings(app.getPath('userData'))
  // A window that closes with the app has just said where it was.
  const written = async () => (await settings).settled()
  setupShutdown(host, async () => void (await Promise.all([tokens.clear(), written()])))
  void app.whenReady().then(async () => setupShell(host, tokens, await settings))
}

/** Everything that a person sees, once Electron can show it. */
function setupShell(host: HostLink, tokens: TokenClipboard, settings: Settings): void {
  const ownLogins = new Map<string, OwnLogin>()
  const actions = new Actions(host, ownLogins, tokens)
  const tools = new ToolActions(host, async () => {
    // What edits the files of tools would delay the host and the tray icon at every start.
    const { toolConnections } = await import('./tool-connections.ts')
    return toolConnections(host, { env: process.env, executable: process.execPath, now: Date.now })
  })
  const usage = new UsageWatch(host, systemClock)
  const frame = new FrameChoice(() => trayPresence(process.platform), process.argv, process.env)
  const desk = setupSettings(host, settings)
  const hidesPersonalData = () => desk.current().hidePersonalData
  const others = otherLogins(host, { env: process.env, now: Date.now, hidesPersonalData })
  const notices = setupDesktopNotices(process.platform, (action) => run(action))
  const window = setupWindow(
    () => frame.current(),
    () => tray.bounds(),
    settings,
    () => notices.show(staysNotice(desk.language())),
  )
  const run = menuRunner(actions, window, desk)
  const tray = new TrayIcon(
    host,
    () => ({
      switches: desk.switches(),
      usage: usage.current(),
      language: desk.language(),
      snapshot: desk.shown(host.snapshot()),
    }),
    run,
    () => window.toggle(),
  )
  tray.recreate()
  host.onChange(() => tray.draw())
  usage.onChange(() => tray.draw())
  const board = setupNoticeBoard(
    { host, usage, settings: () => desk.current(), language: () => desk.language(), clock: systemClock },
    notices,
  )
  desk.onChange(() => {
    tray.draw()
    board.look()
  })
  setupApplicationMenu(process.platform)
  const view = setupView({ host, window, usage, desk, damage: settings.damage })
  setupIpc({ actions, tools, others, usage, desk, window, view })
  setupLoginOutcomes(host, ownLogins, { ended: (intent) => window.leave(intent), undecided: () => window.show() })
  setupWake(host)
  setupSecondInstance(async () => {
    tray.recreate()
    await frame.look()
    window.show()
  })
  const hidden = process.argv.includes(hiddenSwitch) || settings.current().startHidden
  void frame.look().then((kind) => kind === 'window' && !hidden && window.show())
}
