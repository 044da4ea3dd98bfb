import type { RefObject } from 'preact'

interface MoreButtonProps {
  readonly label: string
  readonly expanded: boolean
  readonly onPress: () => void
  readonly buttonRef: RefObject<HTMLButtonElement | null>
}

/** Three dots for what is wanted less often; its name is in the tool tip as well. */
export function MoreButton({ label, expanded, onPress, buttonRef }: MoreButtonProps) {
  return (
    <button
      type="button"
      ref={buttonRef}
      class="button button-plain button-more"
      aria-label={label}
      title={label}
      aria-expanded={expanded}
      onClick={onPress}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="currentColor">
        <circle cx="3" cy="8" r="1.4" />
        <circle cx="8" cy="8" r="1.4" />
        <circle cx="13" cy="8" r="1.4" />
      </svg>
    </button>
  )
}
