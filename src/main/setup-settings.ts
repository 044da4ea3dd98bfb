import { homedir } from 'node:os'
import { app } from 'electron'
import { environmentFacts } from './environment-facts.ts'
import type { HostLink } from './host-link.ts'
import { log } from './log.ts'
import { ScreenLock } from './screen-lock.ts'
import { watchScreen } from './screen-watch.ts'
import type { Settings } from './settings.ts'
import { SettingsDesk } from './settings-desk.ts'
import { startAtLogin } from './start-at-login.ts'

/** Makes the desk of the settings with everything that they act on. */
export function setupSettings(host: HostLink, settings: Settings): SettingsDesk {
  const { platform, env, execPath: executable } = process
  const screenLock = new ScreenLock(host, watchScreen(platform))
  app.once('will-quit', () => screenLock.stop())
  const atLogin = startAtLogin({
    platform,
    env,
    home: homedir(),
    executable,
    appFolder: app.isPackaged ? undefined : app.getAppPath(),
    loginItems: app,
  })
  atLogin?.renew().catch(() => log('the start at login could not be renewed.'))
  const desk = new SettingsDesk({
    settings,
    host,
    followScreen: (on) => screenLock.follow(on),
    startAtLogin: atLogin,
    environment: environmentFacts(env),
    systemLanguages: app.getPreferredSystemLanguages(),
  })
  desk.start().catch(() => log('the screen cannot be followed here, so that it does not lock the vault.'))
  return desk
}
