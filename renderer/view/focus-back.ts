import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/**
 * Gives the keyboard focus back to the button that unfolded something, when that is folded again and took the focus along. Who is at something
 * else by then, such as unfolding another one, stays there.
 */
export function useFocusBack(unfolded: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null)
  const was = useRef(false)
  useEffect(() => {
    if (was.current && !unfolded && document.activeElement === document.body) button.current?.focus()
    was.current = unfolded
  }, [unfolded])
  return button
}
