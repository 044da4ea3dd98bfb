import { app } from 'electron'
import { hasAccount } from '../ipc/account-words.ts'
import type { View } from '../ipc/channels.ts'
import type { AppWindow } from './app-window.ts'
import type { HostLink } from './host-link.ts'
import type { SettingsDesk } from './settings-desk.ts'
import type { SettingsDamage } from './settings-file.ts'
import { damageProblem } from './settings-problem.ts'
import type { UsageWatch } from './usage-watch.ts'

export interface ViewSource {
  current(): View
}

/** What the view is made of. */
export interface ViewParts {
  readonly host: HostLink
  readonly window: AppWindow
  readonly usage: UsageWatch
  readonly desk: SettingsDesk
  /** What was found of the settings at the start. */
  readonly damage: SettingsDamage | undefined
}

/** Keeps the open window up to date; a closed one asks for everything when it opens. */
export function setupView({ host, window, usage, desk, damage }: ViewParts): ViewSource {
  const current = (): View => {
    const snapshot = host.snapshot()
    const shown = desk.shown(snapshot)
    const problem = host.problem()
    const { tag, locale, words } = desk.language()
    return {
      surroundings: {
        version: app.getVersion(),
        frame: window.frame(),
        language: tag,
        locale,
        hidePersonalData: desk.current().hidePersonalData,
        // Without a broker it is not known whether the person is new here.
        welcome: !desk.welcomeDone() && snapshot?.accounts.some(hasAccount) === false,
      },
      usage: usage.current(),
      notices: damage === undefined ? [] : [damageProblem(damage, words)],
      ...(shown === undefined ? {} : { snapshot: shown }),
      ...(problem === undefined ? {} : { problem }),
    }
  }
  const tell = () => window.send('view:changed', current())
  host.onChange(tell)
  usage.onChange(tell)
  desk.onChange(tell)
  return { current }
}
