import { overall } from '../ipc/overall.ts'
import { english } from '../ipc/words/index.ts'
import type { BrokerSnapshot } from '../protocol/index.ts'

/** The bars that the state can be shown in, each with what it wants of a line. */
export const barFormats = ['waybar', 'tmux'] as const
export type BarFormat = (typeof barFormats)[number]

/** Nobody answers on the socket, in a sentence. */
export interface NoBroker {
  readonly problem: string
}

/**
 * One line for a bar, without a line break. `details` is the status as a person reads it. The sentence and the state are those of the tray
 * icon: `ready`, `needs_you`, `working`, `offline`, `signed_out` or `locked`.
 */
export function barLine(format: BarFormat, shown: BrokerSnapshot | NoBroker, details: string): string {
  const { state, sentence } =
    'problem' in shown
      ? overall(undefined, { code: 'broker_not_running', description: shown.problem }, english.words)
      : overall(shown, undefined, english.words)
  switch (format) {
    case 'waybar':
      return JSON.stringify({
        text: forPango(sentence),
        alt: state,
        tooltip: forPango(details),
        class: state,
      })
    case 'tmux':
      return sentence.replaceAll('#', '##').replaceAll(/\s+/g, ' ')
  }
}

/** Waybar reads the texts as Pango markup. */
const forPango = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
