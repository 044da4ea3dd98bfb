import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Takes the keyboard focus when it comes, and into sight, as what unfolds at the end of a page is below its edge. */
export function useFocusFirst<Element extends HTMLElement>(): RefObject<Element | null> {
  const first = useRef<Element>(null)
  useEffect(() => {
    first.current?.focus()
    first.current?.closest('fieldset, form')?.scrollIntoView({ block: 'nearest' })
  }, [])
  return first
}
