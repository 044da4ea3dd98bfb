import type { Problem } from '../ipc/channels.ts'
import { overall } from '../ipc/overall.ts'
import type { Words } from '../ipc/words/index.ts'
import type { BrokerSnapshot } from '../protocol/index.ts'

export interface TrayState {
  /** The name of a picture in `build/icons`. */
  readonly icon: 'tray-ready' | 'tray-needs-you' | 'tray-working' | 'tray-offline' | 'tray-signed-out' | 'tray-locked'
  readonly tooltip: string
}

const icons = {
  ready: 'tray-ready',
  needs_you: 'tray-needs-you',
  working: 'tray-working',
  offline: 'tray-offline',
  signed_out: 'tray-signed-out',
  locked: 'tray-locked',
} as const

/** How the tray icon looks and what it says when the pointer rests on it. */
export function trayState(snapshot: BrokerSnapshot | undefined, problem: Problem | undefined, words: Words): TrayState {
  const { state, sentence } = overall(snapshot, problem, words)
  return { icon: icons[state], tooltip: `TokenTray: ${sentence}` }
}
