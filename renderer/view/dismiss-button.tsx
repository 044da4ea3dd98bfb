import { words } from '../language.ts'

/** Takes a note away that the person has read. */
export function DismissButton({ onPress }: { readonly onPress: () => void }) {
  return (
    <button type="button" class="close" aria-label={words().controls.dismiss} onClick={onPress}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <path class="glyph-line" d="M2 2l8 8M10 2l-8 8" />
      </svg>
    </button>
  )
}
