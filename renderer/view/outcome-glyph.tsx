import type { JSX } from 'preact'
import type { LedgerEntry } from '../../src/protocol/index.ts'

const shapes: Readonly<Record<LedgerEntry['outcome'] | 'copied', JSX.Element>> = {
  handed_out: <path class="glyph-line" d="M3.5 8.6l3 3 6-6.6" />,
  denied: <path class="glyph-line" d="M4 12l8-8M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z" />,
  unanswered: <path class="glyph-line" d="M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 4.8V8l2.2 1.6" />,
  copied: <path class="glyph-line" d="M6 5.5h7.5V14H6zM3 10.5h-.5V2H10v.8" />,
}

interface OutcomeGlyphProps {
  readonly outcome: LedgerEntry['outcome']
  readonly byPerson: boolean
}

/** How a request ended, as a small picture of its own shape. The sentence beside it says the same. */
export function OutcomeGlyph({ outcome, byPerson }: OutcomeGlyphProps) {
  return (
    <svg class="glyph outcome" width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
      {shapes[byPerson && outcome === 'handed_out' ? 'copied' : outcome]}
    </svg>
  )
}
