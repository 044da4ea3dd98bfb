import type { ComponentChildren, RefObject } from 'preact'

interface ButtonProps {
  readonly children: ComponentChildren
  /** `main` for the one thing to do, `danger` for what cannot be undone, `plain` for what should not catch the eye. */
  readonly kind?: 'main' | 'quiet' | 'plain' | 'danger'
  readonly onPress: () => void
  readonly waiting?: boolean
  /** What a screen reader says, when the words of the button need the row around them. */
  readonly label?: string
  readonly expanded?: boolean
  readonly buttonRef?: RefObject<HTMLButtonElement | null>
}

/** A button that is never disabled while it waits, as that would take the keyboard focus away; it ignores the press instead. */
export function Button({ children, kind = 'quiet', onPress, waiting = false, label, expanded, buttonRef }: ButtonProps) {
  return (
    <button
      type="button"
      ref={buttonRef ?? null}
      class={`button button-${kind}`}
      aria-busy={waiting}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(expanded === undefined ? {} : { 'aria-expanded': expanded })}
      onClick={() => {
        if (!waiting) onPress()
      }}
    >
      {children}
    </button>
  )
}
