import { app } from 'electron'
import type { View } from '../ipc/channels.ts'
import type { AppWindow } from './app-window.ts'
import type { HostLink } from './host-link.ts'

export interface ViewSource {
  current(): View
}

/** Keeps the open window up to date; a closed one asks for everything when it opens. */
export function setupView(host: HostLink, window: AppWindow): ViewSource {
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
      usage: [],
      notices: [],
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(problem === undefined ? {} : { problem }),
    }
  }
  host.onChange(() => window.send('view:changed', current()))
  return { current }
}
