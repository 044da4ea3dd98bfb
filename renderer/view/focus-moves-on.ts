import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** A row that is taken out of a list takes the focus along. It moves to the row that takes its place, or to what stands above them. */
export function useFocusMovesOn<List extends HTMLElement = HTMLUListElement>(
  above: RefObject<HTMLElement | null>,
): RefObject<List | null> {
  const list = useRef<List>(null)
  // Read while the old ones are still there, as the browser does not tell of a focus that it loses with its element.
  const place = [...(list.current?.children ?? [])].findIndex((row) => row.contains(document.activeElement))
  useLayoutEffect(() => {
    if (place < 0 || list.current?.contains(document.activeElement)) return
    const next = list.current?.children[place] ?? list.current?.lastElementChild
    const button = next?.querySelector('button')
    if (button) button.focus()
    else above.current?.focus()
  })
  return list
}
