import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Takes the keyboard focus when it comes, unless the person is at something else. */
export function useFocusWhenFree(): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const { activeElement } = document
    if (activeElement === null || activeElement === document.body) button.current?.focus()
  }, [])
  return button
}
