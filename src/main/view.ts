import { app } from 'electron'
import type { View } from '../ipc/channels.ts'
import type { AppWindow } from './app-window.ts'
import type { HostLink } from './host-link.ts'
import type { UsageWatch } from './usage-watch.ts'

export interface ViewSource {
  current(): View
}

/** Keeps the open window up to date; a closed one asks for everything when it opens. */
export function setupView(host: HostLink, window: AppWindow, usage: UsageWatch): ViewSource {
  const current = (): View => {
    const snapshot = host.snapshot()
    const problem = host.problem()
    return {
      surroundings: {
        version: app.getVersion(),
        frame: window.frame(),
        language: 'en',
        locale: 'en-GB',
        hidePersonalData: false,
        welcome: false,
      },
      usage: usage.current(),
      notices: [],
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(problem === undefined ? {} : { problem }),
    }
  }
  const tell = () => window.send('view:changed', current())
  host.onChange(tell)
  usage.onChange(tell)
  return { current }
}
