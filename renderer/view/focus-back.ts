import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Gives the keyboard focus back to the button that unfolded something, when that is folded again. */
export function useFocusBack(unfolded: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null)
  const was = useRef(false)
  useEffect(() => {
    if (was.current && !unfolded) button.current?.focus()
    was.current = unfolded
  }, [unfolded])
  return button
}
