import type { JSX } from 'preact'
import type { Tone } from '../words.ts'

/** The same shapes as the tray icon, so that the person learns them once, and an eye for what the tray does not count. */
const shapes: Readonly<Record<Tone, JSX.Element>> = {
  ready: (
    <>
      <circle cx="11" cy="11" r="9" fill="currentColor" />
      <circle class="glyph-cut" cx="11" cy="9.3" r="2.5" />
      <path class="glyph-cut-line" d="M11 10.5v4.6" />
    </>
  ),
  working: <path class="glyph-line glyph-turn" d="M19 11a8 8 0 1 1-3-6.25" />,
  needs_you: (
    <>
      <path
        d="M9.35 3.15a1.9 1.9 0 0 1 3.3 0l7.6 13.2a1.9 1.9 0 0 1-1.65 2.85H3.4a1.9 1.9 0 0 1-1.65-2.85z"
        fill="currentColor"
      />
      <path class="glyph-cut-line" d="M11 8v4.6" />
      <circle class="glyph-cut" cx="11" cy="15.9" r="1.35" />
    </>
  ),
  offline: <path class="glyph-line" d="M2.6 19.4L19.4 2.6M11 3.4a7.6 7.6 0 1 1 0 15.2 7.6 7.6 0 0 1 0-15.2z" />,
  locked: (
    <>
      <path class="glyph-line" d="M7 10V7a4 4 0 0 1 8 0v3" />
      <rect x="3.5" y="9.5" width="15" height="10.5" rx="2.4" fill="currentColor" />
      <circle class="glyph-cut" cx="11" cy="13.7" r="1.7" />
      <path class="glyph-cut-line" d="M11 14v2.4" />
    </>
  ),
  watched: (
    <>
      <path class="glyph-line" d="M1.8 11S5.2 4.6 11 4.6 20.2 11 20.2 11 16.8 17.4 11 17.4 1.8 11 1.8 11z" />
      <circle cx="11" cy="11" r="2.8" fill="currentColor" />
    </>
  ),
  signed_out: (
    <>
      <circle class="glyph-line" cx="11" cy="11" r="8" />
      <circle cx="11" cy="9.4" r="2.1" fill="currentColor" />
      <path class="glyph-line" d="M11 10.5v4" />
    </>
  ),
}

/** The state as a small picture. Words say the same beside it, so that a screen reader skips it. */
export function StateGlyph({ tone, size }: { readonly tone: Tone; readonly size: number }) {
  return (
    <svg class={`glyph tone-${tone}`} width={size} height={size} viewBox="0 0 22 22" aria-hidden="true">
      {shapes[tone]}
    </svg>
  )
}
