import type { Problem } from '../ipc/channels.ts'
import { type OverallState, overall } from '../ipc/overall.ts'
import type { Words } from '../ipc/words/index.ts'
import type { BrokerSnapshot } from '../protocol/index.ts'
import { plainLine } from './plain-line.ts'
import type { TrayPictureName } from './tray-picture-files.ts'

export interface TrayState {
  readonly picture: TrayPictureName
  readonly tooltip: string
}

const pictures = {
  ready: 'ready',
  needs_you: 'needs-you',
  working: 'working',
  offline: 'offline',
  signed_out: 'signed-out',
  locked: 'locked',
} as const satisfies Record<OverallState, TrayPictureName>

/** Characters of a tool tip. Windows cuts what is longer, in the middle of a word. */
const longest = 127

/** How the tray icon looks and what it says when the pointer rests on it. */
export function trayState(snapshot: BrokerSnapshot | undefined, problem: Problem | undefined, words: Words): TrayState {
  const { state, sentence } = overall(snapshot, problem, words)
  return { picture: pictures[state], tooltip: plainLine(`TokenTray: ${sentence}`, longest) }
}
